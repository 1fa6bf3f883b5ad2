/**
 * Owns the conversation with the engine in the page: the package and the arithmetic of the chip, at this computer's speed. It
 * is told of as a board is, so that one view shows both. Loaded when a person chooses it; knows no DOM.
 */
import type { JobOptions } from '../../worker/bridge.js';
import type { GenerateRequest, GenerateSummary } from '../../worker/jobs.js';
import { isAbort } from '../../shared/errors.js';
import { decodeRate } from '../../shared/decode-rate.js';
import type { Result } from '../state.js';
import { DEFAULT_TALK, type BoardLink, type BoardState, type TalkOptions, type Turn } from './board-state.js';

export interface PageEngineOptions {
  readonly result: Result;
  /** Has the worker generate from the result's package. */
  readonly generate: (
    request: GenerateRequest,
    options: JobOptions & { readonly signal: AbortSignal },
  ) => Promise<GenerateSummary>;
  readonly onChange: (now: BoardState, before: BoardState) => void;
  readonly onFailure: (error: Error) => void;
}

export class PageEngine {
  readonly #options: PageEngineOptions;
  #state: BoardState;
  #task = new AbortController();

  constructor(options: PageEngineOptions) {
    this.#options = options;
    this.#state = {
      link: readyLink(options.result),
      name: '',
      log: '',
      turns: [],
      told: new Map(),
      options: DEFAULT_TALK,
      bench: null,
      error: null,
    };
  }

  get state(): BoardState {
    return this.#state;
  }

  /** Changes what the next prompt is and how it is answered. */
  change(options: Partial<TalkOptions>): void {
    this.#commit({ options: { ...this.#state.options, ...options } });
  }

  /** Sends the prompt of the options and waits for the answer. @throws what the worker does, which is part of the conversation as well */
  async send(): Promise<void> {
    const { link, options, turns } = this.#state;
    if (link.kind !== 'ready' || link.activity !== 'idle') return;
    const { signal } = (this.#task = new AbortController());
    let turn: Turn = {
      prompt: options.prompt,
      text: '',
      state: 'running',
      error: null,
      tokens: 0,
      boardRate: null,
      // The speed of this computer stands beside no board's.
      position: null,
      liveRate: null,
      guessed: null,
    };
    const show = (change: Partial<Turn>): void => {
      turn = { ...turn, ...change };
      this.#commit({ turns: [...turns, turn] });
    };
    this.#commit({ link: { ...link, activity: 'generating' }, error: null });
    show({});
    try {
      let first = 0;
      const request = { ...options, next: turns.length > 0 };
      const { tokens, reason, tokensPerSecond } = await this.#options.generate(request, {
        signal,
        onText: ({ text, tokens }) => {
          const now = performance.now();
          if (first === 0) first = now;
          const rate = decodeRate(tokens, (now - first) / 1000);
          show({ text: turn.text + text, tokens, boardRate: rate || null });
        },
      });
      show({ tokens, state: reason, boardRate: tokensPerSecond || null });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      // A worker that had to be ended answers nothing; the text that had come stays.
      if (isAbort(error)) show({ state: 'cancelled' });
      else {
        show({ state: 'failed', error });
        this.#options.onFailure(error);
        throw error;
      }
    } finally {
      this.#commit({ link: { ...link, activity: 'idle' } });
    }
  }

  /** Stops an answer, which keeps its text. */
  cancel(): void {
    this.#task.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  /** Forgets the conversation. */
  startOver(): void {
    this.#commit({ turns: [] });
  }

  #commit(change: Partial<BoardState>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    this.#options.onChange(this.#state, before);
  }
}

/** The engine is always there, and says of itself what a board would. */
function readyLink({ choice, result }: Result): Extract<BoardLink, { kind: 'ready' }> {
  const { hasTokenizer, vocabSize } = choice.inspection;
  return {
    kind: 'ready',
    activity: 'idle',
    facts: new Map(),
    welcome: {
      version: 0,
      boot: 0,
      firmware: '',
      hasModel: true,
      hasTokenizer,
      hasChat: result.chat,
      hasTurns: result.chat,
      vocabSize,
      context: result.plan.context,
      promptBytes: 0,
      promptIds: result.plan.context,
    },
  };
}
