/** The files that a person takes away. */
import { reportHtml } from '../report/report-html.js';
import type { DownloadKind } from './actions.js';
import type { State } from './state.js';

/** A file to save. */
export interface Download {
  readonly name: string;
  readonly content: Blob;
}

/**
 * Makes the file of a result.
 * @param firmware address of the firmware, for an image
 * @throws TransportError when the firmware cannot be fetched; FitError when the package does not fit the board's flash
 */
export async function makeDownload(
  kind: DownloadKind,
  state: Extract<State, { step: 'result' }>,
  firmware: string,
): Promise<Download> {
  const { result, choice } = state;
  const name = fileName(choice.inspection.name);
  switch (kind) {
    case 'image': {
      const { imageBlob, makePageImage } = await import('../worker/flash-image.js');
      const image = await makePageImage(result.package, { board: result.plan.board, firmware });
      return { name: `${name}-${result.plan.board}.bin`, content: imageBlob(image) };
    }
    case 'package':
      // A copy into the blob; the type of the array's memory is not known to be unshared, but it came from a worker's transfer.
      return {
        name: `${name}.s3lm`,
        content: new Blob([result.package as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }),
      };
    case 'html': {
      const html = reportHtml(result.report, result.plan, { name: choice.inspection.name });
      return { name: `${name}-report.html`, content: new Blob([html], { type: 'text/html' }) };
    }
    case 'json': {
      const { report, plan } = result;
      const json = `${JSON.stringify({ package: { bytes: result.package.length }, plan, report }, null, 2)}\n`;
      return { name: `${name}-report.json`, content: new Blob([json], { type: 'application/json' }) };
    }
  }
}

/** Longest name that is kept: file systems allow 255 bytes, and the ending needs some. */
const MAX_NAME = 100;

/** A folder's name as a file name on any system. */
export function fileName(folder: string): string {
  const name = folder
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return Array.from(name).slice(0, MAX_NAME).join('') || 'model';
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
