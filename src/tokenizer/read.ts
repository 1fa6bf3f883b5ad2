/** A model's tokenizer: parsed, and opened with the engine's own code. */
import type { TokenizerPart } from '../input/model-input.js';
import { FormatError } from '../shared/errors.js';
import { openTokenizer } from './device-tokenizer.js';
import { parseTokenizer } from './parse.js';
import type { DeviceTokenizer } from './tokenizer.js';

/**
 * Makes the tokenizer of a model's part.
 * @param engine the twin (`device-runtime/prebuilt/twin.wasm`)
 * @throws FormatError, UnsupportedError
 */
export async function readTokenizer(
  part: TokenizerPart,
  engine: WebAssembly.Module,
): Promise<DeviceTokenizer> {
  try {
    const names = part.names?.fields ?? null;
    return await openTokenizer(engine, await parseTokenizer(part.definition, names, part.added));
  } catch (error) {
    if (error instanceof FormatError) error.code ??= 'tokenizer';
    throw error;
  }
}
