/**
 * A class kit: a folder with a page, the element, a model, an image and a help sheet, that works from any static server and
 * from a stick. The same request gives the same bytes.
 */
import type { Board } from '../plan/boards.js';
import { VERSION } from '../shared/version.js';
import { classPage, PAGE_SCRIPT } from './class-page.js';
import { helpSheet } from './help-sheet.js';
import { kitWords } from './words.js';

/** A file of a kit. */
export interface KitFile {
  /** With `/` between parts. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a kit settles, as the element's attributes have it. */
export interface KitPreset {
  /** What the class calls the model. */
  readonly name: string;
  /** Folder of the model, relative to the page. */
  readonly model: string;
  readonly board: string;
  readonly scheme: string;
  readonly context: number | null;
  readonly prompt: string | null;
  readonly locked: string;
  readonly language: string;
}

export interface KitRequest {
  readonly name: string;
  readonly board: Board;
  /** As the attribute `scheme`. */
  readonly scheme: string;
  /** Tokens, `null` for the plan's choice. */
  readonly context: number | null;
  readonly prompt: string | null;
  /** BCP 47. */
  readonly language: string;
  /** The model's files, with plain names. */
  readonly modelFiles: readonly KitFile[];
  /** What the board boots, one after the other. */
  readonly image: readonly Uint8Array[];
  readonly package: Uint8Array;
  /** The element in one file. */
  readonly script: Uint8Array;
}

/** File name of the element in a kit. */
const SCRIPT = 'esp32-llm-converter.bundle.js';

/** Bytes that become one text of Base64: a multiple of 3, so that no text but the last ends in padding. */
const TEXT_BYTES = 3 * 1024 * 1024;

/** Bytes turned into characters at once: engines limit the arguments of a call. */
const CALL_BYTES = 3 * 4096;

/** All files, in the order in which they are written. */
export async function makeKit(request: KitRequest): Promise<KitFile[]> {
  const { name, board, scheme, context, prompt, language } = request;
  const words = await kitWords(language);
  const folder = folderName(name);
  const preset: KitPreset = {
    name,
    model: `model/${folder}/`,
    board: board.id,
    scheme,
    context,
    prompt,
    locked: context === null ? 'model board scheme' : 'model board scheme context',
    language,
  };
  const image = `image/${folder}-${board.id}.bin`;
  const command = `esptool --chip esp32s3 write-flash 0x0 ${image}`;
  const facts = { model: name, board: board.name, image, modelFolder: preset.model, version: VERSION };
  return [
    text('index.html', classPage(preset, board.name, words)),
    text('help.html', helpSheet({ model: name, board: board.name, prompt, command }, words)),
    text('README.txt', words.readMe(facts)),
    text('preset.json', `${JSON.stringify({ ...preset, version: VERSION }, null, 2)}\n`),
    text('kit.js', PAGE_SCRIPT),
    { path: SCRIPT, bytes: request.script },
    ...request.modelFiles.map(({ path, bytes }) => ({ path: preset.model + path, bytes })),
    text(`model/${folder}.js`, modelScript(folder, request.modelFiles)),
    { path: image, bytes: joined(request.image) },
    { path: `image/${folder}.s3lm`, bytes: request.package },
  ];
}

/** The model as a script, for pages that cannot fetch. */
function modelScript(name: string, files: readonly KitFile[]): string {
  const entries = files.map(
    ({ path, bytes }) => `[${JSON.stringify(path)}, ${JSON.stringify(base64(bytes))}]`,
  );
  return `esp32LlmKit({ name: ${JSON.stringify(name)}, files: [\n${entries.join(',\n')}\n] });\n`;
}

function base64(bytes: Uint8Array): string[] {
  const texts: string[] = [];
  for (let begin = 0; begin < bytes.length; begin += TEXT_BYTES) {
    const end = Math.min(begin + TEXT_BYTES, bytes.length);
    let characters = '';
    for (let at = begin; at < end; at += CALL_BYTES) {
      characters += String.fromCharCode(...bytes.subarray(at, Math.min(at + CALL_BYTES, end)));
    }
    texts.push(btoa(characters));
  }
  return texts;
}

/** A name for folders and addresses on any system: letters, digits, dot, dash, underscore of ASCII. */
function folderName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return plain.slice(0, 60) || 'model';
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function text(path: string, content: string): KitFile {
  return { path, bytes: new TextEncoder().encode(content) };
}
