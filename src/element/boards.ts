/** The element's door to boards: loads what is behind it when a board is first asked for. */
import { html, type TemplateResult } from 'lit';
import type { BoardHost, BoardRoom } from './board/board-room.js';
import type { Failure } from './state.js';
import type { FirstStrings } from './strings/strings.js';
import { failureView } from './views/failure.js';

export class Boards {
  readonly #host: () => BoardHost;
  readonly #onLoaded: () => void;
  #room: BoardRoom | null = null;
  #loading: Promise<BoardRoom> | null = null;

  /** @param host made when the room is loaded */
  constructor(host: () => BoardHost, onLoaded: () => void) {
    this.#host = host;
    this.#onLoaded = onLoaded;
  }

  /** What is behind the door, `null` before it was loaded. */
  get room(): BoardRoom | null {
    return this.#room;
  }

  /** @throws when it cannot be fetched; asking again tries again */
  load(): Promise<BoardRoom> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<BoardRoom> {
    try {
      const { BoardRoom } = await import('./board/board-room.js');
      this.#room = await BoardRoom.open(this.#host());
      this.#onLoaded();
      return this.#room;
    } catch (error) {
      this.#loading = null;
      throw error;
    }
  }
}

/**
 * While it is loaded, or could not be.
 * @param retry loads it again
 */
export function boardsLoadingView(
  title: string,
  failure: Failure | null,
  strings: FirstStrings,
  retry: () => void,
): TemplateResult {
  return html`<section class="busy" aria-labelledby="step-heading">
    <h3 id="step-heading" tabindex="-1">${title}</h3>
    ${
      failure === null
        ? html`<progress aria-labelledby="step-heading"></progress>`
        : html`${failureView(failure, strings, null)}
            <div class="buttons">
              <button type="button" part="button" @click=${retry}>${strings.failures.retry}</button>
            </div>`
    }
  </section>`;
}
