/** How a model gets into the element: picked, dropped, typed, or named by the page. What was chosen before gives way. */
import type { NamedFile } from '../source/file-list-folder.js';
import { folderName } from './assets.js';
import { FileDrops } from './file-drops.js';
import type { ModelSource } from '../worker/jobs.js';
import { notLoaded } from './missing.js';
import type { Chosen } from './model-choice.js';
import { permitsNetwork } from './page-attributes.js';
import type { Page } from './page.js';
import { presetOf } from './preset-words.js';
import { recentAddresses } from './recent.js';
import type { ChooseFacts } from './views/choose.js';

export class ModelController {
  readonly drops: FileDrops;
  readonly #page: Page;
  /** Counts what was chosen and taken back. */
  #turn = 0;
  /** Something was chosen, or that was taken back. */
  #isChosen = false;
  /** Id of the control that it was chosen with, `null` where the page chose. */
  #at: string | null = null;
  #typed = '';
  /** What was read last. */
  #source: ModelSource | null = null;

  /** @param onDragging files are held over the element, or no longer are */
  constructor(page: Page, onDragging: (dragging: boolean) => void) {
    this.#page = page;
    this.drops = new FileDrops(page.element, {
      accepts: () => page.store.state.step === 'choose' && !this.isLocked,
      onDragging,
      onDrop: (dropped) => void this.choose({ dropped }, 'drop'),
    });
  }

  get turn(): number {
    return this.#turn;
  }

  /** Readers have no other choice than the page's own model. */
  get isLocked(): boolean {
    return presetOf(this.#page.element).locked.has('model');
  }

  /** Nothing was chosen or taken back yet, and the page leaves no choice: its own model is to be read. */
  get isSettled(): boolean {
    const { element } = this.#page;
    return !this.#isChosen && !!element.model && !presetOf(element).steps.has('choose');
  }

  get facts(): ChooseFacts {
    const { element, files } = this.#page;
    const sample = files.model;
    const network = permitsNetwork(element);
    return {
      sample: sample && folderName(sample),
      own: !!element.model,
      locked: this.isLocked,
      network,
      recent: network ? recentAddresses() : [],
      dragging: this.drops.dragging,
      chat: presetOf(element).steps.has('chat'),
      at: this.#at,
      failure: this.#failure,
      typed: this.#typed,
    };
  }

  get #failure(): ChooseFacts['failure'] {
    const { store, words } = this.#page;
    const { state } = store;
    const failure = state.step === 'choose' ? state.failure : null;
    const source = this.#source;
    return words.failure(
      failure,
      () => store.go('choose'),
      this.#at,
      source?.kind === 'files'
        ? (inside) => void this.choose({ source: { ...source, inside } }, this.#at)
        : undefined,
    );
  }

  /** Opens the browser's choice of files. */
  pick(what: 'folder' | 'file'): void {
    this.#page.element.shadowRoot?.querySelector<HTMLInputElement>(`#${what}-input`)?.click();
  }

  /** For `change` of the inputs that {@link pick} opens. */
  readonly picked = ({ target }: Event): void => {
    const input = target as HTMLInputElement;
    const files = [...(input.files ?? [])];
    // The same folder may be picked again.
    input.value = '';
    if (files.length > 0 && !this.isLocked) void this.load(files, input.id.slice(0, -'-input'.length));
  };

  /** What a person typed, or picked from what was typed before: it stays in its field. */
  open(typed: string): void {
    const isAddress = !typed.startsWith('?');
    this.#typed = isAddress ? typed : '';
    void this.choose({ typed }, isAddress ? 'address' : 'known');
  }

  /**
   * Reads what was given, else the page's own model or the sample.
   * @param at id of the control that a person used
   */
  async load(source?: string | URL | Iterable<File | NamedFile> | null, at?: string): Promise<void> {
    const chosen = source ?? this.#page.element.modelFiles ?? null;
    await this.choose(
      chosen === null || typeof chosen === 'string' || chosen instanceof URL
        ? { address: chosen === null ? this.#page.files.model : String(chosen) }
        : { files: chosen },
      at,
    );
  }

  async choose(chosen: Chosen, at?: string | null): Promise<void> {
    const turn = this.take(at);
    try {
      const { chooseModel } = await import('./model-choice.js').catch(notLoaded);
      const { element, store } = this.#page;
      const reader: Parameters<typeof chooseModel>[3] = {
        choose: (source, ...how) => {
          this.#source = source;
          return store.choose(source, ...how);
        },
      };
      await chooseModel(chosen, element, document.baseURI, reader, () => turn === this.#turn);
    } catch (error) {
      if (turn === this.#turn) await this.refuse(error);
    }
  }

  /** Shows why a model could not even be asked for, with what to do about it. */
  async refuse(error: unknown): Promise<void> {
    const turn = this.#turn;
    // Without the words the headline alone is in the reader's language.
    await this.#page.words.load().catch(() => undefined);
    if (turn === this.#turn)
      this.#page.store.refuse(error instanceof Error ? error : new Error(String(error)));
  }

  /** Whatever was chosen before gives way. */
  take(at: string | null = null): number {
    this.#isChosen = true;
    this.#at = at;
    return ++this.#turn;
  }

  /** The element is gone; what the page had read by itself is read again when it is back. */
  release(): void {
    this.#turn++;
    const { step } = this.#page.store.state;
    if (step === 'choose' || step === 'reading') this.#isChosen = false;
  }
}
