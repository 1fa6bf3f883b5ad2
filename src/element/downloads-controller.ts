/** What a person takes away from a result: files, loaded with their makers when the first is asked for, and copied text. */
import type { DownloadKind } from './actions.js';
import type { Downloads } from './downloads.js';
import type { LiveRegion } from './live-region.js';
import type { ModelController } from './model-controller.js';
import type { Page } from './page.js';
import { stepOf, type Failure } from './state.js';

export class DownloadsController {
  readonly #page: Page;
  readonly #live: LiveRegion;
  readonly #models: ModelController;
  #downloads: Downloads | null = null;
  #failure: Failure | null = null;
  #copied: boolean | null = null;

  constructor(page: Page, live: LiveRegion, models: ModelController) {
    this.#page = page;
    this.#live = live;
    this.#models = models;
  }

  /** Why the last file could not be made. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Whether the last attempt to copy in this step did, `null` before there was one. */
  get copied(): boolean | null {
    return this.#copied;
  }

  /** How far the class kit is, `null` while none is made. */
  get kit(): Downloads['kit'] {
    return this.#downloads?.kit ?? null;
  }

  /** Makes a file and hands it to the browser. */
  async make(kind: DownloadKind): Promise<void> {
    this.#failure = null;
    this.#page.element.requestUpdate();
    const { turn } = this.#models;
    try {
      const { Downloads } = await import('./downloads.js');
      if (turn !== this.#models.turn) return;
      this.#downloads ??= new Downloads(this.#page, this.#live);
      await this.#downloads.make(kind);
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#failure = this.#page.words.explain(error, 'image');
      this.#live.alert(this.#failure);
    }
  }

  /** Puts text on the clipboard. */
  async copy(text: string): Promise<void> {
    const { store, words } = this.#page;
    const step = stepOf(store.state);
    const copied = await toClipboard(text);
    const announce = words.all?.announce;
    if (step !== stepOf(store.state) || announce === undefined) return;
    this.#copied = copied;
    this.#live.say(copied ? announce.copied : announce.notCopied);
  }

  /** Another step has nothing to say of the one before. */
  leave(): void {
    this.#failure = this.#copied = null;
    if (this.#page.store.state.step !== 'result') this.cancel();
  }

  /** Stops the class kit. */
  cancel(): void {
    this.#downloads?.cancel();
  }
}

/** @returns whether it could: in frames and insecure pages there may be no clipboard */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
