/** The model of a result as a graph for TensorFlow Lite Micro, with what an application needs beside it, as an archive. */
import { piecesOf } from '../shared/breath.js';
import type { EngineFiles } from '../tflite/project.js';
import { needAsset } from '../worker/fetch-asset.js';
import type { RuntimeUrls } from '../worker/runtime.js';
import { makeTflite } from '../worker/tflite-start.js';
import { folder, pageUrl } from './assets.js';
import { fileName } from './file-names.js';
import type { KitProgress } from './kit-download.js';
import type { Download } from './save.js';
import { convertSettings } from './settings.js';
import type { State } from './state.js';
import { zipFiles } from './zip-parts.js';

export interface TflmOptions {
  readonly urls: RuntimeUrls;
  /** A copy of `worker.js` on the page's own origin, `null` for none. */
  readonly worker: string | null;
  /** The page's attribute `asset-base`. */
  readonly assetBase: string | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: KitProgress) => void;
}

const SOURCES = 'tflm-sources.json';

/**
 * Makes the archive.
 * @throws TransportError when the sources cannot be fetched; what the pipeline throws; the signal's reason
 */
export async function makeTflmDownload(
  { choice }: Extract<State, { step: 'result' }>,
  { urls, worker, assetBase, signal, onProgress }: TflmOptions,
): Promise<Download> {
  const { source, settings, inspection } = choice;
  const engine = await fetchSources(assetBase, signal);
  const files = await makeTflite(
    urls,
    { source, settings: convertSettings(settings), engine },
    { worker, signal },
  );
  const name = `${fileName(inspection.name)}-tflm`;
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const content = await zipFiles(
    files.map(({ path, bytes }) => ({ path: `${name}/${path}`, pieces: () => piecesOf(bytes) })),
    { signal, onProgress: (done) => onProgress({ done, total }) },
  );
  return { name: `${name}.zip`, content };
}

async function fetchSources(assetBase: string | null, signal: AbortSignal): Promise<EngineFiles> {
  const beside = new URL('../../dist/tflm-sources.json', import.meta.url);
  const url =
    assetBase === null
      ? new URL(beside.href, document.baseURI).href
      : pageUrl(folder(assetBase, SOURCES), document.baseURI, 'asset-base').href;
  const advice = `Put ${SOURCES} beside the script, or say where it is with the attribute asset-base.`;
  return (await (await needAsset(url, advice, signal)).json()) as EngineFiles;
}
