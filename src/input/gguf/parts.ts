/** Opens the files of a model in GGUF and checks that they belong together. */
import type { GgufPart } from '../../checkpoint/gguf/gguf-checkpoint.js';
import { readGgufHeader } from '../../checkpoint/gguf/header.js';
import { FormatError } from '../../shared/errors.js';
import type { ModelFolder } from '../../source/byte-source.js';
import type { GgufFiles } from './files.js';

/** Missing files that a message names. */
const SHOWN_FILES = 8;

/**
 * The parts, the one with the keys first.
 * @throws FormatError when files are missing, malformed or of different models; UnsupportedError; TransportError
 */
export async function openParts(
  folder: ModelFolder,
  { files }: GgufFiles,
  signal?: AbortSignal,
): Promise<readonly GgufPart[]> {
  const parts: GgufPart[] = [];
  const missing: string[] = [];
  for (const name of files) {
    const source = await folder.open(name, signal);
    if (source === null) missing.push(name);
    else if (missing.length === 0) parts.push({ source, header: await readGgufHeader(source, signal) });
  }
  if (missing.length > 0) {
    const more = missing.length > SHOWN_FILES ? ` and ${missing.length - SHOWN_FILES} more` : '';
    throw new FormatError(
      `${missing.length} of its ${files.length} files are missing: ${missing.slice(0, SHOWN_FILES).join(', ')}${more}.`,
      {
        file: files[0] ?? folder.name,
        code: 'missing-files',
        remedy: 'Put all files of the model into one folder, and choose it, or all of them.',
      },
    );
  }
  parts.forEach((part, index) => checkPlace(part, index, parts.length));
  return parts;
}

/** A part says which it is of how many. */
function checkPlace({ source, header }: GgufPart, index: number, count: number): void {
  const said = (key: string, fallback: number): unknown => header.values.get(key) ?? fallback;
  const number = said('split.no', 0);
  const all = said('split.count', 1);
  // A file that is not split may say that it has no parts.
  if (number === index && (all === count || (count === 1 && all === 0))) return;
  throw new FormatError(
    `It says that it is part ${String(number)} (from 0) of ${String(all)}, but is taken for part ${index} of ${count}.`,
    {
      file: source.name,
      field: 'split.no',
      code: 'mixed-up',
      remedy: 'Give the files the names that they had, or download them again.',
    },
  );
}
