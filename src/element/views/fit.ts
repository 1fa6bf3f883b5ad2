/** The second step: what the model is, what can be set, and whether it fits the board. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Actions } from '../actions.js';
import { BOARDS } from '../../plan/boards.js';
import type { PlanJson } from '../../plan/plan.js';
import { planChoice, planCut, planProblems, planRemedies, planSpeed } from '../../plan/words.js';
import {
  CHATS,
  OFFERED_WEIGHTS,
  WANTED_ACTIVATIONS,
  WANTED_CACHES,
  WANTED_WEIGHTS,
  WEIGHTS,
  WEIGHT_KINDS,
  isPossible,
  type WeightKind,
} from '../../plan/scheme.js';
import { PACKAGE_LIMITS } from '../../schema/limits.js';
import { sayNote } from '../../shared/notes.js';
import type { Note } from '../../worker/notes.js';
import type { Lock } from '../preset.js';
import type { Choice, Settings, State } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { boardPicture } from './board-picture.js';
import { failureView } from './failure.js';
import { markIcon } from './mark-icon.js';
import { memoryBars } from './memory-bars.js';
import { vocabularyField, withCut } from './vocabulary-field.js';

export function fitView(
  state: Extract<State, { step: 'fit' }>,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
  frontier: TemplateResult | typeof nothing,
): TemplateResult {
  const { choice, planning, failure } = state;
  const { fit } = strings;
  return html`<section class="fit" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">
      <slot name="fit-heading">${fit.heading(choice.inspection.name)}</slot>
    </h3>
    <slot name="fit-text"></slot>
    ${failureView(failure, strings, null)}
    <div class="columns">
      ${settingsForm(choice, locked, strings, actions)}
      <div class="stack">
        ${judgement(choice, planning, locked.has('scheme'), strings, actions)} ${frontier}
        ${facts(choice, strings)}
      </div>
    </div>
    <div class="buttons end">
      <button type="button" part="button" @click=${() => actions.reset()}>${fit.back}</button>
      <button
        type="button"
        class="primary"
        part="button primary-button"
        ?disabled=${planning}
        @click=${() => actions.convert()}
      >
        ${choice.plan.fits ? fit.convert : fit.convertAnyway}
      </button>
    </div>
  </section>`;
}

function facts({ inspection }: Choice, strings: Strings): TemplateResult {
  const { fit } = strings;
  const speaks = inspection.chat ? fit.speaksChat : inspection.hasTokenizer ? fit.speaksText : fit.speaksIds;
  const rows: readonly (readonly [string, string])[] = [
    [fit.architecture, inspection.architecture],
    [fit.parameters, strings.parameters(inspection.parameters)],
    [fit.shape, fit.shapeValue(inspection.layers, inspection.hiddenSize)],
    [fit.heads, fit.headsValue(inspection.heads, inspection.kvHeads)],
    [fit.vocabulary, fit.tokens(inspection.vocabSize)],
    [fit.longest, fit.tokens(inspection.maxPositions)],
    [fit.file, fit.fileValue(inspection.bytes, inspection.dtypes)],
    [fit.speaks, speaks],
  ];
  return html`<div class="panel">
    <h4>${fit.facts}</h4>
    <dl class="facts">
      ${rows.map(
        ([label, value]) =>
          html`<div>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${notes(inspection.notes, strings)}
  </div>`;
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

const COARSE_TO_FINE: readonly Settings['granularity'][] = [
  'auto',
  'tensor',
  'channel',
  'group:128',
  'group:64',
  'group:32',
  'group:16',
];

/** What the weights cannot have becomes automatic, so that each kind of weights can be chosen by itself. */
function mended({ weights, granularity, activations }: Settings): Partial<Settings> {
  if (weights === 'auto') return {};
  const has = (scheme: Pick<Settings, 'granularity' | 'activations'>): boolean => isPossible(weights, scheme);
  return {
    ...(has({ granularity, activations: 'auto' }) ? {} : { granularity: 'auto' }),
    ...(has({ granularity: 'auto', activations }) ? {} : { activations: 'auto' }),
  };
}

/** What the chosen weights can have, and what is chosen. */
function granularitiesFor({ weights, granularity }: Settings): Settings['granularity'][] {
  const kinds: readonly WeightKind[] = weights === 'auto' ? OFFERED_WEIGHTS : [weights];
  return COARSE_TO_FINE.filter(
    (value) =>
      value === granularity ||
      kinds.some((kind) => isPossible(kind, { granularity: value, activations: 'auto' })),
  );
}

