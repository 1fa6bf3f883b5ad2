/** A model folder's tokenizer: its files are found, parsed, and opened with the engine's own code. */
import { FormatError } from '../shared/errors.js';
import type { ModelFolder } from '../source/byte-source.js';
import { readJsonObject } from '../source/read-json.js';
import { TOKENIZER_FILE } from './component.js';
import { openTokenizer } from './device-tokenizer.js';
import { parseTokenizer } from './parse.js';
import type { DeviceTokenizer } from './tokenizer.js';

/** Limit for tokenizer.json: the largest published ones (256,000 tokens, merges as pairs) have 33 MB. */
const MAX_TOKENIZER_BYTES = 64 * 1024 * 1024;

/** The file with the names of the begin and end tokens, and often the chat template. */
export const TOKENIZER_CONFIG_FILE = 'tokenizer_config.json';

/**
 * Reads tokenizer.json and tokenizer_config.json; `null` when the folder has no tokenizer.json.
 * @param engine the twin (`device-runtime/prebuilt/twin.wasm`)
 * @throws FormatError, UnsupportedError, TransportError
 */
export async function readTokenizer(
  folder: ModelFolder,
  engine: WebAssembly.Module,
  signal?: AbortSignal,
): Promise<DeviceTokenizer | null> {
  const root = await readJsonObject(folder, TOKENIZER_FILE, MAX_TOKENIZER_BYTES, signal);
  if (root === null) return null;
  const config = await readJsonObject(folder, TOKENIZER_CONFIG_FILE, undefined, signal);
  try {
    return openTokenizer(engine, parseTokenizer(root, config));
  } catch (error) {
    if (error instanceof FormatError) error.code ??= 'tokenizer';
    throw error;
  }
}
