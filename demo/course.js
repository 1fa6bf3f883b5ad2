// A lesson on paper: what the element is for can only be seen on the screen, so the sheet has the words and lines to write on.
document.querySelector('.print').addEventListener('click', () => window.print());
