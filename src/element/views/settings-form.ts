/** What can be set: the board, how small the numbers become, and how much the model remembers. */
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { CHIPS } from '../../chips/index.js';
import { BOARDS, isModule, type Board } from '../../plan/boards.js';
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
import { DEFAULT_EFFORT, EFFORTS } from '../../quantize/effort.js';
import { effortSeconds } from '../../quantize/effort-time.js';
import type { Actions } from '../actions.js';
import { QUALITIES, QUALITY_SETTINGS, qualityOf } from '../quality.js';
import type { Lock } from '../preset.js';
import type { Choice, Failure, Settings } from '../state.js';
import type { Strings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import type { Term } from '../strings/terms.js';
import { failureView } from './failure.js';
import { vocabularyField } from './vocabulary-field.js';

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
function mended({ weights, granularity, activations, effort }: Settings): Partial<Settings> {
  if (effort === 'best' && activations === 'static') return { effort: 'good' };
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

export function settingsForm(
  choice: Choice,
  failure: Failure | null,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
  find: TemplateResult,
): TemplateResult {
  const { fit } = strings;
  const { settings } = choice;
  const beside = (lock: Lock): TemplateResult | typeof nothing =>
    failure?.at === lock ? failureView(failure, strings, null) : nothing;
  return html`<form class="panel settings" @submit=${(event: Event) => event.preventDefault()}>
    <h4>${fit.settings}</h4>
    ${['board', 'scheme', 'context'].some((name) => locked.has(name as Lock)) ? html`<p class="quiet">${fit.settled}</p>` : nothing}
    ${locked.has('board') ? settled('board', fit.board, boardName(settings.board), boardText(settings.board, strings)) : boardField(settings, strings, actions, find)}
    ${beside('board')} ${qualityField(choice, locked, strings, actions)} ${beside('scheme')}
    ${effortField(choice, locked.has('scheme'), strings, actions)}
    ${contextField(choice, locked.has('context'), strings, actions)} ${beside('context')}
    ${
      choice.inspection.notes.some(({ code }) => code === 'chat-no-begin')
        ? radios('chat', fit.chat, CHATS, fit.chatKinds, settings, locked, strings, actions)
        : nothing
    }
    ${vocabularyField(choice, locked.has('scheme'), strings, actions)}
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

function boardField(
  settings: Settings,
  strings: Strings,
  actions: Actions,
  find: TemplateResult,
): TemplateResult {
  const { fit } = strings;
  return html`<div class="field">
    <div><label for="board">${fit.board}</label>${term('module', fit.board, strings)}</div>
    <select
      id="board"
      @change=${(event: Event) =>
        actions.change({ board: (event.target as HTMLSelectElement).value, encodings: undefined })}
    >
      ${CHIPS.flatMap((chip) =>
        [true, false].map(
          (modules) =>
            html`<optgroup label=${`${chip.name}: ${modules ? fit.modules : fit.boards}`}>
              ${BOARDS.filter((board) => board.chip === chip && isModule(board) === modules).map(
                (board) =>
                  html`<option
                    value=${board.id}
                    ?selected=${board.id === settings.board}
                    ?disabled=${board.refused !== null}
                  >
                    ${optionText(board, strings)}
                  </option>`,
              )}
            </optgroup>`,
        ),
      )}
    </select>
    <p class="quiet">${boardText(settings.board, strings)}</p>
    ${find}
  </div>`;
}

/** Its name with its memories, which the name may say itself, and whether it is supported. */
function optionText({ id, name, refused }: Board, strings: Strings): string {
  const memories = name.endsWith(')') ? '' : ` (${boardText(id, strings)})`;
  return `${name}${memories}${refused === null ? '' : ` (${strings.fit.unsupported})`}`;
}

function boardText(id: string, { fit }: Strings): string {
  const board = BOARDS.find((candidate) => candidate.id === id);
  return board === undefined ? '' : fit.boardMemory(board.flashBytes, board.psramBytes, board.psramKind);
}

/** How small the numbers become: three ways, what the chosen one comes to, and every part of it. */
function qualityField(
  { settings, plan }: Choice,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { fit } = strings;
  const quality = qualityOf(settings);
  const { name, text } = quality === null ? fit.ownQuality : fit.qualities[quality];
  const scheme = strings.report.scheme(plan.scheme);
  return html`${
      locked.has('scheme')
        ? settled('quality', fit.quality, name, scheme)
        : html`<fieldset id="scheme" class="field" aria-labelledby="quality-name">
            ${legend('quality', fit.quality, 'quantization', strings)}
            ${segments('quality', QUALITIES, quality, fit.qualities, (picked) => {
              actions.change({ ...QUALITY_SETTINGS[picked], encodings: undefined });
            })}
            <p class="quiet">${text}</p>
            <p class="quiet">${scheme}</p>
          </fieldset>`
    }
    <details ?open=${quality === null}>
      <summary>${fit.exactly}</summary>
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
              strings,
              actions,
            )
          : nothing
      }
      ${radios('granularity', fit.granularity, granularitiesFor(settings), fit.granularities, settings, locked, strings, actions)}
      ${radios('activations', fit.activations, WANTED_ACTIVATIONS, fit.activationKinds, settings, locked, strings, actions)}
      ${radios('cache', fit.cache, WANTED_CACHES, fit.cacheKinds, settings, locked, strings, actions)}
    </details>`;
}

/** How much work goes into the weights, and how long that takes. */
function effortField(
  { settings, inspection }: Choice,
  locked: boolean,
  strings: Strings,
  actions: Actions,
): TemplateResult | typeof nothing {
  const { fit, report } = strings;
  const effort = settings.effort ?? DEFAULT_EFFORT;
  const { name, text } = fit.efforts[effort];
  if (locked) return effort === DEFAULT_EFFORT ? nothing : settled('effort', fit.effort, name, text);
  // What best looks for is not there with scales that are fixed beforehand.
  const offered = EFFORTS.filter((one) => one !== 'best' || settings.activations !== 'static');
  const seconds = effortSeconds(effort, inspection.parameters);
  return html`<fieldset class="field" aria-labelledby="effort-name">
    ${legend('effort', fit.effort, 'effort', strings)}
    ${segments('effort', offered, effort, fit.efforts, (picked) => {
      actions.change({ effort: picked === DEFAULT_EFFORT ? undefined : picked });
    })}
    <p class="quiet">${text} ${seconds === 0 ? nothing : fit.effortTime(report.format.seconds(seconds))}</p>
  </fieldset>`;
}

/** Encodings are called the same in every language. */
const WEIGHT_WORDS = Object.fromEntries(
  WEIGHT_KINDS.map((kind) => [kind, { name: WEIGHTS[kind].label, text: '' }]),
) as Record<WeightKind, { readonly name: string; readonly text: string }>;

/** What the legends of settings name. */
const TERMS = {
  weights: 'int8',
  granularity: 'scale',
  activations: 'activations',
  cache: 'cache',
  chat: 'template',
} as const satisfies Readonly<Record<string, Term>>;

/** A legend with its "?", which is no part of the group's name. */
function legend(id: string, title: string, explained: Term, strings: Strings): TemplateResult {
  return html`<legend><span id=${`${id}-name`}>${title}</span>${term(explained, title, strings)}</legend>`;
}

/** A setting with few values, each with a word and a sentence; the sentence of the chosen one is shown. */
function radios<Name extends 'weights' | 'granularity' | 'activations' | 'cache' | 'chat'>(
  name: Name,
  title: string,
  values: readonly Settings[Name][],
  words: Readonly<Record<Settings[Name], { readonly name: string; readonly text: string }>>,
  settings: Settings,
  locked: ReadonlySet<Lock>,
  strings: Strings,
  actions: Actions,
): TemplateResult {
  const { name: chosen, text } = words[settings[name]];
  if (locked.has('scheme')) return settled(name, title, chosen, text);
  const [part] = settings[name].split(':');
  return html`<fieldset class="field" aria-labelledby=${`${name}-name`}>
    ${legend(name, title, TERMS[name], strings)}
    ${segments(name, values, settings[name], words, (value) => {
      actions.change({
        [name]: value,
        ...mended({ ...settings, [name]: value }),
        encodings: undefined,
      });
    })}
    ${
      text === ''
        ? nothing
        : html`<p class="quiet">
            ${text}${part === 'tensor' || part === 'channel' || part === 'group' ? term(part, chosen, strings) : part === 'static' ? term('calibration', chosen, strings) : nothing}
          </p>`
    }
  </fieldset>`;
}

/** Radio buttons that lie side by side. */
function segments<Value extends string>(
  name: string,
  values: readonly Value[],
  chosen: Value | null,
  words: Readonly<Record<Value, { readonly name: string }>>,
  pick: (value: Value) => void,
): TemplateResult {
  return html`<div class="segments">
    ${values.map(
      (value) =>
        html`<label>
          <input
            type="radio"
            name=${name}
            value=${value}
            .checked=${live(chosen === value)}
            @change=${() => {
              pick(value);
            }}
          /><span>${words[value].name}</span>
        </label>`,
    )}
  </div>`;
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
    <div>
      <label for="context">${fit.context} <span class="value">${fit.tokens(context)}</span></label>
      ${term('context', fit.context, strings)}
    </div>
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
