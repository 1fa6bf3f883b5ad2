/** What leads from a step of a result to the next one, and to what can be taken away beside. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Actions } from '../actions.js';
import type { StepName } from '../preset-words.js';
import type { Panel } from '../state.js';
import type { WayStrings } from '../strings/way.js';

/** The way forward; taking away is beside it. */
const FORWARD = ['compare', 'try', 'flash', 'chat'] as const satisfies readonly Panel[];

/** Steps in which there is something to do before the next one is what one wants. */
const HAVE_DEEDS: readonly Panel[] = ['try', 'take', 'flash'];

type Target = Exclude<StepName, 'choose' | 'convert'>;

/** Where a step leads: the next that the page shows, and what is beside it; `null` for neither. */
export function waysOn(
  panel: Panel,
  steps: ReadonlySet<StepName>,
): { readonly next: Target | null; readonly beside: Target | null; readonly isAhead: boolean } {
  // What was taken away is flashed, or talked to.
  const from = (FORWARD as readonly Panel[]).indexOf(panel === 'take' ? 'try' : panel);
  const ahead = FORWARD.slice(from + 1).find((step) => steps.has(step)) ?? null;
  const take = panel !== 'take' && steps.has('take') ? 'take' : null;
  if (ahead !== null) return { next: ahead, beside: take, isAhead: true };
  // The last step of a way.
  if (panel !== 'take') return { next: take, beside: null, isAhead: panel !== 'chat' };
  return { next: steps.has('compare') ? 'compare' : 'fit', beside: null, isAhead: false };
}

/** @param done the steps that were done */
export function onwardView(
  panel: Panel,
  steps: ReadonlySet<StepName>,
  done: ReadonlySet<StepName>,
  words: WayStrings,
  actions: Actions,
): TemplateResult | typeof nothing {
  const { next, beside, isAhead } = waysOn(panel, steps);
  if (next === null) return nothing;
  // One button is the next thing to do: where a step has a deed of its own, that one comes first.
  const leads = isAhead && (!HAVE_DEEDS.includes(panel) || done.has(panel));
  const button = (step: Target, primary: boolean): TemplateResult =>
    html`<button
      type="button"
      class=${primary ? 'primary' : ''}
      part=${primary ? 'button primary-button' : 'button'}
      @click=${() => {
        actions.show(step);
      }}
    >
      ${words.to[step]}
    </button>`;
  return html`<div class="buttons onward">
    ${beside === null ? nothing : button(beside, false)} ${button(next, leads)}
  </div>`;
}
