/** The steps in the header: where one is, what was done, and the way between them. On narrow screens they are a list to open. */
import { html, nothing, type TemplateResult } from 'lit';
import type { StepName } from '../preset-words.js';
import { stepOf, type State, type Step } from '../state.js';
import type { FirstStrings } from '../strings/strings.js';

/** The steps as the header counts them, with the states that belong to each beside the one of the same name. */
const HEADER: readonly (readonly [StepName, Step?])[] = [
  ['choose', 'reading'],
  ['fit'],
  ['convert', 'converting'],
  ['compare'],
  ['try'],
  ['take'],
  ['flash'],
  ['chat'],
];

/** What of the way the header shows; the store. */
export interface Way {
  readonly state: State;
  readonly done: ReadonlySet<StepName>;
  leads(step: StepName): boolean;
}

/** @param steps those that the page shows */
export function stepsView(
  way: Way,
  steps: ReadonlySet<StepName>,
  { steps: words }: FirstStrings,
  go: (step: StepName) => void,
): TemplateResult {
  const step = stepOf(way.state);
  const { done } = way;
  // The conversion itself cannot be left out.
  const shown = HEADER.filter(([name]) => name === 'convert' || steps.has(name));
  const current = shown.findIndex((names) => names.includes(step));
  const name = shown[current]?.[0];
  return html`<nav class="way" aria-label=${words.label}>
    <button type="button" class="plain where" aria-expanded="false" aria-controls="steps" @click=${toggle}>
      <strong>${words[name ?? 'label']}</strong> <span>${name && words.of(current + 1, shown.length)}</span>
    </button>
    <ol class="steps" id="steps">
      ${shown.map(
        ([name], index) =>
          html`<li class=${done.has(name) ? 'done' : ''} aria-current=${index === current ? 'step' : nothing}>
            ${
              index !== current && way.leads(name)
                ? html`<button
                    type="button"
                    class="plain"
                    @click=${(event: Event) => {
                      toggle(event, false);
                      go(name);
                    }}
                  >
                    ${words[name]}
                  </button>`
                : html`<span>${words[name]}</span>`
            }
          </li>`,
      )}
    </ol>
  </nav>`;
}

/** Opens and closes the list. */
function toggle({ currentTarget }: Event, open?: boolean): void {
  const way = (currentTarget as Element).closest('.way');
  way?.firstElementChild?.setAttribute('aria-expanded', String(way.toggleAttribute('data-open', open)));
}
