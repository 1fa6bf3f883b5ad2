/** The task of `tuning-model.ts` under Node. */
import { readFileSync } from 'node:fs';
import type { DecoderModel } from '../../src/model/decoder.js';
import { loadTraining } from '../../src/quantize/training.js';
import type { TuningRecipe, TuningTask } from '../../src/quantize/tuning-types.js';
import { tuningTaskOf } from './tuning-model.js';

const BITS = new URL('../../kernels/crates/train/tests/fixtures/bits.json', import.meta.url);
const WASM = new URL('../../kernels/crates/train/prebuilt/train.wasm', import.meta.url);

loadTraining(new WebAssembly.Module(readFileSync(WASM)));
const { model } = JSON.parse(readFileSync(BITS, 'utf8')) as { model: DecoderModel };

export function tuningTask(recipe: Partial<TuningRecipe> = {}): TuningTask {
  return tuningTaskOf(model, recipe);
}
