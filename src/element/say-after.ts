/** What went wrong at a control is said after it. */
import type { FirstStrings } from './strings/strings.js';

/** Says something, in the place of what was said there before; an empty text says nothing. */
export function sayAfter(control: HTMLElement, text: string): void {
  const before = control.nextElementSibling;
  if (before?.classList.contains('said') === true) before.remove();
  if (text === '') return;
  const said = document.createElement('span');
  said.className = 'said';
  said.role = 'alert';
  said.textContent = text;
  control.after(said);
}

/**
 * Does what a control asks for; that it could not be loaded is said, and the next press asks anew.
 * @param act throws where it cannot be had
 */
export async function actOrSay(
  control: HTMLElement,
  { failures: { views, reload } }: Pick<FirstStrings, 'failures'>,
  act: () => Promise<void>,
): Promise<void> {
  sayAfter(control, '');
  try {
    await act();
  } catch {
    sayAfter(control, `${views}. ${reload}`);
  }
}
