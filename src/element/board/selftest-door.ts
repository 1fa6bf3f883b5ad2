/** The door to the self-test in the step that flashes boards: what is behind it is loaded when a person opens it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Flasher } from '../../device/flasher.js';
import { UsageError } from '../../shared/errors.js';
import { findLanguage } from '../../shared/languages.js';
import { missing } from '../missing.js';
import type { AllStrings } from '../strings/strings.js';
import { flashFailureView } from '../views/flash-failure.js';
import type { FlashStore } from './flash-store.js';
import type { SelftestRoom } from './selftest-room.js';
import type { SerialPorts } from './serial-ports.js';

export interface SelftestDoorOptions {
  readonly ports: SerialPorts;
  readonly flash: FlashStore;
  readonly flasher: () => Promise<Flasher>;
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
    const { ports, flash, flasher, assetBase, onChange } = this.#options;
    const language = findLanguage(tag);
    const room = this.#room;
    if (room !== null && !(room instanceof Error) && (room.language === language || room.isBusy)) return;
    try {
      const { SelftestRoom } = await import('./selftest-room.js');
      this.#room = await SelftestRoom.open({
        choose: async () => {
          if (!flash.isFree)
            throw new UsageError('A board is being looked at or flashed. Wait for it or cancel it.');
          await ports.probe();
          // A board that was found for flashing is found no more.
          await flash.next();
          return ports.choose();
        },
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
