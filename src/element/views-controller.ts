/** What comes after the first view: loaded when a model was chosen, with what a person has opened in it. */
import type { AddressRoom } from './address/address-room.js';
import { adoptStyles, type LitElement } from 'lit';
import type { DownloadsController } from './downloads-controller.js';
import type { LiveRegion } from './live-region.js';
import { missing } from './missing.js';
import type { ModelController } from './model-controller.js';
import type { Page } from './page.js';
import type * as LaterViews from './views/later.js';
import type { WayRoom } from './way/way-room.js';

export class ViewsController {
  /** The state in the page's address, `null` where the page has not asked for it, and before it is loaded. */
  address: AddressRoom | null = null;
  readonly #page: Page;
  readonly #models: ModelController;
  readonly #live: LiveRegion;
  #later: typeof LaterViews | null = null;
  #downloads: DownloadsController | null = null;
  #way: WayRoom | null = null;
  #openTensor: string | null = null;

  constructor(page: Page, models: ModelController, live: LiveRegion) {
    this.#page = page;
    this.#models = models;
    this.#live = live;
  }

  /** `null` before they are loaded. */
  get later(): typeof LaterViews | null {
    return this.#later;
  }

  /** The way from step to step, `null` before it is loaded. */
  get way(): WayRoom | null {
    return this.#way;
  }

  /** What a person takes away, `null` before there can be anything. */
  get downloads(): DownloadsController | null {
    return this.#downloads;
  }

  /** The tensor whose histogram is shown. */
  get openTensor(): string | null {
    return this.#openTensor;
  }

  /** What cannot be had is shown as a failure of the choice. */
  async load(): Promise<void> {
    if (this.#later !== null) return;
    const { element, words } = this.#page;
    try {
      const [later, { WayRoom }] = await Promise.all([
        import('./views/later.js'),
        import('./way/way-room.js'),
        words.load(),
      ]);
      this.#way ??= new WayRoom(this.#page);
      this.#page.files.learn(later.assetUrls);
      this.#downloads ??= new later.DownloadsController(this.#page, this.#live, this.#models);
      this.#later = later;
      this.adopt();
      element.requestUpdate();
    } catch (cause) {
      await this.#models.refuse(missing(cause));
    }
  }

  /** Takes the styles of what was loaded. */
  adopt(): void {
    const { shadowRoot, constructor } = this.#page.element;
    const { elementStyles } = constructor as typeof LitElement;
    if (shadowRoot !== null) adoptStyles(shadowRoot, [...elementStyles, ...(this.#later?.laterStyles ?? [])]);
  }

  /** The element is gone. */
  release(): void {
    this.address?.release();
    this.address = null;
    this.#downloads?.cancel();
  }

  /** Shows or hides a tensor's histogram. */
  toggleTensor(name: string): void {
    this.#openTensor = this.#openTensor === name ? null : name;
    this.#page.element.requestUpdate();
  }

  /** Another step is shown. */
  leave(): void {
    if (this.#page.store.state.step !== 'result') this.#openTensor = null;
    this.#downloads?.leave();
  }
}
