/** A board generated a token. */

/** Fired for every token that a board, emulated or on a cable, generates. */
export class Esp32LlmTokenEvent extends Event {
  readonly board: 'emulated' | 'serial';
  readonly id: number;
  /** Whole characters that the token completed; may be empty. */
  readonly text: string;
  /** Microseconds that the board took for it, by its own clock. */
  readonly micros: number;

  constructor(detail: Pick<Esp32LlmTokenEvent, 'board' | 'id' | 'text' | 'micros'>) {
    super('esp32-llm-token', { bubbles: true, composed: true });
    this.board = detail.board;
    this.id = detail.id;
    this.text = detail.text;
    this.micros = detail.micros;
  }
}

declare global {
  interface HTMLElementEventMap {
    'esp32-llm-token': Esp32LlmTokenEvent;
  }
}
