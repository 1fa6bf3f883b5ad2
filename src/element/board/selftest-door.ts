/** The door to the self-test in the step that flashes boards: what is behind it is loaded when a person opens it. */
import { html, nothing, type TemplateResult } from 'lit';
import { findLanguage } from '../../shared/languages.js';
import { missing } from '../missing.js';
import type { AllStrings } from '../strings/strings.js';
import { flashFailureView } from '../views/flash-failure.js';
import type { BoardReach } from './board-reach.js';
import type { SelftestRoom } from './selftest-room.js';

export interface SelftestDoorOptions extends BoardReach {
  /** The page's attribute `asset-base`. */
  readonly assetBase: () => string | null;
  readonly onChange: () => void;
}

export class SelftestDoor {
  readonly #options: SelftestDoorOptions;
  /** `null` before a person opens it, or why it could not be loaded. */
  #room: SelftestRoom | Error | null = null;

  constructor(options: SelftestDoorOptions) {
    this.#options = options;
  }

  /** Stops what runs. */
  cancel(): void {
    if (!(this.#room instanceof Error)) this.#room?.cancel();
  }

  view(strings: AllStrings): TemplateResult | typeof nothing {
    if (this.#options.ports.support !== 'available') return nothing;
    const room = this.#room;
    const { selftest } = strings.board.flash;
    const toggled = (event: Event): void => {
      if ((event.target as HTMLDetailsElement).open) void this.#open(strings.language);
    };
    return html`<details class="more selftest" @toggle=${toggled}>
      <summary>${selftest}</summary>
      ${room === null ? nothing : room instanceof Error ? flashFailureView(room, strings, selftest) : room.view(strings)}
    </details>`;
  }

  async #open(tag: string): Promise<void> {
    const { choose, flasher, assetBase, onChange } = this.#options;
    const language = findLanguage(tag);
    const room = this.#room;
    if (room !== null && !(room instanceof Error) && (room.language === language || room.isBusy)) return;
    try {
      const { SelftestRoom } = await import('./selftest-room.js');
      this.#room = await SelftestRoom.open({
        choose,
        flasher,
        assetBase: assetBase(),
        language,
        onChange,
      });
    } catch (cause) {
      this.#room = missing(cause);
    }
    onChange();
  }
}
