/** The files that a person takes away. */
import { reportHtml } from '../report/report-html.js';
import type { DownloadKind } from './actions.js';
import type { BoardImage } from './board-image.js';
import { fileName, imageName } from './file-names.js';
import type { ReportWords } from '../report/words.js';
import type { KitProgress } from './kit-download.js';
import type { LiveRegion } from './live-region.js';
import type { Page } from './page.js';
import { attributeText } from './preset-words.js';
import type { Download } from './save.js';
import type { State } from './state.js';
import type { Strings } from './strings/strings.js';

/**
 * Makes the file of a result.
 * @param image the image of the result, for the kinds that need it
 * @param words of the report, in the language of the page
 * @throws UsageError when there is no merged image
 */
export async function makeDownload(
  kind: Exclude<DownloadKind, Archive>,
  state: Extract<State, { step: 'result' }>,
  image: () => Promise<BoardImage>,
  words: ReportWords,
): Promise<Download> {
  const { result, choice } = state;
  const name = fileName(choice.inspection.name);
  switch (kind) {
    case 'image': {
      const { file, made } = await image();
      // Without a bootloader the pieces say what is missing.
      return {
        name: imageName(state),
        content: file ?? new Blob(made.pieces() as Uint8Array<ArrayBuffer>[]),
      };
    }
    case 'parts': {
      const { zipParts } = await import('./zip-parts.js');
      const zip = await zipParts((await image()).made, choice.inspection.name);
      return { name: `${name}-${result.plan.board}-parts.zip`, content: zip };
    }
    case 'package':
      // A copy into the blob; the type of the array's memory is not known to be unshared, but it came from a worker's transfer.
      return {
        name: `${name}.s3lm`,
        content: new Blob([result.package as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }),
      };
    case 'html': {
      const { name: title } = choice.inspection;
      const html = reportHtml(result.report, result.plan, { name: title, made: new Date(), words });
      return { name: `${name}-report.html`, content: new Blob([html], { type: 'text/html' }) };
    }
    case 'json': {
      const { report, plan } = result;
      const json = `${JSON.stringify({ package: { bytes: result.package.length }, plan, report }, null, 2)}\n`;
      return { name: `${name}-report.json`, content: new Blob([json], { type: 'application/json' }) };
    }
  }
}

/** What takes a while, and can be stopped. */
export type Archive = 'component' | 'kit' | 'tflm';

/** Milliseconds between two drawings of the progress. */
const DRAWN_EVERY = 100;

/** Makes files when they are asked for, and one archive that takes a while at a time. */
export class Downloads {
  readonly #page: Page;
  readonly #live: LiveRegion;
  readonly #keep: (download: Download) => void;
  #making: { readonly end: AbortController; progress: KitProgress } | null = null;

  /** @param keep saves a file that was made */
  constructor(page: Page, live: LiveRegion, keep: (download: Download) => void) {
    this.#page = page;
    this.#live = live;
    this.#keep = keep;
  }

  /** How far the archive is that is made, `null` while none is. */
  get making(): KitProgress | null {
    return this.#making?.progress ?? null;
  }

  /** Makes a file of the current result and saves it. @throws what the making of it throws */
  async make(kind: DownloadKind): Promise<void> {
    const { store, words } = this.#page;
    const { state } = store;
    if (state.step !== 'result' || words.all === null) return;
    if (kind === 'component' || kind === 'kit' || kind === 'tflm')
      await this.#makeArchive(kind, state, words.all);
    else this.#keep(await makeDownload(kind, state, () => store.image(), words.all.report));
  }

  /** Stops the archive. */
  cancel(): void {
    this.#making?.end.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  async #makeArchive(
    kind: Archive,
    state: Extract<State, { step: 'result' }>,
    { take }: Strings,
  ): Promise<void> {
    if (this.#making !== null) return;
    const { element } = this.#page;
    const end = new AbortController();
    const making = (this.#making = { end, progress: { done: 0, total: 0 } });
    let drawn = performance.now();
    const onProgress = (progress: KitProgress): void => {
      making.progress = progress;
      if (performance.now() - drawn < DRAWN_EVERY) return;
      drawn = performance.now();
      element.requestUpdate();
    };
    element.requestUpdate();
    this.#live.say(take.packing);
    try {
      const make = { component: this.#component, kit: this.#kit, tflm: this.#tflm }[kind];
      const download = await make.call(this, state, end.signal, onProgress);
      end.signal.throwIfAborted();
      this.#live.say(take.packed);
      this.#keep(download);
    } catch (cause) {
      if (!end.signal.aborted) throw cause;
      this.#live.say(take.packingStopped);
    } finally {
      this.#making = null;
      element.requestUpdate();
    }
  }

  async #kit(
    state: Extract<State, { step: 'result' }>,
    signal: AbortSignal,
    onProgress: (progress: KitProgress) => void,
  ): Promise<Download> {
    const { element, files, store, words } = this.#page;
    const {
      result,
      choice: { source },
    } = state;
    const { makeKitDownload } = await import('./kit-download.js');
    return makeKitDownload(state, {
      bundle: files.urls.bundle,
      ownFirmware: files.ownFirmware !== undefined,
      prompt: attributeText('prompt', element.prompt),
      language: words.language,
      image: () => store.image(),
      modelFiles: () => store.files({ source, files: result.files, carriers: result.carriers }, signal),
      signal,
      onProgress,
    });
  }

  async #tflm(
    state: Extract<State, { step: 'result' }>,
    signal: AbortSignal,
    onProgress: (progress: KitProgress) => void,
  ): Promise<Download> {
    const { element, files } = this.#page;
    const { makeTflmDownload } = await import('./tflm-download.js');
    const assetBase = attributeText('asset-base', element.assetBase);
    return makeTflmDownload(state, { urls: files.urls, worker: files.worker, assetBase, signal, onProgress });
  }

  async #component(
    state: Extract<State, { step: 'result' }>,
    signal: AbortSignal,
    onProgress: (progress: KitProgress) => void,
  ): Promise<Download> {
    const { element } = this.#page;
    const { makeComponentDownload } = await import('./component-download.js');
    return makeComponentDownload(state, {
      assetBase: attributeText('asset-base', element.assetBase),
      prompt: attributeText('prompt', element.prompt),
      signal,
      onProgress,
    });
  }
}
