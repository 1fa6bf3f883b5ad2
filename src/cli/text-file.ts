/** Texts that a command line names. */
import { readFile } from 'node:fs/promises';
import type { Edit } from '../edit/edit.js';
import { UsageError } from '../shared/errors.js';
import { decodeText } from '../source/text.js';
import type { VocabularyRequest } from './requests.js';
import { formatBytes } from '../shared/format.js';

/** Longest text file that is taken; more would run for hours. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

/** Reads a UTF-8 text. @throws UsageError; FormatError naming another encoding */
export async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new UsageError(`Cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}.`);
  }
  if (bytes.length > MAX_TEXT_BYTES) {
    throw new UsageError(
      `${path} has ${formatBytes(bytes.length)}; give at most ${formatBytes(MAX_TEXT_BYTES)} of text.`,
    );
  }
  return decodeText(bytes, path);
}

/** The changes of a model that a command asks for. @throws as {@link readText} */
export async function editsOf({
  vocabulary,
}: {
  readonly vocabulary: VocabularyRequest | undefined;
}): Promise<readonly Edit[]> {
  if (vocabulary === undefined) return [];
  const { tokens, text } = vocabulary;
  return [{ kind: 'vocabulary', tokens, ...(text === undefined ? {} : { text: await readText(text) }) }];
}
