/** Flashes a board over a port session: from finding out what is there to the restart into what was written. */
import { TransportError, isAbort } from '../shared/errors.js';
import {
  checkBoard,
  describeBoard,
  type BoardDoubt,
  type BoardFacts,
  type BoardNeeds,
} from './board-detection.js';
import { FlashError } from './flash-errors.js';
import { bootHelp } from './flash-help.js';
import { FlashLine } from './flash-line.js';
import type * as FlashLoader from './flash-loader.js';
import type { ChipIdentity, ChipLoader, LoaderTiming } from './flash-loader.js';
import { checkParts, type FlashPart } from './flash-parts.js';
import { FlashMeter, type OnFlashProgress } from './flash-progress.js';
import { writePart, type PartResult } from './flash-writer.js';
import { explainFailure, requireChip } from './flash-refusals.js';
import { RUN_SEQUENCE, loaderSequences } from './port-reset.js';
import { DEFAULT_BAUD, PortError, type PortSession, type PortUse } from './port-session.js';

/** Baud rate for UART bridges when nothing else is asked for: every common bridge and cable does it. */
export const FLASH_BAUD = 460_800;

/** Rounds of all reset sequences before a chip is said not to enter its loader. */
const CONNECT_ROUNDS = 3;

/** How often the stub is loaded. */
const STUB_ATTEMPTS = 2;

/** How long the program may take to say something after the restart. */
const START_MS = 3_000;

/** Silence that ends what is being said: the mask ROM does not pause between its lines. */
const SENTENCE_MS = 150;

/** A chip that left the bus to restart shows it within this time. */
const LEAVE_MS = 300;
const LOOK_MS = 50;

/** The mask ROM's words when it waits for a loader's host instead of starting the program. */
const WAITING = 'waiting for download';

/** What the mask ROM says of an image that it does not start, and programs that gave up: ours, and ESP-IDF's. */
const GAVE_UP = /invalid header|flash read err|csum err|panic on core|Guru Meditation/;

export interface DetectOptions {
  readonly session: PortSession;
  readonly signal?: AbortSignal;
  readonly onProgress?: OnFlashProgress;
  /** Lines for a diagnostic log, in English. */
  readonly log?: (line: string) => void;
  /** Waits for the loader's answers. */
  readonly timing?: Partial<LoaderTiming>;
}

export interface FlashOptions extends DetectOptions {
  readonly parts: readonly FlashPart[];
  readonly needs: BoardNeeds;
  /** For UART bridges; the chip's own USB has no rate. A board that does not follow is flashed at 115200. */
  readonly baudRate?: number;
  /** Write only what the board does not have; `true` when not given. */
  readonly differential?: boolean;
  /** MAC address of the board that the person agreed to; another one is not written to. */
  readonly mac?: string;
  /** Doubts that the person has been told of and goes on in spite of. */
  readonly accept?: readonly BoardDoubt[];
  /** How long to wait for the first words of the program, in milliseconds. */
  readonly startMilliseconds?: number;
}

/** Whether the program runs, as far as the line tells. */
export type Started =
  | 'running'
  /** The ROM or the program says that it cannot go on. */
  | 'failing'
  /** Nothing was said: press RESET. */
  | 'silent'
  /** The chip is in its loader again: press RESET. */
  | 'loader';

export interface FlashResult {
  readonly board: BoardFacts;
  readonly parts: readonly PartResult[];
  readonly bytes: number;
  readonly written: number;
  readonly milliseconds: number;
  readonly started: Started;
  /** What the board has said since the restart, for the console that comes next. */
  readonly output: Uint8Array;
}

/** The interface that pages and tests hold on to; {@link boardFlasher} is the one for real ports. */
export interface Flasher {
  /** What board is there. It waits in its loader afterwards: for {@link flash}, or for {@link start}. */
  detect(options: DetectOptions): Promise<BoardFacts>;
  flash(options: FlashOptions): Promise<FlashResult>;
  /** Lets a board that waits in its loader run its program. */
  start(session: PortSession): Promise<void>;
}

export const boardFlasher: Flasher = { detect: detectBoard, flash: flashImage, start: startBoard };

/** The boards that wait in their loaders. */
const waiting = new WeakMap<PortSession, BoardVisit>();

/**
 * Finds out what board is there, writing nothing to its flash. The board then waits in its loader: a program that uses the
 * chip's USB otherwise, or not at all, would take the board off this port, and nothing could be flashed over it.
 * @throws FlashError; PortError `claimed` when the session is in use; the signal's reason
 */
export async function detectBoard(options: DetectOptions): Promise<BoardFacts> {
  return withBoard(options, async (visit) => {
    const board = await visit.identify();
    waiting.set(options.session, visit);
    return board;
  });
}

/**
 * Restarts a board that {@link detectBoard} left in its loader. Does nothing for any other, and nothing is thrown: the board
 * may be gone, or its program may take it off this port.
 */
export async function startBoard(session: PortSession): Promise<void> {
  const visit = waiting.get(session);
  waiting.delete(session);
  if (visit === undefined || !session.isOpen || session.usedFor !== null) return;
  await visit.resume(session);
}

