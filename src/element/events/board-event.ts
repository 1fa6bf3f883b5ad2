/** A board that one talks to came, went, or stopped. */

/** Fired when a board, emulated or on a cable, is reached for, can be talked to, and when it no longer can. */
export class Esp32LlmBoardEvent extends Event {
  /** Which board: the `emulated` one of the panel `try`, or the one on a cable (`serial`). */
  readonly board: 'emulated' | 'serial';
  /** `opening`: it is reached for; `ready`: it answers; `silent`: it is there and does not; `lost`: it went away, or the emulated chip stopped; `closed`. */
  readonly state: 'opening' | 'ready' | 'silent' | 'lost' | 'closed';
  /** What a board that is `ready` says about itself, its memory and its model, by name; else empty. */
  readonly facts: ReadonlyMap<string, string>;

  constructor(detail: Pick<Esp32LlmBoardEvent, 'board' | 'state' | 'facts'>) {
    super('esp32-llm-board', { bubbles: true, composed: true });
    this.board = detail.board;
    this.state = detail.state;
    this.facts = detail.facts;
  }
}

declare global {
  interface HTMLElementEventMap {
    'esp32-llm-board': Esp32LlmBoardEvent;
  }
}
