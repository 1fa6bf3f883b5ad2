/** The files that a person takes away. */
import { reportHtml } from '../report/report-html.js';
import type { DownloadKind } from './actions.js';
import type { BoardImage } from './board-image.js';
import { fileName, imageName } from './file-names.js';
import type { ReportWords } from '../report/words.js';
import type { State } from './state.js';

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
      const zip = zipParts((await image()).made, choice.inspection.name);
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
