/** While what is behind the views of boards is loaded, or could not be. */
import { html, type TemplateResult } from 'lit';
import type { Failure } from '../state.js';
import type { FirstStrings } from '../strings/strings.js';
import { failureView } from './failure.js';

/** @param retry loads it again */
export function boardsLoadingView(
  title: string,
  failure: Failure | null,
  strings: FirstStrings,
  retry: () => void,
): TemplateResult {
  return html`<section class="busy" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">${title}</h3>
    ${
      failure === null
        ? html`<progress aria-labelledby="step-heading"></progress>`
        : html`${failureView(failure, strings, null)}
            <div class="buttons">
              <button type="button" part="button" @click=${retry}>${strings.failures.retry}</button>
            </div>`
    }
  </section>`;
}
