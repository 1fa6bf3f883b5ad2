/** The files that a conversion leaves. */
import { html, type TemplateResult } from 'lit';
import type { Actions } from '../actions.js';
import type { Failure, State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { failureView } from './failure.js';

export function takeView(
  state: Extract<State, { step: 'result' }>,
  failure: Failure | null,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const words = strings.take;
  return html`<section class="take" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">${words.heading(state.choice.inspection.name)}</h3>
    ${failureView(failure, strings, null)}
    <div class="panel file">
      <div>
        <h4>${words.image}</h4>
        <p class="quiet">${words.imageText}</p>
      </div>
      <button
        type="button"
        class="primary"
        part="button primary-button"
        ?disabled=${!state.result.plan.fits}
        @click=${() => {
          actions.download('image');
        }}
      >
        ${words.downloadImage} <small>.bin</small>
      </button>
    </div>
    <div class="panel file">
      <div>
        <h4>${words.package}</h4>
        <p class="quiet">${words.packageText}</p>
      </div>
      <button
        type="button"
        part="button"
        @click=${() => {
          actions.download('package');
        }}
      >
        ${words.download} <small>.s3lm, ${words.bytes(state.result.package.length)}</small>
      </button>
    </div>
    <div class="buttons end">
      <button
        type="button"
        part="button"
        @click=${() => {
          actions.show('compare');
        }}
      >
        ${words.back}
      </button>
    </div>
  </section>`;
}
