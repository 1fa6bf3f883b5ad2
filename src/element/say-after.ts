/** What a control asks for and could not be loaded is said after it; the next press asks anew. */
import type { FirstStrings } from './strings/strings.js';

/** @param act throws where it cannot be had */
export async function sayAfter(
  control: HTMLElement,
  { failures: { views, reload } }: Pick<FirstStrings, 'failures'>,
  act: () => Promise<void>,
): Promise<void> {
  const before = control.nextElementSibling;
  if (before?.classList.contains('said') === true) before.remove();
  try {
    await act();
  } catch {
    const said = document.createElement('span');
    said.className = 'said';
    said.role = 'alert';
    said.textContent = `${views}. ${reload}`;
    control.after(said);
  }
}
