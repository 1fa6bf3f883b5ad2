/** Says after a control that what it asks for could not be loaded. */
export function sayAfter(control: HTMLElement, text: string): void {
  const said = document.createElement('span');
  said.role = 'alert';
  said.textContent = text;
  control.after(said);
}
