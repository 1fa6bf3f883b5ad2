/** A failure: what happened, and what to do. */
import { html, nothing, type TemplateResult } from 'lit';
import { showableLine } from '../../shared/safe-text.js';
import type { Failure } from '../state.js';
import type { FirstStrings } from '../strings/strings.js';

/**
 * @param dismiss `null` where the message goes away by itself
 * @param choose takes one of the folders that may be meant; absent where none can be taken
 * @param at id of the control that it came of, `null` for none; see `beside.ts` for what comes of it
 */
export function failureView(
  failure: Failure | null,
  strings: FirstStrings,
  dismiss: (() => void) | null,
  at: string | null = failure?.at ?? null,
  choose?: (choice: string) => void,
): TemplateResult | typeof nothing {
  if (failure === null) return nothing;
  return html`<div
    class="failure"
    part="failure"
    role="group"
    aria-labelledby="failure-title"
    data-for=${at ?? nothing}
    .of=${failure}
  >
    <div>
      <h4 id="failure-title">${failure.title}</h4>
      <p>${failure.help}</p>
      ${
        failure.choices === undefined || choose === undefined
          ? html`<p class="detail quiet" lang="en" dir="ltr">${failure.message}</p>`
          : html`<ul class="choices">
              ${failure.choices.map(
                (choice) =>
                  html`<li>
                    <button
                      type="button"
                      part="button"
                      dir="auto"
                      translate="no"
                      @click=${() => choose(choice)}
                    >
                      ${showableLine(choice)}
                    </button>
                  </li>`,
              )}
            </ul>`
      }
    </div>
    ${
      dismiss === null
        ? nothing
        : html`<button type="button" class="plain" @click=${dismiss}>${strings.failures.dismiss}</button>`
    }
  </div>`;
}
