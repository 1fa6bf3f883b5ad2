/**
 * Owns the flashing of boards: what is flashed, which board was found, how far it is, what became of each. Nothing is
 * written before the board was looked at and a person asked for it. Knows no DOM.
 */
import {
  checkBoard,
  type BoardDoubt,
  type BoardFacts,
  type BoardNeeds,
} from '../../device/board-detection.js';
import { FlashError, isRefusal } from '../../device/flash-errors.js';
import type { FlashProgress } from '../../device/flash-progress.js';
import {
  FlashQueue,
  macOf,
  type QueueEntry,
  type QueueOutcome,
  type QueueTally,
} from '../../device/flash-queue.js';
import type { Flasher } from '../../device/flasher.js';
import { DEFAULT_BAUD, PortError, type PortSession } from '../../device/port-session.js';
import type { SerialSupport } from '../../device/serial-support.js';
import { UsageError, isAbort } from '../../shared/errors.js';
import type { RunnableImage } from './runnable-image.js';
import type { SerialPorts } from './serial-ports.js';
import { followingName } from './board-names.js';

/** A stretch of flash that is to be written. */
export interface PartFacts {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

/** What is flashed, as far as it is shown. */
export interface ImageFacts {
  readonly parts: readonly PartFacts[];
  readonly bytes: number;
  readonly needs: BoardNeeds;
  readonly boardName: string;
}

/** How far the current board is. */
export type FlashStep =
  /** No board; `error` says why the last attempt to get one failed. */
  | { readonly kind: 'idle'; readonly error: Error | null }
  | { readonly kind: 'looking'; readonly progress: FlashProgress | null }
  | {
      readonly kind: 'found';
      readonly board: BoardFacts;
      /** Why it cannot be flashed, `null` when it can. */
      readonly problem: Error | null;
      /** The person knows better than the chip that its doubtful memory is there. */
      readonly accepted: boolean;
    }
  | { readonly kind: 'flashing'; readonly board: BoardFacts; readonly progress: FlashProgress | null }
  | { readonly kind: 'done'; readonly entry: QueueEntry & { readonly outcome: { readonly kind: 'flashed' } } }
  | { readonly kind: 'failed'; readonly error: Error; readonly board: BoardFacts | null };

export interface FlashState {
  /** `null` before the browser was asked. */
  readonly support: SerialSupport['status'] | null;
  readonly step: FlashStep;
  /** `null` before the image was made. */
  readonly image: ImageFacts | null;
  /** Why there is no image. */
  readonly imageError: Error | null;
  /** What the next board is called, e.g. the label on it. */
  readonly label: string;
  readonly entries: readonly QueueEntry[];
  readonly tally: QueueTally | null;
  /** At the rate with which every chip begins, for cables and bridges that lose bytes. */
  readonly slow: boolean;
}

export interface FlashStoreOptions {
  readonly ports: SerialPorts;
  readonly image: () => Promise<RunnableImage>;
  /** Brings what flashes, loaded when a board is first looked at. */
  readonly flasher: () => Promise<Flasher>;
  /** Called before the port is used for flashing: whoever talks over it lets it go. */
  readonly beforeUse: () => Promise<void>;
  readonly onChange: (state: FlashState, before: FlashState) => void;
  readonly onFailure: (error: Error) => void;
}

const AT_REST: FlashState = {
  support: null,
  step: { kind: 'idle', error: null },
  image: null,
  imageError: null,
  label: '',
  entries: [],
  tally: null,
  slow: false,
};

export class FlashStore {
  readonly #options: FlashStoreOptions;
  #state = AT_REST;
  #queue: FlashQueue | null = null;
  #image: RunnableImage | null = null;
  #current = new AbortController();
  /** A board is being chosen. */
  #choosing = false;
  /** Over which the board was found; it waits there in its loader. */
  #found: PortSession | null = null;
  #letting: Promise<void> = Promise.resolve(); // A board that is let go has its port until then.
  /** Counts results: what was begun for one that is gone is dropped. */
  #generation = 0;
  /** The entry for the board that is there and cannot be flashed, `null` when it can. */
  #refused: QueueEntry | null = null;
  /** Address of the board that is there, `null` for one that does not tell it, `undefined` when another one comes. */
  #met: string | null | undefined;
  /** What the person calls boards, by address. */
  readonly #names = new Map<string, string>();
  /** The name of the board that was flashed last, from which names count on. */
  #last = '';
  /** What the board said since it was flashed. */
  #output: Uint8Array | undefined;

