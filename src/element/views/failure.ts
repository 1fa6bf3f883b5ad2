/** A failure: what happened, and what to do. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Failure } from '../state.js';
import type { FirstStrings } from '../strings/strings.js';

/**
 * @param dismiss `null` where the message goes away by itself
 * @param at id of the control that it came of, `null` for none; see `beside.ts` for what comes of it
 */
export function failureView(
  failure: Failure | null,
  strings: FirstStrings,
  dismiss: (() => void) | null,
  at: string | null = failure?.at ?? null,
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
      <p class="detail quiet" lang="en" dir="ltr">${failure.message}</p>
    </div>
    ${
      dismiss === null
        ? nothing
        : html`<button type="button" class="plain" @click=${dismiss}>${strings.failures.dismiss}</button>`
    }
  </div>`;
}
