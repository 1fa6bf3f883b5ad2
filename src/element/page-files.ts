/** Where the files of an element lie, by what its page says now. */
import type { assetUrls, ChipAssetUrls } from './asset-urls.js';
import { pageUrl, sampleUrl, type AssetChoices } from './assets.js';
import { UsageError } from '../shared/errors.js';
import { missing } from './missing.js';
import type { PageAttributes } from './page-attributes.js';
import { attributeText } from './preset-words.js';

export class PageFiles {
  readonly #page: PageAttributes;
  readonly #overrides: () => AssetChoices['overrides'];
  #resolve: typeof assetUrls | null = null;

  /** @param overrides addresses of single files, for all elements of the page */
  constructor(page: PageAttributes, overrides: () => AssetChoices['overrides']) {
    this.#page = page;
    this.#overrides = overrides;
  }

  /** Takes what resolves {@link urls}: it comes with everything that is loaded after the first view. */
  learn(resolve: typeof assetUrls): void {
    this.#resolve = resolve;
  }

  /**
   * Addresses of the element's own files.
   * @throws UsageError for what is no address; TransportError while nothing is loaded that could tell
   */
  get urls(): ChipAssetUrls {
    if (this.#resolve === null) throw missing('views');
    return this.#resolve(this.#choices);
  }

  /** Address of the page's own model, else of the sample, else `null`. What is wrong with it is told when it is loaded. */
  get model(): string | null {
    try {
      return this.#page.model || sampleUrl(this.#choices);
    } catch {
      return null;
    }
  }

  /** The page's own firmware, if it has one. @throws UsageError for what is no address */
  get ownFirmware(): string | File | undefined {
    const { firmware, firmwareFile } = this.#page;
    return firmwareFile ?? (attributeText('firmware', firmware) || this.#overrides().firmware);
  }

  /**
   * What images are made with.
   * @param chip its id
   * @throws UsageError for what is no address, and for a chip without firmware
   */
  firmware(chip: string): string | File {
    const own = this.ownFirmware ?? this.urls.firmwareOf[chip];
    if (own === undefined) throw new UsageError(`There is no firmware for the chip ${chip}.`);
    return typeof own === 'string' ? absolute(own, 'firmware') : own;
  }

  get #choices(): AssetChoices {
    return {
      base: attributeText('asset-base', this.#page.assetBase),
      overrides: this.#overrides(),
      page: document.baseURI,
    };
  }

  /** The worker on the page's own origin, `null` for none. @throws UsageError for what is no address */
  get worker(): string | null {
    const workerUrl = attributeText('worker-url', this.#page.workerUrl);
    return workerUrl ? absolute(workerUrl, 'worker-url') : null;
  }
}

function absolute(address: string, attribute: string): string {
  return pageUrl(address, document.baseURI, attribute).href;
}