/**
 * Flashes a board. Nothing is written before the board is known to fit; a board that was cancelled, unplugged or disturbed
 * can be flashed again and keeps the pieces that it has. The session stays open in every case.
 * @throws FlashError; UsageError when the parts overlap or are too long; PortError `claimed` when the session is in use; the
 * signal's reason
 */
export async function flashImage(options: FlashOptions): Promise<FlashResult> {
  checkParts(options.parts, options.needs.flashBytes);
  const parts = [...options.parts].sort((a, b) => a.offset - b.offset);
  const bytes = parts.reduce((sum, { source }) => sum + source.size, 0);
  return withBoard(
    options,
    async (visit, meter) => {
      const begun = performance.now();
      const board = await visit.identify();
      requireBoard(board, options.mac);
      checkBoard(board, options.needs, options.accept);
      await visit.prepareToWrite(board, options.baudRate ?? FLASH_BAUD);
      const results: PartResult[] = [];
      for (const part of parts) {
        const events = {
          phase: meter.phase.bind(meter),
          advance: meter.advance.bind(meter),
          retry: (_: FlashPart, offset: number, problem: Error) => {
            options.log?.(`repeating the piece at 0x${offset.toString(16)}: ${problem.message}`);
          },
        };
        results.push(await writePart(visit, part, options.differential ?? true, events, options.signal));
      }
      meter.phase('restarting');
      const { started, output } = await visit.restart(options.startMilliseconds ?? START_MS);
      const written = results.reduce((sum, part) => sum + part.written, 0);
      const milliseconds = performance.now() - begun;
      return { board, parts: results, bytes, written, milliseconds, started, output };
    },
    bytes,
  );
}

async function withBoard<T>(
  options: DetectOptions,
  act: (visit: BoardVisit, meter: FlashMeter) => Promise<T>,
  bytes = 0,
): Promise<T> {
  const { session, signal } = options;
  signal?.throwIfAborted();
  waiting.delete(session);
  const meter = new FlashMeter(bytes, options.onProgress);
  meter.phase('connecting');
  const { ChipLoader } = await loadLoader();
  signal?.throwIfAborted();
  const line = new FlashLine();
  const use = session.claim('flash', line);
  line.attach(use);
  const visit = new BoardVisit(ChipLoader, line, use, meter, options);
  const stop = (): void => line.fail(signal?.reason as Error);
  signal?.addEventListener('abort', stop);
  try {
    return await act(visit, meter);
  } catch (error) {
    await visit.leave();
    // Whatever a cancel broke, the cancel is what happened.
    signal?.throwIfAborted();
    throw explainFailure(error, use.connection);
  } finally {
    signal?.removeEventListener('abort', stop);
    use.release();
  }
}

async function loadLoader(): Promise<typeof FlashLoader> {
  try {
    return await import('./flash-loader.js');
  } catch (cause) {
    throw new TransportError('The flashing code could not be loaded. Check the connection and try again.', {
      cause,
      code: 'page-file',
    });
  }
}

/** @throws FlashError `board-changed` */
function requireBoard({ mac }: BoardFacts, expected: string | undefined): void {
  if (expected === undefined || mac === expected) return;
  throw new FlashError(
    'board-changed',
    `Another board answers: ${mac} instead of ${expected}. Plug in one board at a time and flash again.`,
    ['flash-again', 'choose-port-again'],
    { facts: { expected, found: mac } },
  );
}

/** One stay in a board's loader. */
class BoardVisit {
  private current: ChipLoader | null = null;
  private board: BoardFacts | null = null;

  constructor(
    private readonly loaders: typeof ChipLoader,
    private readonly line: FlashLine,
    private use: PortUse,
    private readonly meter: FlashMeter,
    private readonly options: DetectOptions,
  ) {}

  get loader(): ChipLoader {
    if (this.current === null) throw new Error('not connected');
    return this.current;
  }

  /** Into the loader and its stub, and what board that is. @throws FlashError */
  async identify(): Promise<BoardFacts> {
    await this.enterStub();
    const board = describeBoard(await this.loader.readBoard(), this.use.connection);
    this.board = board;
    return board;
  }

  /** Capacity and speed. */
  async prepareToWrite(board: BoardFacts, baudRate: number): Promise<void> {
    if (board.flashBytes !== null) await this.loader.setFlashBytes(board.flashBytes);
    if (this.use.connection !== 'uart-bridge' || baudRate === this.use.baudRate) return;
    if (await this.loader.changeBaud(baudRate)) return;
    this.options.log?.(`the board does not follow to ${baudRate} baud`);
    await this.restartLoader();
  }

