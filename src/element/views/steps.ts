/** The steps in the header: where one is, and the way between the sides of a result. */
import { html, nothing, type TemplateResult } from 'lit';
import type { StepName } from '../preset-words.js';
import { stepOf, type Panel, type State, type Step } from '../state.js';
import type { FirstStrings } from '../strings/strings.js';

/** The steps as the header counts them, with the states that belong to each. */
const HEADER: readonly (readonly [StepName, readonly Step[]])[] = [
  ['choose', ['choose', 'reading']],
  ['fit', ['fit']],
  ['convert', ['converting']],
  ['compare', ['compare']],
  ['try', ['try']],
  ['take', ['take']],
  ['flash', ['flash']],
  ['chat', ['chat']],
];

/** Steps between which a reader of a result goes to and fro. */
const PANELS: readonly string[] = ['compare', 'try', 'take', 'flash', 'chat'] satisfies Panel[];

/** @param steps those that the page shows */
export function stepsView(
  state: State,
  steps: ReadonlySet<StepName>,
  { steps: words }: FirstStrings,
  show: (panel: Panel) => void,
): TemplateResult {
  // The conversion itself cannot be left out.
  const shown = HEADER.filter(([name]) => name === 'convert' || steps.has(name));
  const current = shown.findIndex(([, states]) => states.includes(stepOf(state)));
  return html`<ol class="steps" aria-label=${words.label}>
    ${shown.map(
      ([name], index) =>
        html`<li
          class=${index < current && state.step !== 'talk' ? 'done' : ''}
          aria-current=${index === current ? 'step' : nothing}
        >
          ${
            state.step === 'result' && index !== current && PANELS.includes(name)
              ? html`<button
                  type="button"
                  class="plain"
                  @click=${() => {
                    show(name as Panel);
                  }}
                >
                  ${words[name]}
                </button>`
              : html`<span>${words[name]}</span>`
          }
        </li>`,
    )}
  </ol>`;
}