function settingsForm(
  choice: Choice,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { fit } = strings;
  const { settings } = choice;
  return html`<form class="panel settings" @submit=${(event: Event) => event.preventDefault()}>
    <h4>${fit.settings}</h4>
    ${['board', 'scheme', 'context'].some((name) => locked.has(name as Lock)) ? html`<p class="quiet">${fit.settled}</p>` : nothing}
    ${locked.has('board') ? settled('board', fit.board, boardName(settings.board), boardText(settings.board, strings)) : boardField(settings, strings, actions)}
    ${
      // One kind is no choice.
      OFFERED_WEIGHTS.length > 1
        ? radios(
            'weights',
            fit.weights,
            WANTED_WEIGHTS,
            { ...WEIGHT_WORDS, auto: fit.weightsAuto },
            settings,
            locked,
            actions,
          )
        : nothing
    }
    ${radios('granularity', fit.granularity, granularitiesFor(settings), fit.granularities, settings, locked, actions)}
    ${contextField(choice, locked.has('context'), strings, actions)}
    ${
      choice.inspection.notes.some(({ code }) => code === 'chat-no-begin')
        ? radios('chat', fit.chat, CHATS, fit.chatKinds, settings, locked, actions)
        : nothing
    }
    ${vocabularyField(choice, locked.has('scheme'), strings, actions)}
    <details ?open=${settings.activations !== 'auto' || settings.cache !== 'auto'}>
      <summary>${fit.more}</summary>
      ${radios('activations', fit.activations, WANTED_ACTIVATIONS, fit.activationKinds, settings, locked, actions)}
      ${radios('cache', fit.cache, WANTED_CACHES, fit.cacheKinds, settings, locked, actions)}
    </details>
  </form>`;
}

/** A setting that whoever made the page has settled: no control that does nothing, but what it is. */
function settled(name: string, label: string, value: string, text: string): TemplateResult {
  return html`<div class="field" data-settled=${name}>
    <span>${label}</span>
    <strong>${value}</strong>
    ${text === '' ? nothing : html`<p class="quiet">${text}</p>`}
  </div>`;
}

function boardName(id: string): string {
  return BOARDS.find((board) => board.id === id)?.name ?? id;
}

function boardField(settings: Settings, strings: Strings, actions: Actions): TemplateResult {
  const { fit } = strings;
  return html`<div class="field">
    <label for="board">${fit.board}</label>
    <select
      id="board"
      @change=${(event: Event) =>
        actions.change({ board: (event.target as HTMLSelectElement).value, encodings: undefined })}
    >
      ${BOARDS.map(
        (board) =>
          html`<option
            value=${board.id}
            ?selected=${board.id === settings.board}
            ?disabled=${board.refused !== null}
          >
            ${board.name}${board.refused === null ? '' : ` (${fit.unsupported})`}
          </option>`,
      )}
    </select>
    <p class="quiet">${boardText(settings.board, strings)}</p>
  </div>`;
}

function boardText(id: string, { fit }: Strings): string {
  const board = BOARDS.find((candidate) => candidate.id === id);
  return board === undefined ? '' : fit.boardMemory(board.flashBytes, board.psramBytes, board.psramKind);
}

/** Encodings are called the same in every language. */
const WEIGHT_WORDS = Object.fromEntries(
  WEIGHT_KINDS.map((kind) => [kind, { name: WEIGHTS[kind].label, text: '' }]),
) as Record<WeightKind, { readonly name: string; readonly text: string }>;

/** A setting with few values, each with a word and a sentence; the sentence of the chosen one is shown. */
function radios<Name extends 'weights' | 'granularity' | 'activations' | 'cache' | 'chat'>(
  name: Name,
  legend: string,
  values: readonly Settings[Name][],
  words: Readonly<Record<Settings[Name], { readonly name: string; readonly text: string }>>,
  settings: Settings,
  locked: ReadonlySet<Lock>,
  actions: Actions,
): TemplateResult {
  const { name: chosen, text } = words[settings[name]];
  if (locked.has('scheme')) return settled(name, legend, chosen, text);
  return html`<fieldset class="field">
    <legend>${legend}</legend>
    <div class="segments">
      ${values.map(
        (value) =>
          html`<label>
            <input
              type="radio"
              name=${name}
              value=${value}
              .checked=${settings[name] === value}
              @change=${() => {
                actions.change({
                  [name]: value,
                  ...mended({ ...settings, [name]: value }),
                  encodings: undefined,
                });
              }}
            /><span>${words[value].name}</span>
          </label>`,
      )}
    </div>
    ${text === '' ? nothing : html`<p class="quiet">${text}</p>`}
  </fieldset>`;
}

