/** What a plan comes to and the way on: always in sight, at the foot of the window, while settings are chosen above it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { PlanJson } from '../../plan/plan.js';
import { planPace, planProblems } from '../../plan/words.js';
import { used } from '../../report/figures.js';
import type { Actions } from '../actions.js';
import type { Lock } from '../preset.js';
import { firstRemedy, takeRemedy } from '../remedies.js';
import type { Choice } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { markIcon } from './mark-icon.js';

export function fitBar(
  { plan }: Choice,
  planning: boolean,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { fit } = strings;
  const { fits } = plan;
  return html`<div class="fit-bar" aria-busy=${planning ? 'true' : 'false'}>
    <div class="outcome">
      <p class=${fits ? 'badge good' : 'badge bad'}>
        ${planning ? html`<span>${fit.planning}</span>` : html`${markIcon(fits)}<span>${fits ? fit.fits : fit.fitsNot}</span>`}
      </p>
      ${(fits ? figures(plan, strings) : planProblems(plan, strings.report.plan).slice(0, 1)).map(
        (text) => html`<p class="quiet">${text}</p>`,
      )}
    </div>
    <div class="buttons">
      ${fits ? onward(planning, strings, actions) : mending(plan, planning, locked, strings, actions)}
    </div>
  </div>`;
}

/** Size and speed. */
function figures(plan: PlanJson, { fit, report }: Strings): string[] {
  const flash = plan.memories.find(({ memory }) => memory === 'flash');
  return [
    ...(flash === undefined ? [] : [fit.flashUse(fit.memoryUse(used(flash), flash.capacity))]),
    planPace(plan, report.plan),
  ];
}

function onward(planning: boolean, { fit }: Strings, actions: Actions): TemplateResult {
  return html`<button type="button" part="button" @click=${() => actions.reset()}>${fit.back}</button>
    <button
      id="convert"
      type="button"
      class="primary"
      part="button primary-button"
      ?disabled=${planning}
      @click=${() => actions.convert()}
    >
      ${fit.convert}
    </button>`;
}

/** The first remedy in the place of the conversion, which is still possible. */
function mending(
  plan: PlanJson,
  planning: boolean,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { fit } = strings;
  const remedy = firstRemedy(plan, locked, strings) ?? { text: fit.back, settings: null };
  return html`<button
      id="convert"
      type="button"
      class="plain"
      ?disabled=${planning}
      @click=${() => actions.convert()}
    >
      ${fit.convertAnyway}
    </button>
    ${
      remedy.settings === null
        ? nothing
        : html`<button type="button" part="button" @click=${() => actions.reset()}>${fit.back}</button>`
    }
    <button
      type="button"
      class="primary"
      part="button primary-button"
      ?disabled=${planning}
      @click=${({ currentTarget }: Event) => {
        takeRemedy(remedy, currentTarget as HTMLElement, strings, actions);
      }}
    >
      ${remedy.text}
    </button>`;
}
