/** What few first views need: the layout of pages that go from right to left. It comes right after the first view. */
import { css } from 'lit';

export const afterFirst = css`
  /*
   * On pages that go from right to left the layout does, too; the words of the dictionaries go from left to right. What lays
   * out parts of its own keeps the page's direction and takes only the order of its words from them.
   */
  :where(.base:dir(rtl))
    :where(p, dt, dd, h2, h3, h4, h5, legend, caption, summary, th, td, span):where(
      :not([dir], [dir] *, .badge, .ends, .amount, .track, .track *)
    ) {
    direction: ltr;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  :where(.base:dir(rtl)) :where(li, label, figcaption, .badge, .ends, .amount):where(:not(.key *)) {
    unicode-bidi: plaintext;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }

  :where(.base:dir(rtl)) :where(button) {
    direction: ltr;
  }

  /* What the page says itself goes its own way. */
  ::slotted(*) {
    unicode-bidi: plaintext;
    text-align: -webkit-match-parent;
    text-align: match-parent;
  }
`;
