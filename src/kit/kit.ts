/**
 * A class kit: a folder with a page, the element, a model, an image and a help sheet, that works from any static server and
 * from a stick. The same request gives the same bytes.
 */
import type { Board } from '../plan/boards.js';
import { DEFAULT_EFFORT, type Effort } from '../quantize/effort.js';
import { PIECE_BYTES, piecesOf } from '../shared/breath.js';
import { fileName } from '../shared/file-name.js';
import { UsageError } from '../shared/errors.js';
import { VERSION } from '../shared/version.js';
import type { DrawnUse } from './board-drawing.js';
import { classPage, PAGE_SCRIPT } from './class-page.js';
import { courseFiles, isOfModel, type Course } from './course.js';
import { helpSheet } from './help-sheet.js';
import type { ClassAddress, KitPreset, SlotTexts } from './kit-preset.js';
import { kitWords } from './languages.js';
import { lessonPage, worksheetPage, type Lesson } from './lesson-page.js';
import type { KitView } from './lesson-words.js';

/** A file that goes into a kit. */
export interface GivenFile {
  /** With `/` between parts. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file of a kit. */
export interface KitFile {
  /** With `/` between parts. */
  readonly path: string;
  /** Its length in bytes. */
  readonly size: number;
  /** Its bytes one after the other, made while they are asked for: no piece is the work of more than `PIECE_BYTES`. */
  pieces(): Iterable<Uint8Array>;
}

export interface KitRequest {
  /** Made safe to show: it stands in pages, and in texts that people read on a terminal. */
  readonly name: string;
  readonly board: Board;
  /** What the model takes of the board's memories. */
  readonly memories: readonly DrawnUse[];
  /** As the attribute `scheme`. */
  readonly scheme: string;
  /** As the attribute `effort`. */
  readonly effort: Effort;
  /** Tokens, `null` for the plan's choice. */
  readonly context: number | null;
  /** Questions for the class; the first stands in the element's field. */
  readonly prompts: readonly string[];
  readonly view: KitView;
  /** Where it will be found, `null` when nobody knows. */
  readonly address: ClassAddress | null;
  /** Texts of the teacher's own. */
  readonly texts: SlotTexts;
  /** BCP 47. */
  readonly language: string;
  /** The model's files, with plain names. */
  readonly modelFiles: readonly GivenFile[];
  /** Somebody's own firmware, with its file's name, that the image was made with; `null` for the element's. */
  readonly firmware: GivenFile | null;
  /** What the board boots, one after the other. */
  readonly image: readonly Uint8Array[];
  readonly package: Uint8Array;
  /** The element in one file. */
  readonly script: Uint8Array;
  /** The lessons in that language, `null` where there are none. Only a kit with their model has them. */
  readonly course: Course | null;
}

/** File name of the element in a kit. */
const SCRIPT = 'esp32-llm-converter.bundle.js';

/** What a class with the student's view sees; talking to the board that was flashed is the last of it. */
const STUDENT_STEPS = 'try flash chat';

/** What was settled, and which files the kit has. */
export const PRESET = 'preset.json';

/** Paths as kits have them; no part is `.` or `..`. */
const NAME = String.raw`(?!\.{1,2}(?:/|$))[\p{L}\p{M}\p{N}._-]+`;
const PLAIN_PATH = new RegExp(`^${NAME}(?:/${NAME})*$`, 'u');

/** Most bytes of a firmware in a kit: what the largest flash holds. It has to fit into a script together with the model. */
export const MAX_KIT_FIRMWARE_BYTES = 32 * 1024 * 1024;

/**
 * What a kit refuses of a firmware, to be asked before the model is converted.
 * @throws UsageError when it is too large
 */
export function refuseLongFirmware(path: string, bytes: number): void {
  if (bytes <= MAX_KIT_FIRMWARE_BYTES) return;
  throw new UsageError(
    `${path} has more than ${MAX_KIT_FIRMWARE_BYTES >> 20} MiB. Give the firmware's image, or its program without debugging information.`,
  );
}

/** Bytes turned into characters at once: engines limit the arguments of a call. */
const CALL_BYTES = 3 * 4096;

/**
 * All files, in the order in which they are written.
 * @throws UsageError when the firmware is too large
 */
export async function makeKit(request: KitRequest): Promise<KitFile[]> {
  const { name, board, memories, scheme, effort, context, prompts, view, address, texts, language } = request;
  const words = await kitWords(language);
  const folder = fileName(name);
  const own = request.firmware;
  const firmware = own === null ? null : `firmware/${fileName(own.path, 'firmware.bin')}`;
  if (own !== null) refuseLongFirmware(own.path, own.bytes.length);
  const preset: KitPreset = {
    name,
    model: `model/${folder}/`,
    board: board.id,
    scheme,
    effort: effort === DEFAULT_EFFORT ? null : effort,
    context,
    prompts,
    steps: view === 'student' ? STUDENT_STEPS : null,
    firmware,
    locked: context === null ? 'model board scheme' : 'model board scheme context',
    language,
  };
  const course =
    request.course !== null && isOfModel(request.course, request.modelFiles) ? request.course : null;
  const hasCourse = course !== null;
  const image = `image/${folder}-${board.id}.bin`;
  const command = `esptool --chip ${board.chip.id} write-flash 0x0 ${image}`;
  const facts = {
    model: name,
    board: board.name,
    image,
    modelFolder: preset.model,
    firmware,
    version: VERSION,
    hasCourse,
  };
  const bytesOf = (files: readonly { readonly bytes: Uint8Array }[]): number =>
    files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const lesson: Lesson = {
    model: name,
    board: board.name,
    modelBytes: bytesOf(request.modelFiles),
    packageBytes: request.package.length,
    prompts,
    view,
    address,
    hasCourse,
  };
  const files = [
    text(
      'index.html',
      classPage(
        preset,
        { boardName: board.name, chip: board.chip.name, texts, hasCourse: hasCourse && view === 'full' },
        words,
      ),
    ),
    text(
      'help.html',
      helpSheet(
        { model: name, board: board.name, chip: board.chip.name, memories, prompts, view, address, command },
        words,
      ),
    ),
    text('lesson.html', lessonPage(lesson, words)),
    text('worksheet.html', worksheetPage(lesson, words)),
    ...(course === null ? [] : courseFiles(course, preset, words)).map((page) => text(page.path, page.text)),
    text('README.txt', words.readMe(facts)),
    text('kit.js', PAGE_SCRIPT),
    whole(SCRIPT, [request.script]),
    ...request.modelFiles.map(({ path, bytes }) => whole(preset.model + path, [bytes])),
    ...(own === null || firmware === null ? [] : [whole(firmware, [own.bytes])]),
    modelScript(`model/${folder}.js`, folder, request.modelFiles, own),
    whole(image, request.image),
    whole(`image/${folder}.s3lm`, [request.package]),
  ];
  // A later kit in the same folder takes away what this one wrote, and knows it from here.
  const listed = { ...preset, version: VERSION, files: [...files.map(({ path }) => path), PRESET] };
  return [...files, text(PRESET, `${JSON.stringify(listed, null, 2)}\n`)];
}

/**
 * The files that an earlier kit's `preset.json` lists. The text comes from a folder that anybody may have written into: only
 * plain paths within the kit are taken.
 * @returns none when it lists none
 */
export function listedFiles(preset: string): string[] {
  let files: unknown;
  try {
    ({ files } = JSON.parse(preset) as { files?: unknown });
  } catch {
    return [];
  }
  if (!Array.isArray(files)) return [];
  return files.filter((path): path is string => typeof path === 'string' && PLAIN_PATH.test(path));
}

/**
 * The model as a script, for pages that cannot fetch, with the firmware where there is one of its own:
 * `esp32LlmKit({ name, files: [[path, [text, …]], …], firmware: [name, [text, …]] | null })`, every text in Base64.
 */
function modelScript(
  path: string,
  name: string,
  files: readonly GivenFile[],
  firmware: GivenFile | null,
): KitFile {
  const encoder = new TextEncoder();
  const parts: (string | Uint8Array)[] = [`esp32LlmKit({ name: ${JSON.stringify(name)}, files: [\n`];
  files.forEach((file, index) => {
    parts.push(`${index === 0 ? '' : ',\n'}[${JSON.stringify(file.path)}, [`, file.bytes, ']]');
  });
  parts.push('\n], firmware: ');
  if (firmware === null) parts.push('null');
  else parts.push(`[${JSON.stringify(firmware.path)}, [`, firmware.bytes, ']]');
  parts.push(' });\n');
  const length = (part: string | Uint8Array): number =>
    typeof part === 'string' ? encoder.encode(part).length : textsLength(part.length);
  return {
    path,
    size: parts.reduce((sum, part) => sum + length(part), 0),
    *pieces() {
      for (const part of parts) {
        if (typeof part === 'string') yield encoder.encode(part);
        else yield* texts(part);
      }
    },
  };
}

/** Bytes as texts of Base64 with commas between them; no text but the last ends in padding. */
function* texts(bytes: Uint8Array): Iterable<Uint8Array> {
  const encoder = new TextEncoder();
  let comma = '';
  for (const piece of piecesOf(bytes)) {
    yield encoder.encode(`${comma}"${base64(piece)}"`);
    comma = ',';
  }
}

/** Bytes that {@link texts} gives for so many. */
function textsLength(bytes: number): number {
  const rest = bytes % PIECE_BYTES;
  const full = (bytes - rest) / PIECE_BYTES;
  const count = full + (rest > 0 ? 1 : 0);
  return (full * PIECE_BYTES * 4) / 3 + Math.ceil(rest / 3) * 4 + 2 * count + Math.max(count - 1, 0);
}

function base64(piece: Uint8Array): string {
  let characters = '';
  for (let at = 0; at < piece.length; at += CALL_BYTES) {
    characters += String.fromCharCode(...piece.subarray(at, at + CALL_BYTES));
  }
  return btoa(characters);
}

function whole(path: string, parts: readonly Uint8Array[]): KitFile {
  return {
    path,
    size: parts.reduce((sum, part) => sum + part.length, 0),
    *pieces() {
      for (const part of parts) yield* piecesOf(part);
    },
  };
}

function text(path: string, content: string): KitFile {
  return whole(path, [new TextEncoder().encode(content)]);
}
