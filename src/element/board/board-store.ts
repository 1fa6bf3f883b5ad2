/**
 * Owns a connection to one board and what is said over it; commits only what the board confirmed. The board may be
 * emulated or on a cable: it is a `Device` either way. Knows no DOM.
 */
import {
  ConsoleClient,
  type ConsoleEnd,
  type ConsoleStart,
  type ConsoleToken,
} from '../../device/console-client.js';
import type { Device } from '../../device/device.js';
import { EmulatorFault } from '../../device/emulator.js';
import type { ActionTold } from '../../schema/actions.js';
import { UsageError, isAbort } from '../../shared/errors.js';
import { appendConsole } from './console-text.js';
import { DeviceFeed } from './device-feed.js';
import {
  DEFAULT_TALK,
  type BoardLink,
  type BoardState,
  type OpeningStage,
  type TalkOptions,
  type Turn,
} from './board-state.js';

/** Brings a device; `stage` tells what is waited for. */
export type BringDevice = (signal: AbortSignal, stage: (stage: OpeningStage) => void) => Promise<Device>;

export interface BoardStoreOptions {
  /** Called after every change. */
  readonly onChange: (state: BoardState, before: BoardState) => void;
  readonly onToken: (token: ConsoleToken) => void;
  /** Called for every failure that is shown. */
  readonly onFailure: (error: Error) => void;
  /** Called before the board is asked for something: one that rests has to be woken. */
  readonly beforeUse?: () => void;
  /** Milliseconds in which a board must be greeted, and after which a request is sent once more; default the client's. */
  readonly patience?: number;
  readonly timeout?: number;
  /** Milliseconds for a measurement; default the client's. */
  readonly benchTimeout?: number;
  /** The clock in milliseconds, for tests. */
  readonly now?: () => number;
}

/** What is planned or refused changes no pin. */
const HAPPENED: ReadonlySet<ActionTold> = new Set(['done', 'state', 'read']);

const ABSENT: BoardState = {
  link: { kind: 'absent', error: null },
  name: '',
  log: '',
  turns: [],
  told: new Map(),
  options: DEFAULT_TALK,
  bench: null,
  error: null,
};

export class BoardStore {
  readonly #options: BoardStoreOptions;
  readonly #now: () => number;
  #state = ABSENT;
  #feed: DeviceFeed | null = null;
  #client: ConsoleClient | null = null;
  /** Ends the connection, or what leads to it. */
  #connection = new AbortController();
  /** Counts openings and closings: only the last one goes on. */
  #turn = 0;
  /** Ends a generation or measurement. */
  #task = new AbortController();

