/** The class kit of a result, as an archive: what the command line's `kit` writes, from the same makers. */
import { makeKit } from '../kit/kit.js';
import { readModelFiles } from '../kit/model-files.js';
import { findBoard } from '../plan/boards.js';
import { DEFAULT_SCHEME } from '../plan/defaults.js';
import { needAsset } from '../worker/fetch-asset.js';
import { openModelFolder } from '../worker/model-folder.js';
import type { BoardImage } from './board-image.js';
import type { Download } from './downloads.js';
import { fileName } from './file-names.js';
import { writeScheme } from './preset.js';
import type { State } from './state.js';
import { zipFiles } from './zip-parts.js';

export interface KitOptions {
  readonly image: BoardImage;
  /** Address of the element in one file. */
  readonly bundle: string;
  /** First question of the trial, `null` for the element's own choice. */
  readonly prompt: string | null;
  /** BCP 47. */
  readonly language: string;
}

/**
 * Makes the archive.
 * @throws TransportError when the model's files or the element's cannot be fetched; UsageError when the model is too large
 */
export async function makeKitDownload(
  { choice, result }: Extract<State, { step: 'result' }>,
  options: KitOptions,
): Promise<Download> {
  const { inspection, settings, source } = choice;
  const [script, modelFiles] = await Promise.all([
    fetchBundle(options.bundle),
    openModelFolder(source).then((folder) => readModelFiles(folder)),
  ]);
  const files = await makeKit({
    name: inspection.name,
    board: findBoard(settings.board),
    scheme: writeScheme({ ...DEFAULT_SCHEME, ...settings }),
    context: settings.context,
    prompt: options.prompt,
    language: options.language,
    modelFiles,
    image: options.image.made.pieces(),
    package: result.package,
    script,
  });
  const name = `${fileName(inspection.name)}-kit`;
  // One folder in the archive: unpacking it leaves no loose files about.
  const content = zipFiles(files.map(({ path, bytes }) => ({ path: `${name}/${path}`, bytes })));
  return { name: `${name}.zip`, content };
}

async function fetchBundle(address: string): Promise<Uint8Array> {
  const advice = 'Put esp32-llm-converter.bundle.js beside the script, and open the page from a server.';
  return new Uint8Array(await (await needAsset(address, advice)).arrayBuffer());
}
