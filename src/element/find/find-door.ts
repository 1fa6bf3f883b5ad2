/** The button that leads to one's board: what is behind it is loaded when it is pressed. */
import { html, type TemplateResult } from 'lit';
import type { Page } from '../page.js';
import type { Parts } from '../parts.js';
import { sayAfter } from '../say-after.js';
import type { FoundChoice } from './find-dialog.js';

/**
 * @param board id of the one that is chosen now
 * @param take called with the one that a person chose
 */
export function findButton(
  page: Page,
  parts: Pick<Parts, 'boards' | 'views'>,
  label: string,
  board: string,
  take: (found: FoundChoice) => void,
): TemplateResult {
  const press = async ({ currentTarget }: Event): Promise<void> => {
    try {
      const { findBoard } = await import('./find-dialog.js');
      const found = await findBoard(page, parts, board);
      if (found !== null) take(found);
    } catch {
      sayAfter(currentTarget as HTMLElement, page.words.first.failures.views);
    }
  };
  return html`<button id="find-board" type="button" class="plain" @click=${press}>${label}</button>`;
}
