/** What a person takes away from a result: files, loaded with their makers when the first is asked for, and copied text. */
import type { DownloadKind } from './actions.js';
import type { Downloads } from './downloads.js';
import type { LiveRegion } from './live-region.js';
import type { ModelController } from './model-controller.js';
import type { Page } from './page.js';
import { save, type Download, type Saving } from './save.js';
import { stepOf, type Failure } from './state.js';
import type { Strings } from './strings/strings.js';

export class DownloadsController {
  readonly #page: Page;
  readonly #live: LiveRegion;
  readonly #models: ModelController;
  #downloads: Downloads | null = null;
  #failure: Failure | null = null;
  #copied: boolean | null = null;
  #saving: Saving = 'permitted';
  /** Files that were saved. */
  #kept = 0;

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

  /** How far the archive is that is made, `null` while none is. */
  get making(): Downloads['making'] {
    return this.#downloads?.making ?? null;
  }

  /** Whether what was saved last in this step is there. */
  get saving(): Saving {
    return this.#saving;
  }

  /** Saves a file, and says so where a frame may be in the way. */
  keep(download: Download): void {
    this.#kept++;
    this.#saving = save(download);
    const notice = savingNotice(this.#saving, this.#page.words.all);
    if (notice !== null) this.#live.say(notice);
  }

  /** Makes a file and hands it to the browser. */
  async make(kind: DownloadKind): Promise<void> {
    this.#failure = null;
    this.#saving = 'permitted';
    this.#page.element.requestUpdate();
    const { turn } = this.#models;
    const kept = this.#kept;
    try {
      const { Downloads } = await import('./downloads.js');
      if (turn !== this.#models.turn) return;
      this.#downloads ??= new Downloads(this.#page, this.#live, (download) => this.keep(download));
      await this.#downloads.make(kind);
      // The reports are beside the step of the comparison.
      if (this.#kept !== kept && kind !== 'html' && kind !== 'json') this.#page.store.did('take');
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#failure = { ...this.#page.words.explain(error, 'image'), at: `save-${kind}` };
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
    this.#saving = 'permitted';
    if (this.#page.store.state.step !== 'result') this.cancel();
  }

  /** Stops the archive that is made. */
  cancel(): void {
    this.#downloads?.cancel();
  }
}

/** What to do where a frame is, or may be, in the way of a file; `null` where nothing is. */
export function savingNotice(saving: Saving, strings: Strings | null): string | null {
  return saving === 'permitted' ? null : (strings?.take.framed[saving] ?? null);
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