  constructor(options: FlashStoreOptions) {
    this.#options = options;
  }

  get state(): FlashState {
    return this.#state;
  }

  /** What the board that was flashed last has said since, for the console that comes next. */
  get output(): Uint8Array | undefined {
    return this.#output;
  }

  /** Whether a board could be looked at: none is being chosen, looked at or flashed. */
  get isFree(): boolean {
    const { kind } = this.#state.step;
    return kind !== 'looking' && kind !== 'flashing' && !this.#choosing;
  }

  /** Asks the browser for its ports' interface and makes the image: what can be known without a board. */
  async prepare(): Promise<void> {
    const support = await this.#options.ports.probe();
    // One that failed before is tried again, and until it fails again nothing is known to be wrong.
    this.#commit({ support, imageError: null });
    await this.#prepareImage().catch(() => undefined);
  }

  /** Lets the person choose a board, and looks at it. */
  async connect(): Promise<void> {
    // The browser shows one list of ports at a time.
    if (!this.isFree) return;
    this.#choosing = true;
    this.#output = undefined;
    this.#leave();
    const { signal } = (this.#current = new AbortController());
    try {
      await this.#options.ports.probe();
      await this.#options.beforeUse();
      const session = await this.#options.ports.choose();
      this.#choosing = false;
      signal.throwIfAborted();
      if (session === null) {
        this.#commit({ step: { kind: 'idle', error: null } });
        return;
      }
      await this.#look(session, signal);
    } catch (error) {
      this.#failed(error, signal, null);
    } finally {
      this.#choosing = false;
    }
  }

  /** Looks again at the board that is there. */
  async lookAgain(): Promise<void> {
    const { session } = this.#options.ports;
    if (session === null) return this.connect();
    const { signal } = (this.#current = new AbortController());
    try {
      await this.#options.beforeUse();
      await this.#look(session, signal);
    } catch (error) {
      this.#failed(error, signal, null);
    }
  }

  /** Goes on although the chip does not tell of the memory that the model needs. */
  accept(accepted: boolean): void {
    const { step } = this.#state;
    if (step.kind !== 'found') return;
    const problem = this.#problem(step.board, accepted);
    this.#commit({ step: { ...step, accepted, problem } });
    this.#note(problem, step.board.mac);
  }

  /** Whether to flash at the lowest rate. */
  setSlow(slow: boolean): void {
    this.#commit({ slow });
  }

  /** What the next board is called. */
  name(label: string): void {
    this.#commit({ label });
    if (typeof this.#met === 'string') this.#names.set(this.#met, label);
    if (this.#refused !== null) this.#refused = this.#queue?.rename(this.#refused, label) ?? null;
  }

  /**
   * Flashes the board that was found.
   * @throws UsageError when there is none, or one is being looked at or flashed
   */
  async flash(): Promise<void> {
    const { step, label, slow } = this.#state;
    const { session } = this.#options.ports;
    const queue = this.#queue;
    if (step.kind === 'flashing') throw new UsageError('A board is being flashed. Wait for it or cancel it.');
    if (step.kind === 'looking' || this.#choosing)
      throw new UsageError('A board is being looked at. Wait for it or cancel it.');
    if (step.kind !== 'found' || session === null || session !== this.#found || queue === null)
      throw new UsageError('No board was found. Connect one first.');
    if (step.problem !== null) throw step.problem;
    const { board } = step;
    const { signal } = (this.#current = new AbortController());
    this.#commit({ step: { kind: 'flashing', board, progress: null } });
    await this.#options.beforeUse();
    const entry = await queue.next(session, label, {
      signal,
      accept: doubts(step.accepted),
      mac: board.mac,
      ...(slow ? { baudRate: DEFAULT_BAUD } : {}),
      onProgress: (progress) => {
        if (this.#state.step.kind === 'flashing')
          this.#commit({ step: { kind: 'flashing', board, progress } });
      },
    });
    // The result that it was flashed with is gone, or the port: nothing is left to go on with.
    if (this.#queue !== queue || this.#options.ports.session !== session) {
      if (this.#state.step.kind === 'flashing') this.#commit({ step: { kind: 'idle', error: null } });
      return;
    }
    const { outcome } = entry;
    switch (outcome.kind) {
      case 'flashed':
        this.#output = outcome.output;
        if (label !== '') this.#names.set(board.mac, label);
        this.#last = label;
        this.#leave();
        this.#commit({ step: { kind: 'done', entry: { ...entry, outcome } } });
        break;
      case 'failed':
      case 'refused':
        // What answered cannot be flashed, and the name that is asked for now is its name.
        if (isRefusal(outcome.error)) {
          this.#refused = entry;
          this.#met = macOf(outcome);
        }
        this.#commit({ step: { kind: 'failed', error: this.#tell(outcome.error), board } });
        break;
      case 'cancelled':
        this.#commit({
          step: {
            kind: 'found',
            board,
            problem: this.#problem(board, step.accepted),
            accepted: step.accepted,
          },
        });
        break;
    }
  }

  /** Stops what runs; what was written stays and is not written again. */
  cancel(): void {
    this.#current.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  /** Lets the board go: the element left the page. */
  release(): void {
    this.cancel();
    const { kind } = this.#state.step;
    if (kind !== 'idle' && kind !== 'flashing') this.#commit({ step: { kind: 'idle', error: null } });
  }

  /** The port is wanted for something else, or closed: the board that was found runs its program again, and is not found any more. */
  async letGo(session: PortSession): Promise<void> {
    if (session !== this.#found) return;
    this.#found = null;
    if (this.#state.step.kind === 'found') this.#commit({ step: { kind: 'idle', error: null } });
    const flasher = await this.#options.flasher();
    await flasher.start(session);
  }

  /** The board is done; the next one can be plugged in. */
  async next(): Promise<void> {
    if (this.#state.step.kind === 'flashing' || this.#state.step.kind === 'looking') return;
    this.#leave();
    await this.#options.beforeUse();
    await this.#options.ports.close();
    this.#commit({ step: { kind: 'idle', error: null } });
  }

  /** Another result, another image: forgets what belongs to the one before. */
  forget(): void {
    this.cancel();
    this.#generation++;
    if (this.#found !== null) this.#letting = this.letGo(this.#found).catch(() => undefined);
    this.#queue = null;
    this.#leave();
    this.#image = null;
    this.#output = undefined;
    this.#commit({ ...AT_REST, support: this.#state.support });
  }

  async #prepareImage(): Promise<RunnableImage> {
    if (this.#image !== null) return this.#image;
    const generation = this.#generation;
    try {
      const image = await this.#options.image();
      if (generation !== this.#generation) throw new DOMException('The model was changed.', 'AbortError');
      this.#image = image;
      const parts = image.parts.map(({ name, offset, source }) => ({ name, offset, bytes: source.size }));
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
      this.#commit({
        image: { parts, bytes, needs: image.needs, boardName: image.board.name },
        imageError: null,
      });
      return image;
    } catch (cause) {
      if (generation === this.#generation) this.#commit({ imageError: asError(cause) });
      throw cause;
    }
  }

  async #look(session: PortSession, signal: AbortSignal): Promise<void> {
    this.#found = null;
    this.#commit({ step: { kind: 'looking', progress: null } });
    await this.#letting;
    const [flasher, image] = await Promise.all([this.#options.flasher(), this.#prepareImage()]);
    signal.throwIfAborted();
    this.#queue ??= new FlashQueue(flasher, { parts: image.parts, needs: image.needs }, () => this.#count());
    const board = await flasher.detect({
      session,
      signal,
      onProgress: (progress) => {
        if (this.#state.step.kind === 'looking') this.#commit({ step: { kind: 'looking', progress } });
      },
    });
    // It was closed or cancelled meanwhile: nobody asks for the board any more.
    if (signal.aborted || this.#options.ports.session !== session) {
      await flasher.start(session);
      signal.throwIfAborted();
      throw new PortError('closed');
    }
    this.#found = session;
    if (board.mac !== this.#met) this.#meet(board.mac);
    const problem = this.#problem(board, false);
    this.#commit({ step: { kind: 'found', board, problem, accepted: false } });
    this.#note(problem, board.mac);
  }

  /** Notes a board that cannot be flashed, and takes that back when it can be after all. What went wrong on the way to a board says nothing about it. */
  #note(problem: Error | null, mac: string | null): void {
    const queue = this.#queue;
    if (queue === null || (problem !== null && !isRefusal(problem))) return;
    const before = this.#refused;
    const isSame = before !== null && macOf(before.outcome) === mac;
    if (problem === null) {
      if (isSame && before.outcome.kind === 'refused') queue.withdraw(before);
      this.#refused = null;
      return;
    }
    if (mac === null) {
      // It is the one that was there before, as long as the chip is of the same kind and nobody chose another board.
      if (isSame && isLike(before.outcome, problem)) return;
      this.#meet(null);
    }
    this.#refused = queue.refuse(problem, mac, this.#state.label);
  }

  /** Another board is there: a name goes with its board, and one that has none is the next of a class. */
  #meet(mac: string | null): void {
    this.#met = mac;
    this.#refused = null;
    this.#commit({ label: mac === null ? '' : (this.#names.get(mac) ?? followingName(this.#last)) });
  }

  /** What comes next is about another board. */
  #leave(): void {
    this.#refused = null;
    this.#met = undefined;
    this.#commit({ label: '' });
  }

  #problem(board: BoardFacts, accepted: boolean): Error | null {
    if (this.#image === null) return null;
    try {
      checkBoard(board, this.#image.needs, doubts(accepted));
      return null;
    } catch (error) {
      return asError(error);
    }
  }

  #count(): void {
    if (this.#queue !== null) this.#commit({ entries: [...this.#queue.entries], tally: this.#queue.tally });
  }

  #failed(cause: unknown, signal: AbortSignal, board: BoardFacts | null): void {
    if (signal.aborted || isAbort(cause)) {
      // What replaced it shows its own.
      if (signal === this.#current.signal) this.#commit({ step: { kind: 'idle', error: null } });
      return;
    }
    const error = this.#tell(cause);
    const step: FlashStep =
      error instanceof FlashError || error instanceof PortError
        ? { kind: 'failed', error, board }
        : { kind: 'idle', error };
    this.#commit({ step });
    this.#note(error, board?.mac ?? null);
  }

  #tell(cause: unknown): Error {
    const error = asError(cause);
    this.#options.onFailure(error);
    return error;
  }

  #commit(change: Partial<FlashState>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    this.#options.onChange(this.#state, before);
  }
}

/** Whether a board was refused for the same cause, with the same kind of chip. */
function isLike(outcome: QueueOutcome, problem: FlashError): boolean {
  const error = 'error' in outcome && outcome.error instanceof FlashError ? outcome.error : null;
  return error?.code === problem.code && error.facts['found'] === problem.facts['found'];
}

/** What the person knows better than the chip. */
function doubts(accepted: boolean): readonly BoardDoubt[] {
  return accepted ? ['psram-too-small'] : [];
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}
