/** While what is behind the views of boards is loaded, or could not be. */
import { html, nothing, type TemplateResult } from 'lit';
import type { FirstStrings } from '../strings/strings.js';

/** @param retry loads it again */
export function boardsLoadingView(
  title: string,
  failure: TemplateResult | typeof nothing,
  strings: FirstStrings,
  retry: () => void,
): TemplateResult {
  return html`<section class="busy" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">${title}</h3>
    ${
      failure === nothing
        ? html`<progress aria-labelledby="step-heading"></progress>`
        : html`${failure}
            <div class="buttons">
              <button type="button" part="button" @click=${retry}>${strings.failures.retry}</button>
            </div>`
    }
  </section>`;
}
