/** What went wrong with a board, and what to try in which order, with drawings of the buttons. */
import { html, nothing, type TemplateResult } from 'lit';
import { BoardError } from '../../device/console-protocol.js';
import { EmulatorFault } from '../../device/emulator.js';
import { FlashError, type FlashAdvice, type FlashErrorCode } from '../../device/flash-errors.js';
import { PortError } from '../../device/port-session.js';
import { TransportError } from '../../shared/errors.js';
import { causeOf } from '../explain.js';
import type { BoardState } from '../board/board-state.js';
import type { AllStrings } from '../strings/strings.js';
import { term } from '../terms/term.js';
import { buttonsDrawing, isDrawn } from './buttons-drawing.js';
import { showable } from '../../shared/safe-text.js';

/** A failure in the reader's words. */
export interface BoardFailure {
  readonly title: string;
  readonly text: string;
  /** What the error says in English, `null` where the words above say as much. */
  readonly detail: string | null;
  /** What is told: another one with the same words is another failure. */
  readonly of?: object;
}

/**
 * Says what went wrong.
 * @param title for causes that are not told by the board or its port
 */
export function boardFailure(error: Error, title: string, strings: AllStrings): BoardFailure {
  return { ...told(error, title, strings), of: error };
}

function told(error: Error, title: string, strings: AllStrings): BoardFailure {
  const { flash, serial, try: emulated } = strings.board;
  if (error instanceof FlashError) {
    const words = flash.errors[error.code];
    const text = words.text(fact(error, 'found', strings), fact(error, 'needed', strings));
    return { title: words.title, text, detail: null };
  }
  const detail = showable(error.message);
  // The console tells of what took its device away by an error of its own.
  const inner = error instanceof TransportError ? (error.cause ?? error) : error;
  if (inner instanceof PortError) return { ...serial.ports[inner.code], detail: null };
  if (inner instanceof EmulatorFault) return { title: emulated.fault, text: emulated.faultText, detail };
  if (error instanceof BoardError) return { title, text: refusal(error, strings), detail };
  return { title, text: strings.help[causeOf(error)], detail };
}

/** Why a board does not do what it was asked. */
function refusal({ code }: BoardError, { board: { talk } }: AllStrings): string {
  switch (code) {
    case 'no-model':
      return `${talk.noModel} ${talk.noModelText}`;
    case 'no-tokenizer':
      return talk.noTokenizer;
    case 'too-long':
      return talk.refused.context;
    case 'busy':
    case 'context':
    case 'numeric':
    case 'version':
      return talk.refused[code];
    default:
      return talk.refused.other;
  }
}

/** Failures whose facts are numbers of bytes. */
const IN_BYTES: ReadonlySet<FlashErrorCode> = new Set(['flash-too-small', 'psram-too-small']);

function fact(error: FlashError, name: 'found' | 'needed', strings: AllStrings): string {
  const value = error.facts[name] ?? (name === 'needed' ? error.facts['expected'] : undefined) ?? '';
  if (!IN_BYTES.has(error.code) || typeof value !== 'number') return String(value);
  return value === 0 ? '' : strings.board.flash.bytes(value);
}

/**
 * The failure as a box.
 * @param at id of the control that it came of, see `beside.ts`; `null` where it came by itself
 */
export function boardFailureView(
  { title, text, detail, of }: BoardFailure,
  at: string | null = null,
  advice: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<div
    class="failure"
    part="failure"
    role="group"
    aria-labelledby="failure-title"
    data-for=${at ?? nothing}
    .of=${of}
  >
    <div>
      <h4 id="failure-title">${title}</h4>
      <p>${text}</p>
      ${detail === null ? nothing : html`<p class="detail quiet" lang="en" dir="ltr">${detail}</p>`} ${advice}
    </div>
  </div>`;
}

/** Why a request besides a prompt failed, beside the control that asked for it; a board that is gone has a failure of its own. */
export function requestFailure(
  { link, error, asked }: BoardState,
  control: NonNullable<BoardState['asked']>,
  strings: AllStrings,
): TemplateResult | typeof nothing {
  if ((link.kind !== 'ready' && link.kind !== 'silent') || error === null || asked !== control)
    return nothing;
  return boardFailureView(boardFailure(error, strings.board.serial.failed, strings), control);
}

/** The failure of flashing as a box, with its advice. */
export function flashFailureView(
  error: Error,
  strings: AllStrings,
  title = strings.board.flash.failed,
  at: string | null = null,
): TemplateResult {
  const advice = error instanceof FlashError ? adviceView(error.advice, strings) : nothing;
  return boardFailureView(boardFailure(error, title, strings), at, advice);
}

/** What is done one after the other; everything else is one of several things that may help. */
const IN_ORDER: ReadonlySet<FlashAdvice> = new Set([
  'hold-boot',
  'press-reset',
  'release-boot',
  'close-programs',
  'plug-again',
  'choose-port-again',
  'retry',
]);

/** Things to try: what belongs together in its order and numbered, each other thing for itself; what hands do is drawn. */
export function adviceView(
  advice: readonly FlashAdvice[],
  strings: AllStrings,
): TemplateResult | typeof nothing {
  if (advice.length === 0) return nothing;
  const inOrder = advice.filter((step) => IN_ORDER.has(step));
  const steps = inOrder.length > 1 ? inOrder : [];
  const others = advice.filter((step) => !steps.includes(step));
  return html`${
    steps.length === 0
      ? nothing
      : html`<ol class="advice">
          ${items(steps, strings)}
        </ol>`
  }
  ${
    others.length === 0
      ? nothing
      : html`<ul class="advice">
          ${items(others, strings)}
        </ul>`
  }`;
}

function items(advice: readonly FlashAdvice[], strings: AllStrings): TemplateResult[] {
  const words = strings.board.flash;
  const alone = !advice.includes('hold-boot');
  return advice.map(
    (step) =>
      html`<li class=${isDrawn(step) ? '' : 'plain'}>
        ${isDrawn(step) ? buttonsDrawing(step, alone, words.pictures[step]) : nothing}
        <span>${words.advice[step]}${step === 'hold-boot' ? term('buttons', 'BOOT', strings) : nothing}</span>
      </li>`,
  );
}