/** Shortest context on the slider: a request and its answer. */
const LEAST_STOP = 32;

/** Where the context slider stops: powers of two, the model's own length, and what is set now. */
export function contextStops(maxPositions: number, context: number): number[] {
  const longest = Math.min(maxPositions, PACKAGE_LIMITS.context);
  const stops = new Set([longest, Math.min(context, longest)]);
  for (let stop = LEAST_STOP; stop < longest; stop *= 2) stops.add(stop);
  return [...stops].sort((a, b) => a - b);
}

function contextField(
  { inspection, plan, settings }: Choice,
  locked: boolean,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { fit } = strings;
  const context = settings.context ?? plan.context;
  if (locked) return settled('context', fit.context, fit.tokens(context), fit.contextText);
  const stops = contextStops(inspection.maxPositions, context);
  // A context that is no stop of its own leaves the slider with it, and the stops behind it move up: what was drawn last says
  // nothing about where the thumb is.
  const at = (event: Event): number => stops[Number((event.target as HTMLInputElement).value)] ?? context;
  return html`<div class="field">
    <label for="context">${fit.context} <span class="value">${fit.tokens(context)}</span></label>
    <input
      id="context"
      type="range"
      min="0"
      max=${stops.length - 1}
      step="1"
      .value=${live(String(stops.indexOf(context)))}
      aria-valuetext=${fit.tokens(context)}
      @input=${(event: Event) => actions.change({ context: at(event) })}
    />
    <p class="quiet ends">
      <span>${strings.report.format.count(stops[0] ?? 0)}</span
      ><span>${strings.report.format.count(stops.at(-1) ?? 0)}</span>
    </p>
    <p class="quiet">${fit.contextText}</p>
  </div>`;
}

function judgement(
  { plan }: Choice,
  planning: boolean,
  locked: boolean,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { fit } = strings;
  const problems = planProblems(plan, strings.report.plan);
  const remedies = planRemedies(plan, strings.report.plan);
  const choice = planChoice(plan, strings.report.plan);
  return html`<div class="panel judgement" aria-busy=${planning ? 'true' : 'false'}>
    <h4>${fit.memory}</h4>
    <p class=${plan.fits ? 'badge good' : 'badge bad'}>
      ${planning ? html`<span>${fit.planning}</span>` : html`${markIcon(plan.fits)}<span>${plan.fits ? fit.fits : fit.fitsNot}</span>`}
    </p>
    ${boardPicture(plan.memories, strings)} ${memoryBars(plan.memories, strings)}
    ${
      problems.length === 0
        ? html`<p class="quiet">${planSpeed(plan, strings.report.plan)}</p>`
        : html`<ul class="problems">
              ${problems.map((problem) => html`<li>${problem}</li>`)}
            </ul>
            ${
              remedies.length === 0
                ? nothing
                : html`<h5>${fit.remedies}</h5>
                    <ul class="remedies">
                      ${remedies.map((remedy) => html`<li>${remedy}</li>`)}
                    </ul>`
            }`
    }
    ${cutOffer(plan, locked, strings, actions)}
    ${choice === null ? nothing : html`<p class="quiet choice">${choice}</p>`}
  </div>`;
}

/** What fewer tokens would make of it, with a button where that is enough. */
function cutOffer(
  plan: PlanJson,
  locked: boolean,
  strings: Strings,
  actions: Actions,
): TemplateResult | typeof nothing {
  const { cut } = plan;
  const sentence = planCut(plan, strings.report.plan);
  if (cut === null || sentence === null) return nothing;
  const { tokens, fits } = cut;
  return html`<div class="cut">
    <p>${sentence}</p>
    ${
      fits
        ? html`<button
            type="button"
            part="button"
            ?disabled=${locked}
            @click=${() => {
              actions.change(withCut({ tokens }));
            }}
          >
            ${strings.fit.fewer.cut(strings.report.format.count(tokens))}
          </button>`
        : nothing
    }
  </div>`;
}
