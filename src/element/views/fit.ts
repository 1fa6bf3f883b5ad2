/** The second step: what the model is, what can be set, and whether it fits the board. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Actions } from '../actions.js';
import type { PlanJson } from '../../plan/plan.js';
import { planChoice, planCut, planProblems, planRemedies } from '../../plan/words.js';
import { sayNote } from '../../shared/notes.js';
import type { Note } from '../../worker/notes.js';
import type { Lock } from '../preset.js';
import { cutButton, remedyButton, takeRemedy, type RemedyButton } from '../remedies.js';
import type { Choice, State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import type { Term } from '../strings/terms.js';
import { boardPicture } from './board-picture.js';
import { failureView } from './failure.js';
import { fitBar } from './fit-bar.js';
import { memoryBars } from './memory-bars.js';
import { speedFigure } from './speed-figure.js';
import { settingsForm } from './settings-form.js';

export function fitView(
  state: Extract<State, { step: 'fit' }>,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
  frontier: TemplateResult | typeof nothing,
  drawing: TemplateResult,
  find: TemplateResult,
): TemplateResult {
  const { choice, planning, failure } = state;
  const { fit } = strings;
  return html`<section class="fit" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">
      <slot name="fit-heading">${fit.heading(choice.inspection.name)}</slot>
    </h3>
    <slot name="fit-text"></slot>
    <div class="columns">
      ${settingsForm(choice, failure, locked, strings, actions, find)}
      ${judgement(choice, planning, locked, strings, actions)}
      <div class="stack">${drawing} ${frontier} ${facts(choice, strings)}</div>
    </div>
    ${failure?.at === 'convert' ? failureView(failure, strings, null) : nothing}
    ${fitBar(choice, planning, locked, strings, actions)}
  </section>`;
}

function facts({ inspection }: Choice, strings: Strings): TemplateResult {
  const { fit } = strings;
  const speaks = inspection.chat ? fit.speaksChat : inspection.hasTokenizer ? fit.speaksText : fit.speaksIds;
  const rows: readonly (readonly [string, string, Term?])[] = [
    [fit.architecture, inspection.architecture],
    [fit.parameters, strings.parameters(inspection.parameters), 'parameter'],
    [fit.shape, fit.shapeValue(inspection.layers, inspection.hiddenSize), 'layer'],
    [fit.heads, fit.headsValue(inspection.heads, inspection.kvHeads), 'head'],
    [fit.vocabulary, fit.tokens(inspection.vocabSize), 'vocabulary'],
    [fit.longest, fit.tokens(inspection.maxPositions), 'context'],
    [fit.file, fit.fileValue(inspection.bytes, inspection.dtypes)],
    [fit.speaks, speaks, 'token'],
  ];
  return html`<details class="panel more">
    <summary>${fit.facts}</summary>
    <dl class="facts">
      ${rows.map(
        ([label, value, explained]) =>
          html`<div>
            <dt>${label}${explained === undefined ? nothing : term(explained, label, strings)}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${notes(inspection.notes, strings)}
  </details>`;
}

/** What was assumed or ignored, folded away. */
export function notes(list: readonly Note[], strings: Strings): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  return html`<details class="notes">
    <summary>${strings.fit.notes(list.length)}</summary>
    <ul>
      ${list.map((note) => html`<li>${sayNote(note, strings.notes)}</li>`)}
    </ul>
  </details>`;
}

function judgement(
  { plan }: Choice,
  planning: boolean,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { fit } = strings;
  const problems = planProblems(plan, strings.report.plan);
  const choice = planChoice(plan, strings.report.plan);
  return html`<div class="panel judgement" aria-busy=${planning ? 'true' : 'false'}>
    <h4>${fit.memory}</h4>
    ${boardPicture(plan.memories, strings)} ${memoryBars(plan.memories, strings)}
    ${
      problems.length === 0
        ? speedFigure(plan.speed, null, strings)
        : html`<ul class="problems">
              ${problems.map((problem) => html`<li>${problem}</li>`)}
            </ul>
            ${remedies(plan, planning, locked, strings, actions)}`
    }
    ${cutOffer(plan, planning, locked, strings, actions)}
    ${choice === null ? nothing : html`<p class="quiet choice">${choice}</p>`}
  </div>`;
}

/** What would help, each with the button that does it. */
function remedies(
  plan: PlanJson,
  planning: boolean,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
): TemplateResult | typeof nothing {
  const sentences = planRemedies(plan, strings.report.plan);
  if (sentences.length === 0) return nothing;
  return html`<h5>${strings.fit.remedies}</h5>
    <ul class="remedies">
      ${sentences.map((sentence, index) => {
        const remedy = plan.advice.remedies[index];
        const button = remedy === undefined ? null : remedyButton(remedy, plan, locked, strings);
        return html`<li><span>${sentence}</span> ${act(button, planning, strings, actions)}</li>`;
      })}
    </ul>`;
}

/** What fewer tokens would make of it, with a button where that is enough. */
function cutOffer(
  plan: PlanJson,
  planning: boolean,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
): TemplateResult | typeof nothing {
  const sentence = planCut(plan, strings.report.plan);
  if (sentence === null) return nothing;
  return html`<div class="cut">
    <p>${sentence}</p>
    ${act(cutButton(plan, locked, strings), planning, strings, actions)}
  </div>`;
}

/** A plan under way may take away what a remedy is for. */
function act(
  button: RemedyButton | null,
  planning: boolean,
  strings: Strings,
  actions: Actions,
): TemplateResult | typeof nothing {
  if (button === null) return nothing;
  return html`<button
    type="button"
    part="button"
    ?disabled=${planning}
    @click=${({ currentTarget }: Event) => {
      takeRemedy(button, currentTarget as HTMLElement, strings, actions);
    }}
  >
    ${button.text}
  </button>`;
}
