/** The steps in the header: where one is, what was done, and the way between them. On narrow screens they are a list to open. */
import { html, nothing, type TemplateResult } from 'lit';
import { STEPS, type StepName } from '../preset-words.js';
import { stepOf, type State, type Step } from '../state.js';
import type { FirstStrings } from '../strings/strings.js';

/** Steps that have another name while they last. */
const LASTING: Partial<Record<Step, StepName>> = { reading: 'choose', converting: 'convert' };

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
  const here = LASTING[step] ?? (step as StepName);
  const { done } = way;
  // The conversion itself cannot be left out.
  const shown = STEPS.filter((name) => name === 'convert' || steps.has(name));
  const current = shown.indexOf(here) + 1;
  return html`<nav class="way" aria-label=${words.label}>
    <button type="button" class="plain where" aria-expanded="false" @click=${toggle}>
      <strong>${words[here]}</strong> <span>${current > 0 ? words.of(current, shown.length) : nothing}</span>
    </button>
    <ol class="steps">
      ${shown.map(
        (name) =>
          html`<li class=${done.has(name) ? 'done' : ''} aria-current=${name === here ? 'step' : nothing}>
            ${
              name !== here && way.leads(name)
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
