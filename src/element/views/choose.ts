/** The first step: drop or pick a model folder, or take the sample. */
import { html, type TemplateResult } from 'lit';
import type { Actions } from '../actions.js';
import type { State } from '../state.js';
import type { FirstStrings } from '../strings/strings.js';
import { failureView } from './failure.js';
import { folderIcon } from './icons.js';

export function chooseView(
  state: Extract<State, { step: 'choose' }>,
  sample: string,
  dragging: boolean,
  strings: FirstStrings,
  actions: Actions,
): TemplateResult {
  const { choose } = strings;
  return html`<section class="choose" aria-labelledby="step-heading">
    <h3 id="step-heading" class="hidden" tabindex="-1">${choose.heading}</h3>
    ${failureView(state.failure, strings, () => {
      actions.dismiss();
    })}
    <div class="drop" part="drop-zone">
      ${folderIcon()}
      <p class="drop-title">${dragging ? choose.dropNow : choose.dropTitle}</p>
      <p class="quiet"><slot name="drop-hint">${choose.dropHint}</slot></p>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          part="button primary-button"
          @click=${() => actions.pickFolder()}
        >
          ${choose.pickFolder}
        </button>
        <button type="button" part="button" @click=${() => actions.pickFiles()}>${choose.pickFiles}</button>
      </div>
    </div>
    <div class="sample">
      <p><strong>${choose.sampleTitle}</strong> <span class="quiet">${choose.sampleText(sample)}</span></p>
      <button type="button" part="button" @click=${() => actions.useSample()}>
        ${choose.sampleButton(sample)}
      </button>
    </div>
    <p class="quiet privacy"><slot name="privacy">${choose.privacy}</slot></p>
  </section>`;
}

/** While a model is read. */
export function readingView(
  state: Extract<State, { step: 'reading' }>,
  strings: FirstStrings,
  actions: Actions,
): TemplateResult {
  return html`<section class="busy" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">${strings.reading.heading(state.name)}</h3>
    <p class="quiet">${strings.reading.text}</p>
    <progress aria-labelledby="step-heading"></progress>
    <div class="buttons">
      <button type="button" part="button" @click=${() => actions.cancel()}>${strings.reading.cancel}</button>
    </div>
  </section>`;
}