  constructor(options: BoardStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get state(): BoardState {
    return this.#state;
  }

  /** The open device, `null` when there is none. */
  get device(): Device | null {
    return this.#feed?.device ?? null;
  }

  /** Changes what the next prompt is and how it is answered. */
  change(options: Partial<TalkOptions>): void {
    this.#commit({ options: { ...this.#state.options, ...options } });
  }

  /** Opens a board and greets it; the one before is closed. Failures become part of the state. */
  async open(bring: BringDevice): Promise<void> {
    const closed = this.close();
    const turn = this.#turn;
    await closed;
    // Meanwhile another board was asked for, or none.
    if (turn !== this.#turn) return;
    const { signal } = (this.#connection = new AbortController());
    this.#commit({
      link: { kind: 'opening', stage: 'port' },
      log: '',
      turns: [],
      told: new Map(),
      bench: null,
      error: null,
    });
    try {
      const device = await bring(signal, (stage) => {
        if (!signal.aborted) this.#commit({ link: { kind: 'opening', stage } });
      });
      if (signal.aborted) {
        await device.close();
        return;
      }
      this.#feed = new DeviceFeed(device, (error) => {
        if (!signal.aborted) this.#lose(error);
      });
      this.#commit({ name: device.name });
    } catch (error) {
      if (!signal.aborted)
        this.#commit({ link: { kind: 'absent', error: isAbort(error) ? null : this.#tell(error) } });
      return;
    }
    await this.#greet(signal);
  }

  /** Restarts the board, and greets it again. */
  async restart(): Promise<void> {
    const feed = this.#feed;
    const { signal } = this.#connection;
    if (feed === null || this.#state.link.kind === 'lost') return;
    this.#endTask();
    const device = this.#converse(feed);
    this.#commit({ link: { kind: 'greeting' }, turns: [], told: new Map(), bench: null, error: null });
    try {
      await device.reset();
    } catch (error) {
      if (!signal.aborted) this.#lose(asError(error));
      return;
    }
    await this.#greet(signal, device);
  }

  /** Greets a board once more that did not answer. */
  async retry(): Promise<void> {
    if (this.#state.link.kind === 'silent') await this.#greet(this.#connection.signal);
  }

  /**
   * Sends a prompt and waits for the answer.
   * @param prompt default the one of the options
   * @returns the whole answer
   * @throws UsageError when no board is ready; what the board refuses or the line loses
   */
  async send(prompt = this.#state.options.prompt): Promise<string> {
    const { link, options } = this.#state;
    const client = this.#client;
    if (link.kind !== 'ready' || client === null)
      throw new UsageError('No board is connected. Connect one first.');
    if (link.activity !== 'idle')
      throw new UsageError('The board is busy. Wait for its answer or cancel it.');
    const { signal } = (this.#task = new AbortController());
    const turn: Turn = {
      prompt,
      text: '',
      state: 'running',
      error: null,
      tokens: 0,
      boardRate: null,
      position: null,
      liveRate: null,
      guessed: null,
    };
    const turns = this.#state.turns;
    // A restart or a lost board ends the conversation, and what comes late belongs to none.
    const current = (): boolean => this.#client === client;
    const show = (changed: Turn): void => {
      if (current()) this.#commit({ turns: [...turns, changed] });
    };
    this.#commit({ link: { ...link, activity: 'generating' }, turns: [...turns, turn], error: null });
    this.#options.beforeUse?.();
    try {
      const { hasChat, hasTurns } = link.welcome;
      const mode = hasChat ? (hasTurns && turns.length > 0 ? 'next-turn' : 'first-turn') : 'fresh';
      const { temperature, topK, topP, seed, maxNewTokens } = options;
      const sampling = { temperature, doSample: temperature > 0, topK, topP, seed, maxNewTokens };
      let position = 0;
      const onStart = (start: ConsoleStart): void => {
        position = start.position + start.promptTokens;
      };
      const generation = client.generate({ prompt, mode, ...sampling, signal, onStart });
      const done = await this.#generate(generation, turn, () => position, show);
      return done.text;
    } catch (cause) {
      const error = asError(cause);
      // What took the line away is told with it.
      if (current()) this.#tell(error);
      show({ ...(this.#state.turns.at(-1) ?? turn), state: 'failed', error });
      throw error;
    } finally {
      if (current()) this.#settle();
    }
  }

  /** Measures the board's memories and token rate. */
  async measure(): Promise<void> {
    const { link } = this.#state;
    const client = this.#client;
    if (link.kind !== 'ready' || link.activity !== 'idle' || client === null) return;
    const { signal } = (this.#task = new AbortController());
    this.#commit({ link: { ...link, activity: 'measuring' }, error: null });
    this.#options.beforeUse?.();
    const current = (): boolean => this.#client === client;
    try {
      const bench = await client.bench(signal);
      if (current()) this.#commit({ bench });
    } catch (error) {
      if (!isAbort(error) && current()) this.#commit({ error: this.#tell(error), asked: 'measure' });
    }
    if (current()) this.#settle();
  }

  /** Forgets the conversation, here and on the board. */
  async startOver(): Promise<void> {
    const { link } = this.#state;
    const client = this.#client;
    if (link.kind !== 'ready' || link.activity !== 'idle' || client === null) return;
    this.#options.beforeUse?.();
    try {
      await client.reset();
      this.#commit({ turns: [], error: null });
    } catch (error) {
      if (this.#state.link.kind === 'ready') this.#commit({ error: this.#tell(error), asked: 'start-over' });
    }
  }

  /** Types a line on the board's console, as a terminal would. */
  async type(line: string): Promise<void> {
    this.#options.beforeUse?.();
    try {
      await this.#feed?.device.write(new TextEncoder().encode(`${line}\r`));
    } catch (error) {
      if (this.#state.link.kind !== 'lost') this.#commit({ error: this.#tell(error), asked: 'console-line' });
    }
  }

  /** Stops what runs: an answer keeps its text, a connection that is not there yet is given up. */
  cancel(): void {
    const { link } = this.#state;
    this.#endTask();
    if (link.kind === 'opening' || link.kind === 'greeting') void this.close();
    // One whose time is stopped would not hear of it.
    if (link.kind === 'ready' && link.activity !== 'idle') this.#options.beforeUse?.();
  }

  /** Lets the board go. What was said stays. */
  async close(): Promise<void> {
    this.#turn++;
    this.#endTask();
    this.#connection.abort(new DOMException('The board was let go.', 'AbortError'));
    this.#client?.close();
    this.#client = null;
    const feed = this.#feed;
    this.#feed = null;
    if (this.#state.link.kind !== 'absent') {
      this.#commit({ link: { kind: 'absent', error: null }, name: '', turns: ended(this.#state.turns) });
    }
    await feed?.device.close();
  }

  async #generate(
    generation: AsyncGenerator<ConsoleToken, ConsoleEnd, void>,
    begun: Turn,
    promptEnd: () => number,
    show: (turn: Turn) => void,
  ): Promise<Turn> {
    let turn = begun;
    let micros = 0;
    let first = 0;
    for (;;) {
      const next = await generation.next();
      if (next.done === true) {
        const { reason, text, newTokens, accepted } = next.value;
        const guessed = guessedShare(accepted, turn.tokens - 1);
        turn = { ...turn, text: turn.text + text, tokens: newTokens, state: reason, guessed };
        show(turn);
        return turn;
      }
      const token = next.value;
      const tokens = turn.tokens + 1;
      const now = this.#now();
      if (tokens === 1) first = now;
      else micros += token.micros;
      turn = {
        ...turn,
        text: turn.text + token.text,
        tokens,
        // The first token comes out of reading the prompt, which is another speed.
        boardRate: micros > 0 ? ((tokens - 1) * 1e6) / micros : null,
        position: micros > 0 ? promptEnd() + tokens / 2 : null,
        liveRate: now > first ? ((tokens - 1) * 1e3) / (now - first) : null,
      };
      show(turn);
      this.#options.onToken(token);
    }
  }

  /** A conversation that begins now; the one before is over. */
  #converse(feed: DeviceFeed): Device {
    this.#client?.close();
    this.#client = null;
    return feed.next();
  }

  async #greet(signal: AbortSignal, prepared?: Device): Promise<void> {
    const feed = this.#feed;
    if (feed === null) return;
    const device = prepared ?? this.#converse(feed);
    this.#commit({ link: { kind: 'greeting' } });
    const stillGreeting = (): boolean => !signal.aborted && this.#state.link.kind === 'greeting';
    try {
      const client = await ConsoleClient.connect(device, {
        signal,
        patience: this.#options.patience,
        timeout: this.#options.timeout,
        benchTimeout: this.#options.benchTimeout,
        onText: (text) => {
          if (!signal.aborted) this.#commit({ log: appendConsole(this.#state.log, text) });
        },
        onAction: (action) => {
          if (signal.aborted || !HAPPENED.has(action.told)) return;
          this.#commit({ told: new Map(this.#state.told).set(action.name, action) });
        },
      });
      const facts = await client.info(signal);
      if (!stillGreeting()) {
        client.close();
        return;
      }
      this.#client = client;
      this.#commit({ link: { kind: 'ready', welcome: client.welcome, facts, activity: 'idle' } });
    } catch (error) {
      if (stillGreeting()) this.#commit({ link: { kind: 'silent', error: this.#tell(error) } });
    }
  }

  #lose(error: Error | null): void {
    const { link } = this.#state;
    if (link.kind === 'absent' || link.kind === 'lost') return;
    this.#client?.close();
    this.#client = null;
    const reason = error ?? new Error('The connection to the board was closed.');
    const fault = reason instanceof EmulatorFault ? reason.report : null;
    this.#commit({
      link: { kind: 'lost', error: this.#tell(reason), fault },
      turns: ended(this.#state.turns),
    });
  }

  #endTask(): void {
    this.#task.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  /** Nothing runs any more. */
  #settle(): void {
    const { link } = this.#state;
    if (link.kind === 'ready') this.#commit({ link: { ...link, activity: 'idle' } });
  }

  #tell(cause: unknown): Error {
    const error = asError(cause);
    this.#options.onFailure(error);
    return error;
  }

  #commit(change: Partial<BoardState>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    this.#options.onChange(this.#state, before);
  }
}

/** What is known of a link that works, `null` while there is none. */
export function readyLink(link: BoardLink): Extract<BoardLink, { kind: 'ready' }> | null {
  return link.kind === 'ready' ? link : null;
}

/** Nobody answers any more. */
function ended(turns: readonly Turn[]): readonly Turn[] {
  return turns.map((turn) => (turn.state === 'running' ? { ...turn, state: 'cancelled' } : turn));
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** Share of tokens that earlier passes had guessed; of all that came after the first, one took a pass at least. */
function guessedShare(accepted: number, tokens: number): number {
  return tokens > 0 ? Math.min(accepted, tokens - 1) / tokens : 0;
}
