/** The files that a person takes away. */
import { reportHtml } from '../report/report-html.js';
import type { DownloadKind } from './actions.js';
import type { BoardImage } from './board-image.js';
import { fileName, imageName } from './file-names.js';
import type { ReportWords } from '../report/words.js';
import type { KitOptions, KitProgress } from './kit-download.js';
import type { State } from './state.js';
import type { Strings } from './strings/strings.js';

/** A file to save. */
export interface Download {
  readonly name: string;
  readonly content: Blob;
}

/**
 * Makes the file of a result.
 * @param image the image of the result, for the kinds that need it
 * @param words of the report, in the language of the page
 * @throws UsageError when there is no merged image
 */
export async function makeDownload(
  kind: Exclude<DownloadKind, 'kit'>,
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
      const html = reportHtml(result.report, result.plan, { name: choice.inspection.name, words });
      return { name: `${name}-report.html`, content: new Blob([html], { type: 'text/html' }) };
    }
    case 'json': {
      const { report, plan } = result;
      const json = `${JSON.stringify({ package: { bytes: result.package.length }, plan, report }, null, 2)}\n`;
      return { name: `${name}-report.json`, content: new Blob([json], { type: 'application/json' }) };
    }
  }
}

/** What the element knows for its downloads. */
export interface DownloadHost {
  /** The current result, `null` when there is none. */
  result(): Extract<State, { step: 'result' }> | null;
  strings(): Strings | null;
  image(): Promise<BoardImage>;
  /** What a kit is made with beside the result. */
  kit(): Omit<KitOptions, 'image' | 'signal' | 'onProgress'>;
  /** Something is to be drawn anew. */
  changed(): void;
  /** Says a sentence to screen readers. */
  announce(text: string): void;
  failed(cause: unknown): void;
}

/** Milliseconds between two drawings of the progress. */
const DRAWN_EVERY = 100;

/** Makes files when they are asked for, and one kit at a time. */
export class Downloads {
  readonly #host: DownloadHost;
  #kit: { readonly end: AbortController; progress: KitProgress } | null = null;

  constructor(host: DownloadHost) {
    this.#host = host;
  }

  /** How far the kit is, `null` while none is made. */
  get kit(): KitProgress | null {
    return this.#kit?.progress ?? null;
  }

  /** Makes a file and saves it; a failure is told to the host. */
  async make(kind: DownloadKind): Promise<void> {
    const host = this.#host;
    const [result, strings] = [host.result(), host.strings()];
    if (result === null || strings === null) return;
    try {
      if (kind === 'kit') await this.#makeKit(result, strings);
      else save(await makeDownload(kind, result, () => host.image(), strings.report));
    } catch (cause) {
      host.failed(cause);
    }
  }

  /** Stops the kit. */
  cancel(): void {
    this.#kit?.end.abort(new DOMException('Cancelled.', 'AbortError'));
  }

  async #makeKit(result: Extract<State, { step: 'result' }>, { take }: Strings): Promise<void> {
    if (this.#kit !== null) return;
    const host = this.#host;
    const end = new AbortController();
    const kit = (this.#kit = { end, progress: { done: 0, total: 0 } });
    let drawn = performance.now();
    host.changed();
    host.announce(take.kitMaking);
    try {
      const { makeKitDownload } = await import('./kit-download.js');
      const download = await makeKitDownload(result, {
        ...host.kit(),
        image: () => host.image(),
        signal: end.signal,
        onProgress: (progress) => {
          kit.progress = progress;
          if (performance.now() - drawn < DRAWN_EVERY) return;
          drawn = performance.now();
          host.changed();
        },
      });
      end.signal.throwIfAborted();
      save(download);
      host.announce(take.kitMade);
    } catch (cause) {
      if (!end.signal.aborted) throw cause;
      host.announce(take.kitCancelled);
    } finally {
      this.#kit = null;
      host.changed();
    }
  }
}

/** Hands a file to the browser's download. */
export function save(download: Download): void {
  const url = URL.createObjectURL(download.content);
  const link = document.createElement('a');
  link.href = url;
  link.download = download.name;
  link.click();
  // The browser has taken the address by the next task; later is safe, at once is not everywhere.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 10_000);
}
