/** The conversation with a board: what was said, the next prompt, and how the answer is chosen. */
import { html, nothing, type TemplateResult } from 'lit';
import type { SpeechActions } from '../board/board-actions.js';
import type { Answers } from '../home/answers-door.js';
import type { BoardState, TalkOptions, Turn } from '../board/board-state.js';
import { readyLink } from '../board/board-store.js';
import type { AllStrings } from '../strings/strings.js';
import { boardFailure, boardFailureView, requestFailure, type BoardFailure } from './flash-failure.js';
import type { MeasuredSpeed } from '../../report/figures.js';
import type { Term } from '../strings/terms.js';
import { term } from '../terms/term.js';
import { numberField } from './number-field.js';
import type { VoiceView } from '../voice/voice-door.js';
import { showable } from '../../shared/safe-text.js';

/** Largest seed that the number field offers. */
const MAX_SEED = 0xffffffff;

/** Hotter than this every model writes noise. */
const MAX_TEMPERATURE = 2;

/** What differs between an emulated board and one on a cable. */
export interface TalkFacts {
  /** The prompt is the page's own. */
  readonly locked: boolean;
  /** The board's clock is a model of one. */
  readonly emulated: boolean;
  /** What the model's answers mean, `null` where nothing says so. */
  readonly answers: Answers | null;
  /** What hangs on the board's pins, `null` where nothing does. */
  readonly desk: TemplateResult | null;
  /** Speaking the prompt and hearing the answer, behind its door. */
  readonly voice: VoiceView;
}

export function talkView(
  state: BoardState,
  facts: TalkFacts,
  strings: AllStrings,
  actions: SpeechActions,
): TemplateResult {
  const words = strings.board.talk;
  return html`<div class="talk">
    ${beside(state.turns, facts)} ${conversation(state, facts, strings)} ${problem(state, strings)}
    ${form(state, facts, strings, actions)} ${facts.voice({ ...facts, state, actions }, strings)}
    ${sampling(state, strings, actions)}
    <div class="buttons">
      <button
        id="start-over"
        type="button"
        part="button"
        ?disabled=${state.turns.length === 0 || readyLink(state.link)?.activity !== 'idle'}
        @click=${() => actions.startOver()}
      >
        ${words.startOver}
      </button>
      <button
        type="button"
        part="button"
        ?disabled=${state.turns.length === 0}
        @click=${() => actions.transcript()}
      >
        ${words.transcript}
      </button>
      ${bringBack(state, facts, strings, actions)}
    </div>
    ${requestFailure(state, 'start-over', strings)}
  </div>`;
}

/** The home after what was answered so far, and the board on the desk. */
function beside(turns: readonly Turn[], { answers, desk }: TalkFacts): TemplateResult | typeof nothing {
  const answered = turns.filter(({ state }) => state !== 'running' && state !== 'failed');
  const home = answers?.home(answered.map(({ text }) => text)) ?? null;
  return home === null && desk === null ? nothing : html`<div class="beside">${home}${desk}</div>`;
}

function conversation({ link, turns }: BoardState, facts: TalkFacts, strings: AllStrings): TemplateResult {
  const words = strings.board.talk;
  if (turns.length === 0) return html`<p class="text empty">${words.empty}</p>`;
  // Reversed, so that the newest end stays in sight without a script.
  // A model without a chat goes on with the text it is given, which is one text then.
  const continues = readyLink(link)?.welcome.hasChat === false;
  return html`<div
    class=${continues ? 'turns scroll continued' : 'turns scroll'}
    part="output"
    role="group"
    tabindex="0"
    aria-label=${words.conversation}
  >
    <ol>
      ${turns.map(
        (turn, index) =>
          html`<li>
            <p class="said" dir="auto" translate="no">
              <span class="hidden" lang=${strings.language}>${words.you}:</span
              ><span class="words">${turn.prompt}</span>
            </p>
            <div class="answer">
              ${
                (turn.state === 'running' ? null : facts.answers?.meaning(turn.text)) ??
                html`<p dir="auto" lang="und" translate="no">
                  <span class="hidden" lang=${strings.language}>${words.board}:</span>
                  <span class="words">${showable(turn.text)}</span>${
                    turn.state === 'running' ? html`<span class="caret"></span>` : nothing
                  }
                </p>`
              }
              ${turn.state === 'failed' ? failure(turn, index === turns.length - 1, strings) : html`<p class="quiet facts-line">${turnFacts(turn, turn.state, facts, strings)}</p>`}
            </div>
          </li>`,
      )}
    </ol>
  </div>`;
}

/** The speed of the last answer, `null` before there is one. */
export function measuredSpeed(turns: readonly Turn[]): MeasuredSpeed | null {
  // Only at its end an answer tells how much of it was guessed.
  for (const { boardRate, position, guessed } of [...turns].reverse()) {
    if (boardRate !== null && position !== null && guessed !== null)
      return { rate: boardRate, position, guessed };
  }
  return null;
}

/** Why there is no answer, in one sentence or two. */
export function failedTurn({ error }: Turn, strings: AllStrings): BoardFailure {
  const title = strings.board.talk.failedTurn;
  const failure = boardFailure(error ?? new Error(), title, strings);
  return { ...failure, text: `${title}: ${failure.text}` };
}

/** @param last the prompt is the one that was just sent */
function failure(turn: Turn, last: boolean, strings: AllStrings): TemplateResult {
  const { text, detail, of } = failedTurn(turn, strings);
  return html`<p class="quiet facts-line" data-for=${last ? 'board-prompt' : nothing} .of=${of}>${text}</p>
    ${detail === null ? nothing : html`<p class="detail quiet" lang="en" dir="ltr">${detail}</p>`}`;
}

