/** Tells the page and screen readers what happens to boards: events, and one sentence for each thing that matters. */
import { PortError } from '../../device/port-session.js';
import { Esp32LlmBoardEvent } from '../events/board-event.js';
import { Esp32LlmErrorEvent } from '../events/error-event.js';
import { Esp32LlmFlashEvent } from '../events/flash-event.js';
import { Esp32LlmTokenEvent } from '../events/token-event.js';
import type { FlashPhase, FlashProgress } from '../../device/flash-progress.js';
import type { AllStrings } from '../strings/strings.js';
import { boardFailure } from '../views/flash-failure.js';
import { failedTurn } from '../views/talk.js';
import type { BoardState } from './board-state.js';
import type { BoardStoreOptions } from './board-store.js';
import type { FlashState, FlashStoreOptions } from './flash-store.js';

/** Where it is told. */
export interface TellerHost {
  readonly target: EventTarget;
  changed(): void;
  announce(text: string): void;
  strings(): AllStrings | null;
  /** What an answer means, `null` where nothing says so. */
  meaning(text: string): string | null;
}

/** Parts of the way of a flashing that are told. */
const QUARTERS = 4;

const NO_FACTS: ReadonlyMap<string, string> = new Map();

export class BoardTeller {
  readonly #host: TellerHost;
  /** What was said of the flashing under way: writing and asking take turns, hundreds of times for a board. */
  readonly #progressSaid = new Set<FlashPhase | number>();

  constructor(host: TellerHost) {
    this.#host = host;
  }

  forBoard(board: Esp32LlmBoardEvent['board']): BoardStoreOptions {
    const { target } = this.#host;
    return {
      onChange: (now, before) => {
        this.#host.changed();
        this.#link(board, now, before);
        this.#talk(now, before);
      },
      onToken: ({ id, text, micros }) => {
        target.dispatchEvent(new Esp32LlmTokenEvent({ board, id, text, micros }));
      },
      onFailure: (error) => this.#failure(error),
    };
  }

  forFlash(): Pick<FlashStoreOptions, 'onChange' | 'onFailure'> {
    return {
      onChange: (now, before) => {
        this.#host.changed();
        this.#flash(now, before);
      },
      onFailure: (error) => this.#failure(error),
    };
  }

  #link(board: Esp32LlmBoardEvent['board'], { link }: BoardState, { link: before }: BoardState): void {
    if (link.kind === before.kind) return;
    const words = this.#host.strings()?.board.announce;
    const tell = (state: Esp32LlmBoardEvent['state'], facts = NO_FACTS): void => {
      this.#host.target.dispatchEvent(new Esp32LlmBoardEvent({ board, state, facts }));
    };
    switch (link.kind) {
      case 'ready':
        tell('ready', link.facts);
        this.#say(words?.ready);
        break;
      case 'silent':
        tell('silent');
        this.#say(words?.silent);
        break;
      case 'lost':
        tell('lost');
        this.#say(link.fault === null ? words?.lost : words?.fault);
        break;
      case 'absent':
        if (before.kind !== 'lost') tell('closed');
        if (link.error !== null) this.#say(this.#failureTitle(link.error));
        break;
      case 'opening':
        tell('opening');
        break;
      case 'greeting':
        break;
    }
  }

  /** Words as they arrive are not read out: only that they are complete. */
  #talk(now: BoardState, before: BoardState): void {
    const strings = this.#host.strings();
    const words = strings?.board.announce;
    const [turn, earlier] = [now.turns.at(-1), before.turns.at(-1)];
    if (turn !== undefined && earlier?.state === 'running' && turn.state !== 'running') {
      if (turn.state !== 'failed') this.#say(this.#host.meaning(turn.text) ?? words?.answered(turn.tokens));
      else if (strings !== null) this.#say(failedTurn(turn, strings).text);
    }
    if (now.bench !== null && now.bench !== before.bench) this.#say(words?.measured);
    if (now.error !== null && now.error !== before.error) this.#say(this.#failureTitle(now.error));
  }

  #flash({ step, imageError }: FlashState, { step: before, imageError: imageErrorBefore }: FlashState): void {
    if (imageError !== null && imageError !== imageErrorBefore)
      this.#say(this.#host.strings()?.failures.image);
    if (step === before) return;
    const progress = step.kind === 'looking' || step.kind === 'flashing' ? step.progress : null;
    const board = boardOf(step);
    this.#host.target.dispatchEvent(new Esp32LlmFlashEvent({ state: step.kind, progress, board }));
    const strings = this.#host.strings();
    if (strings === null) return;
    const words = strings.board.announce;
    if (step.kind !== before.kind) this.#progressSaid.clear();
    if (progress !== null) this.#progress(progress, strings);
    const failed = (error: Error): void =>
      this.#say(boardFailure(error, strings.board.flash.failed, strings).title);
    if (step.kind === 'idle' && step.error !== null) failed(step.error);
    if (step.kind === before.kind) return;
    if (step.kind === 'found') this.#say(words.found(step.problem === null));
    if (step.kind === 'done') this.#say(words.flashed);
    if (step.kind === 'failed') failed(step.error);
  }

  /** Every phase once, and quarters of the way. */
  #progress({ phase, done, total }: FlashProgress, { board }: AllStrings): void {
    const quarter = total === 0 ? 0 : Math.floor((QUARTERS * done) / total);
    const said = this.#progressSaid;
    if (!said.has(phase)) {
      said.add(phase);
      this.#say(board.flash.phases[phase]);
    } else if (quarter > 0 && quarter < QUARTERS && !said.has(quarter)) {
      said.add(quarter);
      this.#say(board.announce.share(quarter / QUARTERS));
    }
  }

  /** Of a board that cannot be talked to, or did not do what it was asked. */
  #failureTitle(error: Error): string | undefined {
    const words = this.#host.strings()?.board.serial;
    return error instanceof PortError ? words?.ports[error.code].title : words?.failed;
  }

  #failure(error: Error): void {
    this.#host.target.dispatchEvent(new Esp32LlmErrorEvent(error.message, error));
  }

  #say(text: string | undefined): void {
    if (text !== undefined) this.#host.announce(text);
  }
}

function boardOf(step: FlashState['step']): Esp32LlmFlashEvent['board'] {
  switch (step.kind) {
    case 'found':
    case 'flashing':
    case 'failed':
      return step.board;
    case 'done':
      return step.entry.outcome.board;
    case 'idle':
    case 'looking':
      return null;
  }
}
