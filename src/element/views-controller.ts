/** What comes after the first view: loaded when a model was chosen, with what a person has opened in it. */
import { adoptStyles, type LitElement } from 'lit';
import type { DownloadsController } from './downloads-controller.js';
import type { LiveRegion } from './live-region.js';
import { missing } from './missing.js';
import type { ModelController } from './model-controller.js';
import type { Page } from './page.js';
import type * as LaterViews from './views/later.js';

export class ViewsController {
  readonly #page: Page;
  readonly #models: ModelController;
  readonly #live: LiveRegion;
  #later: typeof LaterViews | null = null;
  #downloads: DownloadsController | null = null;
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
      const [later] = await Promise.all([import('./views/later.js'), words.load()]);
      const { shadowRoot } = element;
      if (shadowRoot !== null) {
        const { elementStyles } = element.constructor as typeof LitElement;
        adoptStyles(shadowRoot, [...elementStyles, ...later.laterStyles]);
      }
      this.#page.files.learn(later.assetUrls);
      this.#downloads ??= new later.DownloadsController(this.#page, this.#live, this.#models);
      this.#later = later;
      element.requestUpdate();
    } catch (cause) {
      await this.#models.refuse(missing(cause));
    }
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
