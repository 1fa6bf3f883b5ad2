/** Reads the small text and JSON files of a model folder, each within a limit. */
import { FormatError } from '../shared/errors.js';
import type { ModelFolder } from './byte-source.js';
import { JsonBudgetError, parseJsonObject } from './strict-json.js';
import type { JsonObject, StrictJsonOptions } from './strict-json.js';
import { decodeText } from './text.js';

/** Limit for configuration files: real ones have a few KB; the largest label tables reach 1 MB. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/**
 * The text of a UTF-8 file (a byte order mark is dropped), `null` when it is absent.
 * @param maxBytes limit on the file's size
 * @throws FormatError when it is too large or not UTF-8; TransportError
 */
export async function readText(
  folder: ModelFolder,
  name: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<string | null> {
  const source = await folder.open(name, signal);
  if (source === null) return null;
  if (source.size > maxBytes) {
    throw new FormatError(`The file has ${source.size} bytes; at most ${maxBytes} are read.`, {
      file: name,
      remedy: 'Check that it is the right file.',
      code: 'broken-file',
    });
  }
  return decodeText(await source.read(0, source.size, signal), name);
}

/**
 * The object of a JSON file, `null` when the file is absent.
 * @throws FormatError when it is not strict JSON or not an object, now or when a value is asked for that holds a key twice or
 *   too much; TransportError
 */
export async function readJsonObject(
  folder: ModelFolder,
  name: string,
  maxBytes: number = MAX_CONFIG_BYTES,
  signal?: AbortSignal,
  options: StrictJsonOptions = {},
): Promise<JsonObject | null> {
  const text = await readText(folder, name, maxBytes, signal);
  if (text === null) return null;
  if (text.startsWith('version https://git-lfs')) throw lfsPointer(name);
  if (isWebPage(text)) throw webPage(name);
  const broken = (problem: string, remedy: string): FormatError =>
    new FormatError(problem, { file: name, remedy, code: 'broken-file' });
  const value = parseJsonObject(text, {
    ...options,
    fail: (error) =>
      error instanceof JsonBudgetError
        ? broken(error.message, 'Check that it is the right file.')
        : broken(`The file is not valid JSON: ${error.message}.`, 'Download it again or correct it.'),
  });
  if (value === null) throw broken('The file is JSON but not an object.', 'Check that it is the right file.');
  return value;
}

/** Whether what should be a file begins as a page of the web does. */
export function isWebPage(text: string): boolean {
  return /^\s*<(?:!doctype|html|\?xml|head|script)/i.test(text);
}

/** The error for a page that was saved in the place of a file. */
export function webPage(file: string): FormatError {
  return new FormatError('The file is a page of the web (HTML), saved in the place of the file.', {
    file,
    code: 'broken-file',
    remedy: 'Download the file itself: on the Hub, with the arrow beside its name.',
  });
}

/** The error for a file that git left as a pointer to its content. */
export function lfsPointer(file: string): FormatError {
  return new FormatError('The file is only a pointer that Git LFS left in place of the content.', {
    file,
    code: 'lfs-pointer',
    remedy: 'Run "git lfs pull" in the folder, or download the file itself.',
  });
}
