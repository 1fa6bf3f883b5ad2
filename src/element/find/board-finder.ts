/** Looks at a board on a cable to learn which of the list it is: nothing is written, and it runs its program again. Knows no DOM. */
import type { BoardFacts } from '../../device/board-detection.js';
import type { FlashProgress } from '../../device/flash-progress.js';
import type { BoardReach } from '../board/board-reach.js';
import { nearestTo } from '../board/nearest-to.js';
import type { NearestBoard } from '../../plan/nearest-board.js';
import { isAbort } from '../../shared/errors.js';

export type FinderState =
  /** `error` says why the last look showed nothing. */
  | { readonly kind: 'idle'; readonly error: Error | null }
  | { readonly kind: 'looking'; readonly progress: FlashProgress | null }
  /** `nearest` is `null` for what no board of the list is like. */
  | { readonly kind: 'found'; readonly board: BoardFacts; readonly nearest: NearestBoard | null };

export class BoardFinder {
  readonly #reach: () => Promise<BoardReach>;
  readonly #changed: () => void;
  #state: FinderState = { kind: 'idle', error: null };
  #current = new AbortController();

  /**
   * @param reach loads what reaches boards
   * @param changed called after every change of the state
   */
  constructor(reach: () => Promise<BoardReach>, changed: () => void) {
    this.#reach = reach;
    this.#changed = changed;
  }

  get state(): FinderState {
    return this.#state;
  }

  /** Lets the person choose a port and looks at the board behind it. Failures become part of the state. */
  async look(): Promise<void> {
    if (this.#state.kind === 'looking') return;
    const { signal } = (this.#current = new AbortController());
    this.#commit({ kind: 'looking', progress: null });
    try {
      const { ports, choose, flasher: load } = await this.#reach();
      signal.throwIfAborted();
      const session = (await ports.probe()) === 'available' ? await choose() : null;
      if (session === null) return this.#commit({ kind: 'idle', error: null });
      try {
        const flasher = await load();
        const onProgress = (progress: FlashProgress): void => this.#commit({ kind: 'looking', progress });
        const board = await flasher.detect({ session, signal, onProgress });
        await flasher.start(session);
        this.#commit({ kind: 'found', board, nearest: nearestTo(board) });
      } finally {
        if (ports.session === session) await ports.close();
      }
    } catch (error) {
      this.#commit({
        kind: 'idle',
        error: isAbort(error) ? null : error instanceof Error ? error : new Error(String(error)),
      });
    }
  }

  cancel(): void {
    this.#current.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  #commit(state: FinderState): void {
    this.#state = state;
    this.#changed();
  }
}
