/** Chooses how a model is read by what its folder holds. */
import type { ModelFolder } from '../source/byte-source.js';
import { gguf } from './gguf.js';
import { hfFolder, hfFolderInput } from './hf-folder.js';
import { llama2c } from './llama2c.js';
import type { InputKind, ModelInput } from './model-input.js';
import { training } from './training.js';

/** All kinds of inputs, the most particular first. A new one is a file here and a line in this list. */
export const INPUT_KINDS: readonly InputKind[] = [llama2c, gguf, training, hfFolder];

/**
 * The parts of a folder's model; nothing but what tells the kinds apart is read yet.
 * @param kinds those to choose from
 * @throws TransportError; what the kind throws that recognizes the folder as its own
 */
export async function openInput(
  folder: ModelFolder,
  signal?: AbortSignal,
  kinds: readonly InputKind[] = INPUT_KINDS,
): Promise<ModelInput> {
  for (const kind of kinds) {
    const input = await kind.open(folder, signal);
    if (input !== null) return input;
  }
  // The form that most folders are meant to have: it says what is missing.
  return hfFolderInput(folder);
}