  /** For the writer: into the loader again. The rate is the one that every chip begins with. */
  restart(): Promise<void>;
  /** Starts the program and listens. */
  restart(milliseconds: number): Promise<{ started: Started; output: Uint8Array }>;
  async restart(milliseconds?: number): Promise<{ started: Started; output: Uint8Array } | void> {
    if (milliseconds === undefined) return this.restartLoader();
    this.meter.phase('restarting');
    await this.run();
    if (milliseconds > 0 && (await this.line.listen(milliseconds)))
      await this.line.settle(SENTENCE_MS, milliseconds);
    const output = this.line.tail;
    const said = new TextDecoder('latin1').decode(output);
    if (said.includes(WAITING)) return { started: 'loader', output };
    if (GAVE_UP.test(said)) return { started: 'failing', output };
    return { started: output.length > 0 ? 'running' : 'silent', output };
  }

  async settle(): Promise<void> {
    await this.line.drain(100, 500);
  }

  /** After a failure or a cancel: the board is to run what it has, and the port to be as it was. Nothing is thrown. */
  async leave(): Promise<void> {
    if (this.use.lost) return;
    this.line.recover();
    try {
      await this.run();
    } catch {
      // The failure that led here is the one to tell.
    }
  }

  /** After {@link leave} was put off: over the same session, and without waiting for a board that leaves the bus. */
  async resume(session: PortSession): Promise<void> {
    this.use = session.claim('flash', this.line);
    this.line.attach(this.use);
    try {
      await this.run(false);
    } catch {
      // Whatever keeps it from starting, RESET starts it.
    } finally {
      this.use.release();
    }
  }

  private async run(follow = true): Promise<void> {
    let byItself = false;
    try {
      if (this.current !== null) byItself = await this.current.prepareRestart();
    } catch (error) {
      // A loader that no longer answers can still be restarted by the lines.
      if (error instanceof PortError || isAbort(error)) throw error;
    }
    this.current = null;
    if (this.use.baudRate !== DEFAULT_BAUD) await this.use.reopen(DEFAULT_BAUD);
    this.line.forget();
    if (!byItself) await this.use.signal(RUN_SEQUENCE);
    if (follow) await this.followBus();
  }

  private async restartLoader(): Promise<void> {
    if (this.use.baudRate !== DEFAULT_BAUD) await this.use.reopen(DEFAULT_BAUD);
    await this.enterStub();
    const board = describeBoard(await this.loader.readBoard(), this.use.connection);
    if (this.board === null) return;
    requireBoard(board, this.board.mac);
    if (this.board.flashBytes !== null) await this.loader.setFlashBytes(this.board.flashBytes);
  }

  /** Resets the chip into its loader and starts the stub there; noise may cost one attempt. */
  private async enterStub(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.current = null;
      const { loader, identity } = await this.enterLoader();
      if (this.board === null) this.meter.phase('identifying');
      requireChip(identity);
      // From here on its registers are known; another chip is not written to at all.
      this.current = loader;
      try {
        await loader.startStub();
        return;
      } catch (error) {
        if (attempt === STUB_ATTEMPTS || !(error instanceof Error) || error.name !== 'LoaderError')
          throw error;
        this.options.log?.(`the loader program did not start: ${error.message}`);
      }
    }
  }

  /** Resets the chip into its loader, trying every sequence, and speaks to it. */
  private async enterLoader(): Promise<{ loader: ChipLoader; identity: ChipIdentity }> {
    const { signal, log } = this.options;
    const sequences = loaderSequences(this.use.connection);
    let last: unknown;
    for (let round = 0; round < CONNECT_ROUNDS; round += 1) {
      for (const sequence of sequences) {
        signal?.throwIfAborted();
        try {
          if (this.use.lost) await this.followBus();
          this.line.forget();
          await this.use.signal(sequence);
          await this.followBus();
          return await this.connectFollowing();
        } catch (error) {
          if (
            isAbort(error) ||
            signal?.aborted === true ||
            (error instanceof PortError && error.code !== 'lost')
          )
            throw error;
          last = error;
          log?.(`no answer from the loader: ${(error as Error).message}`);
          if (error instanceof PortError) this.line.recover();
        }
      }
    }
    throw new FlashError(
      'no-loader',
      'The chip did not enter its loader. Hold BOOT, press and release RESET, release BOOT and try again; use a cable that carries data.',
      [...bootHelp('enter-loader', this.use.connection), 'data-cable', 'other-port'],
      { cause: last },
    );
  }

  /** A board that leaves the bus late is in its loader when it is back: another reset would send it away again. */
  private async connectFollowing(): ReturnType<BoardVisit['connect']> {
    try {
      return await this.connect();
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'lost') throw error;
      await this.followBus();
      return this.connect();
    }
  }

  private async connect(): Promise<{ loader: ChipLoader; identity: ChipIdentity }> {
    const { timing, log } = this.options;
    const { LOADER_TIMING } = await loadLoader();
    return this.loaders.connect(this.line, { ...LOADER_TIMING, ...timing }, log);
  }

  /** A chip with its own USB may leave the bus to restart: waits for that, and until it is back. */
  private async followBus(): Promise<void> {
    if (this.use.connection !== 'uart-bridge') {
      for (let waited = 0; waited < LEAVE_MS && !this.use.lost; waited += LOOK_MS)
        await this.use.sleep(LOOK_MS);
    }
    if (!this.use.lost) return;
    await this.use.reacquire(this.options.signal);
    this.line.recover();
  }
}