function turnFacts(
  turn: Turn,
  state: Exclude<Turn['state'], 'failed'>,
  { emulated }: TalkFacts,
  strings: AllStrings,
): string {
  const words = strings.board.talk;
  const facts = [words.tokens(turn.tokens)];
  if (turn.boardRate !== null) {
    facts.push(emulated ? words.modelledRate(turn.boardRate) : words.boardRate(turn.boardRate));
  }
  if (emulated && turn.liveRate !== null) facts.push(words.liveRate(turn.liveRate));
  if (state !== 'running') facts.push(words.reasons[state]);
  return facts.join(' · ');
}

/** Why the board cannot be given text. */
function problem(state: BoardState, strings: AllStrings): TemplateResult | typeof nothing {
  const words = strings.board.talk;
  const ready = readyLink(state.link);
  if (ready !== null && !ready.welcome.hasModel) {
    return boardFailureView({
      title: words.noModel,
      text: words.noModelText,
      detail: showable(ready.facts.get('model_fault') ?? '') || null,
    });
  }
  if (ready !== null && !ready.welcome.hasTokenizer) return html`<p class="quiet">${words.noTokenizer}</p>`;
  return nothing;
}

function form(
  { link, options }: BoardState,
  { locked }: TalkFacts,
  strings: AllStrings,
  actions: SpeechActions,
): TemplateResult {
  const words = strings.board.talk;
  const ready = readyLink(link);
  const running = ready?.activity === 'generating';
  const usable = ready !== null && ready.welcome.hasTokenizer;
  const submit = (event: Event): void => {
    event.preventDefault();
    // What was typed a moment ago may not be drawn yet.
    const box = (event.currentTarget as HTMLElement).closest('form')?.querySelector('textarea');
    if (running) actions.cancel();
    else if (usable && ready.activity === 'idle' && (box?.value ?? '').trim() !== '') actions.send();
  };
  return html`<form part="trial" novalidate @submit=${submit} @focusin=${stayInSight}>
    <div class="field">
      <label for="board-prompt">${ready?.welcome.hasChat === false ? words.prompt : words.chat}</label>
      <textarea
        id="board-prompt"
        rows="2"
        dir="auto"
        .value=${options.prompt}
        ?readonly=${locked}
        @input=${(event: Event) => actions.change({ prompt: (event.target as HTMLTextAreaElement).value })}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing || running) return;
          submit(event);
        }}
      ></textarea>
    </div>
    <div class="buttons">
      <button
        type="submit"
        class=${running ? '' : 'primary'}
        part=${running ? 'button' : 'button primary-button'}
        ?disabled=${!running && (!usable || ready.activity !== 'idle')}
      >
        ${running ? words.stop : words.send}
      </button>
    </div>
  </form>`;
}

const followed = new WeakSet<EventTarget>();

/** What the conversation above grows by does not push the field that somebody writes in out of sight. */
function stayInSight({ currentTarget }: Event): void {
  const form = currentTarget as HTMLElement;
  if (followed.has(form)) return;
  followed.add(form);
  new ResizeObserver(() => {
    if (form.matches(':focus-within')) form.scrollIntoView({ block: 'nearest' });
  }).observe(form.parentElement as HTMLElement);
}

/** What was said last, to be changed and said again. */
function bringBack(
  { options, turns }: BoardState,
  { locked }: TalkFacts,
  strings: AllStrings,
  actions: SpeechActions,
): TemplateResult | typeof nothing {
  const last = turns.at(-1)?.prompt;
  if (last === undefined || locked || options.prompt !== '') return nothing;
  const press = (event: Event): void => {
    actions.change({ prompt: last });
    // This button is for an empty box and goes with it.
    (event.target as HTMLElement).closest('.talk')?.querySelector('textarea')?.focus();
  };
  return html`<button type="button" part="button" @click=${press}>${strings.board.talk.bringBack}</button>`;
}

function sampling(
  { link, options }: BoardState,
  strings: AllStrings,
  actions: SpeechActions,
): TemplateResult {
  const words = strings.board.talk;
  const welcome = readyLink(link)?.welcome ?? null;
  const field = (
    name: Exclude<keyof TalkOptions, 'prompt'>,
    label: string,
    hint: string,
    limits: { readonly max: number; readonly step: number; readonly min?: number },
    explained: Term,
  ): TemplateResult =>
    numberField({
      id: `board-${name}`,
      label,
      hint,
      value: options[name],
      ...limits,
      term: term(explained, label, strings),
      onChange: (value) => actions.change({ [name]: value }),
    });
  return html`<details class="more">
    <summary>${words.sampling}</summary>
    <div class="sampling">
      ${field('temperature', words.temperature, words.temperatureHint, { max: MAX_TEMPERATURE, step: 0.05 }, 'temperature')}
      ${field('topK', words.topK, words.topKHint, { max: welcome?.vocabSize ?? MAX_SEED, step: 1 }, 'topK')}
      ${field('topP', words.topP, words.topPHint, { min: 0.05, max: 1, step: 0.05 }, 'topP')}
      ${field('maxNewTokens', words.length, words.lengthHint, { max: welcome?.context ?? MAX_SEED, step: 1 }, 'token')}
      ${field('seed', words.seed, '', { max: MAX_SEED, step: 1 }, 'seed')}
    </div>
  </details>`;
}
