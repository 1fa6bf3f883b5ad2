/** The flashing of a board went on. */
import type { BoardFacts } from '../../device/board-detection.js';
import type { FlashProgress } from '../../device/flash-progress.js';

/** Fired while a board is looked at and flashed, and when either ends. */
export class Esp32LlmFlashEvent extends Event {
  /** `looking` and `flashing` come with progress; `found`, `done` and `failed` end them; `idle`: no board. */
  readonly state: 'idle' | 'looking' | 'found' | 'flashing' | 'done' | 'failed';
  /** Phase, bytes of the image that are on the board, rate and time left; `null` outside of work. */
  readonly progress: FlashProgress | null;
  /** The board, `null` before it was looked at. */
  readonly board: BoardFacts | null;

  constructor(detail: Pick<Esp32LlmFlashEvent, 'state' | 'progress' | 'board'>) {
    super('esp32-llm-flash', { bubbles: true, composed: true });
    this.state = detail.state;
    this.progress = detail.progress;
    this.board = detail.board;
  }
}

declare global {
  interface HTMLElementEventMap {
    'esp32-llm-flash': Esp32LlmFlashEvent;
  }
}
