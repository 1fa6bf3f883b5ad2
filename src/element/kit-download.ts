/** The class kit of a result, as an archive: what the command line's `kit` writes, from the same makers. */
import { GRAMMAR_FILE, WIRING_FILE } from '../input/action-names.js';
import { readCourse, type Course } from '../kit/course.js';
import { makeKit, type GivenFile } from '../kit/kit.js';
import { findBoard } from '../plan/boards.js';
import { DEFAULT_EFFORT } from '../quantize/effort.js';
import { writeChoices } from '../plan/scheme-text.js';
import { findLanguage, type Language } from '../shared/languages.js';
import { fetchAsset, needAsset } from '../worker/fetch-asset.js';
import type { BoardImage } from './board-image.js';
import { fileName } from './file-names.js';
import type { Download } from './save.js';
import type { Settings, State } from './state.js';
import { zipFiles } from './zip-parts.js';

export interface KitOptions {
  /** The image of the result. */
  image(): Promise<BoardImage>;
  /** The files of the model. */
  modelFiles(): Promise<readonly GivenFile[]>;
  /** Address of the element in one file. */
  readonly bundle: string;
  /** The image has a firmware of the page's own. */
  readonly ownFirmware: boolean;
  /** First question of the trial, `null` for the element's own choice. */
  readonly prompt: string | null;
  /** BCP 47. */
  readonly language: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: KitProgress) => void;
}

/** Bytes of a kit that are packed, and all of them; 0 of 0 while its files are fetched. */
export interface KitProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * Makes the archive.
 * @throws TransportError when the model's files or the element's cannot be fetched; UsageError when the model or the firmware
 *   is too large, or the firmware has no bootloader; the signal's reason
 */
export async function makeKitDownload(
  { choice, result }: Extract<State, { step: 'result' }>,
  options: KitOptions,
): Promise<Download> {
  const { inspection, settings } = choice;
  const scheme = writeChoices({ scheme: settings, edits: settings.edits ?? [] });
  const { signal } = options;
  const board = findBoard(settings.board);
  const [script, course, modelFiles, { made }] = await Promise.all([
    fetchBundle(options.bundle, signal),
    fetchCourse(options.bundle, findLanguage(options.language), signal),
    options.modelFiles(),
    options.image(),
  ]);
  const { source } = made;
  const kit = await makeKit({
    name: inspection.name,
    board,
    memories: result.plan.memories,
    scheme,
    effort: settings.effort ?? DEFAULT_EFFORT,
    context: settings.context,
    prompts: options.prompt === null ? [] : [options.prompt],
    view: 'full',
    address: null,
    texts: new Map(),
    language: options.language,
    modelFiles: chosenFiles(modelFiles, settings),
    // The very bytes that the image was made with: an address may give others the next time.
    firmware: options.ownFirmware ? { path: source.name, bytes: await source.read(0, source.size) } : null,
    image: made.pieces(),
    package: result.package,
    script,
    course,
  });
  const name = `${fileName(inspection.name)}-kit`;
  const total = kit.reduce((sum, file) => sum + file.size, 0);
  // One folder in the archive: unpacking it leaves no loose files about.
  const content = await zipFiles(
    kit.map((file) => ({ path: `${name}/${file.path}`, pieces: () => file.pieces() })),
    { signal, onProgress: (done) => options.onProgress({ done, total }) },
  );
  return { name: `${name}.zip`, content };
}

/** The model's files with what was chosen in the place of its own: then the kit's page makes the same package. */
function chosenFiles(
  files: readonly GivenFile[],
  { wiring, grammar }: Pick<Settings, 'wiring' | 'grammar'>,
): readonly GivenFile[] {
  const gone = [...(wiring === undefined ? [] : [WIRING_FILE]), ...(grammar === null ? [GRAMMAR_FILE] : [])];
  const kept = files.filter(({ path }) => !gone.includes(path));
  if (typeof wiring !== 'string') return kept;
  return [...kept, { path: WIRING_FILE, bytes: new TextEncoder().encode(wiring) }];
}

async function fetchBundle(address: string, signal: AbortSignal): Promise<Uint8Array> {
  const advice = 'Put esp32-llm-converter.bundle.js beside the script, and open the page from a server.';
  return new Uint8Array(await (await needAsset(address, advice, signal)).arrayBuffer());
}

/** The lessons beside the scripts. Bundlers of pages give files other names, by these literals. */
const COURSES: Readonly<Record<Language, () => URL>> = {
  en: () => new URL('../../dist/course.en.json', import.meta.url),
  es: () => new URL('../../dist/course.es.json', import.meta.url),
  'zh-Hans': () => new URL('../../dist/course.zh-Hans.json', import.meta.url),
};

/**
 * The lessons, which are where the one file is, as long as that has its own name. Whoever serves that file alone gets kits
 * without lessons, which do not speak of them.
 */
async function fetchCourse(bundle: string, language: Language, signal: AbortSignal): Promise<Course | null> {
  const isOwnName = /\/esp32-llm-converter\.bundle\.js(?:[?#]|$)/.test(bundle);
  const address = isOwnName
    ? new URL(`course.${language}.json`, bundle)
    : new URL(COURSES[language]().href, globalThis.document?.baseURI);
  try {
    const response = await fetchAsset(address.href, { signal });
    return response.ok ? readCourse(await response.text()) : null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
