/** What the training benchmark bundles for Node. */
import { openInput } from '../../src/input/open-input.js';
import type { DecoderModel } from '../../src/model/decoder.js';
import { readDecoder } from '../../src/model/read.js';
import { nodeFolder } from '../../src/source/node-folder.js';

export { TrainerDraft, kernelRate, loadTraining } from '../../src/quantize/training.js';

/** The model of a folder, as conversions read it. */
export async function decoderOf(folder: string): Promise<DecoderModel> {
  const source = await nodeFolder(folder);
  try {
    return await readDecoder(await openInput(source));
  } finally {
    await source.close();
  }
}
