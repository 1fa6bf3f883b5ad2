/** A failure: what happened, and what to do. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Failure } from '../state.js';
import type { FirstStrings } from '../strings/strings.js';

/** @param dismiss `null` where the message goes away by itself */
export function failureView(
  failure: Failure | null,
  strings: FirstStrings,
  dismiss: (() => void) | null,
): TemplateResult | typeof nothing {
  if (failure === null) return nothing;
  return html`<div class="failure" part="failure" role="group" aria-labelledby="failure-title">
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
