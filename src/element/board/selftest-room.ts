/** The self-test behind its own door: loaded when a person opens it in the step that flashes boards. */
import type { TemplateResult } from 'lit';
import { DEFAULT_CHIP } from '../../chips/index.js';
import { selftestImage } from '../../pipeline/selftest-image.js';
import type { Language } from '../../shared/languages.js';
import { needAsset } from '../../worker/fetch-asset.js';
import { insideUrl } from '../../worker/inside-url.js';
import { folder, pageUrl } from '../assets.js';
import { save } from '../save.js';
import { loadSelftestStrings, type SelftestStrings } from '../strings/selftest.js';
import type { AllStrings } from '../strings/strings.js';
import { selftestView } from '../views/selftest.js';
import { SelftestStore, type SelftestStoreOptions } from './selftest-store.js';

export interface SelftestRoomOptions extends Omit<SelftestStoreOptions, 'image'> {
  /** The page's attribute `asset-base`. */
  readonly assetBase: string | null;
  readonly language: Language;
}

export class SelftestRoom {
  /** @throws when the words cannot be fetched */
  static async open(options: SelftestRoomOptions): Promise<SelftestRoom> {
    return new SelftestRoom(options, await loadSelftestStrings(options.language));
  }

  readonly #words: SelftestStrings;
  readonly #store: SelftestStore;
  readonly language: Language;

  private constructor(options: SelftestRoomOptions, words: SelftestStrings) {
    this.#words = words;
    this.language = options.language;
    this.#store = new SelftestStore({ ...options, image: (signal) => fetchImage(options.assetBase, signal) });
  }

  /** Whether a board is in use. */
  get isBusy(): boolean {
    return this.#store.isBusy;
  }

  cancel(): void {
    this.#store.cancel();
  }

  view(strings: AllStrings): TemplateResult {
    return selftestView(this.#store.state, this.#words, strings, {
      run: () => void this.#store.run(),
      cancel: () => this.#store.cancel(),
      save: (json) =>
        save({ name: 'selftest.json', content: new Blob([`${json}\n`], { type: 'application/json' }) }),
    });
  }
}

/** @throws TransportError when the program cannot be fetched */
async function fetchImage(assetBase: string | null, signal: AbortSignal): Promise<Uint8Array> {
  const name = DEFAULT_CHIP.selftestFile ?? '';
  const beside = new URL('../../../device-runtime/prebuilt/esp32s3/selftest.elf', import.meta.url);
  const url =
    assetBase === null
      ? (insideUrl(name) ?? beside.href)
      : pageUrl(folder(assetBase, name), document.baseURI, 'asset-base').href;
  const response = await needAsset(
    url,
    `Put ${name} beside the script, or say where it is with the attribute asset-base.`,
    signal,
  );
  return selftestImage(new Uint8Array(await response.arrayBuffer()), DEFAULT_CHIP);
}
