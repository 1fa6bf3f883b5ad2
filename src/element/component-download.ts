/** What somebody needs who calls the model of a result from an application of their own, as an archive. */
import { COMPONENT_FILE, componentProject } from '../kit/component-project.js';
import { findBoard } from '../plan/boards.js';
import { piecesOf } from '../shared/breath.js';
import { needAsset } from '../worker/fetch-asset.js';
import { folder, pageUrl } from './assets.js';
import { fileName } from './file-names.js';
import type { KitProgress } from './kit-download.js';
import type { Download } from './save.js';
import { trialOptions } from './settings.js';
import type { State } from './state.js';
import { zipFiles } from './zip-parts.js';

export interface ComponentOptions {
  /** The page's attribute `asset-base`. */
  readonly assetBase: string | null;
  /** The page's first question, `null` for one that the report has shown to work. */
  readonly prompt: string | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: KitProgress) => void;
}

/**
 * Makes the archive.
 * @throws TransportError when the library cannot be fetched; UsageError when the board's flash has no room for model and
 *   application; the signal's reason
 */
export async function makeComponentDownload(
  { choice, result }: Extract<State, { step: 'result' }>,
  { assetBase, prompt, signal, onProgress }: ComponentOptions,
): Promise<Download> {
  const files = componentProject({
    name: choice.inspection.name,
    board: findBoard(result.plan.board),
    package: result.package,
    prompt: trialOptions(result, prompt).prompt,
    library: await fetchLibrary(assetBase, signal),
  });
  const name = `${fileName(choice.inspection.name)}-component`;
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const content = await zipFiles(
    files.map(({ path, bytes }) => ({ path: `${name}/${path}`, pieces: () => piecesOf(bytes) })),
    { signal, onProgress: (done) => onProgress({ done, total }) },
  );
  return { name: `${name}.zip`, content };
}

async function fetchLibrary(assetBase: string | null, signal: AbortSignal): Promise<Uint8Array> {
  const beside = new URL('../../dist/esp32-llm.zip', import.meta.url);
  const url =
    assetBase === null
      ? new URL(beside.href, document.baseURI).href
      : pageUrl(folder(assetBase, COMPONENT_FILE), document.baseURI, 'asset-base').href;
  const advice = `Put ${COMPONENT_FILE} beside the script, or say where it is with the attribute asset-base.`;
  return new Uint8Array(await (await needAsset(url, advice, signal)).arrayBuffer());
}
