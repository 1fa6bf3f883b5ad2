/** What a board writes by itself, and a line to write to it as a terminal would. */
import { html, nothing, type TemplateResult } from 'lit';
import type { BoardState } from '../board/board-state.js';
import type { AllStrings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import { requestFailure } from './flash-failure.js';

/**
 * @param type sends a line, `null` while nobody reads it
 * @param open whether it is unfolded at first
 */
export function consoleLogView(
  board: BoardState,
  type: ((line: string) => void) | null,
  open: boolean,
  strings: AllStrings,
): TemplateResult {
  const words = strings.board.log;
  const { log } = board;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const line = new FormData(form).get('line');
    if (typeof line !== 'string' || line === '') return;
    type?.(line);
    form.reset();
  };
  return html`<details class="panel console" ?open=${open}>
    <summary>${words.heading}</summary>
    <p class="quiet">${words.text}${term('console', words.console, strings)}</p>
    <div class="log scroll" role="group" tabindex="0" aria-label=${words.label}>
      <pre lang="en" dir="ltr" translate="no">
${log === '' ? html`<span class="quiet" lang=${strings.language}>${words.empty}</span>` : log}</pre>
    </div>
    ${
      type === null
        ? nothing
        : html`<form class="inline" @submit=${submit}>
            <label class="hidden" for="console-line">${words.line}</label>
            <input
              id="console-line"
              name="line"
              type="text"
              dir="auto"
              autocomplete="off"
              autocapitalize="none"
              spellcheck="false"
              placeholder="/help"
            />
            <button type="submit" part="button">${words.send}</button>
          </form>`
    }
    ${requestFailure(board, 'console-line', strings)}
  </details>`;
}
