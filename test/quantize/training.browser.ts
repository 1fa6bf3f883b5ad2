/** The gradient engine in a real browser: the bits that every build must give. */
import { expect } from '@open-wc/testing';
import type { DecoderModel } from '../../src/model/decoder.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import { GradientSum, TrainerDraft, loadTraining } from '../../src/quantize/training.js';

const FOLDER = '/kernels/crates/train/';

interface Bits {
  readonly model: DecoderModel;
  readonly seed: number;
  readonly deviation: number;
  readonly lengths: readonly number[];
  readonly leaves: number;
  readonly steps: number;
  readonly crc32: number;
}

async function bytesOf(path: string): Promise<ArrayBuffer> {
  return await (await fetch(path)).arrayBuffer();
}

it('ten steps have the bits of the native build', async () => {
  const bits = (await (await fetch(`${FOLDER}tests/fixtures/bits.json`)).json()) as Bits;
  loadTraining(await WebAssembly.compile(await bytesOf(`${FOLDER}prebuilt/train.wasm`)));
  const kernels = await loadKernels(await bytesOf('/kernels/prebuilt/kernels.wasm'));
  const draft = new TrainerDraft(bits.model);
  draft.initialize(bits.seed, bits.deviation);
  draft.quantize('up', { bits: 4, sharing: { columns: 8 }, minimum: true });
  draft.quantize('down', { bits: 8, sharing: 'row', follows: 'weights' });
  draft.quantize('gate', { bits: 8, sharing: 'tensor' });
  draft.setInput('up', 'int8By32');
  draft.setInput('down', 'int8');
  draft.setInput('q', 'int16');
  draft.freeze('v');
  draft.setInt8Cache(true);
  const trainer = draft.begin();
  const tokens = bits.lengths.reduce((sum, length) => sum + length, 0);
  for (let step = 0; step < bits.steps; step += 1) {
    const sum = new GradientSum(trainer.count);
    for (let leaf = 0; leaf < bits.leaves; leaf += 1) {
      let i = 0;
      const next = (): number => {
        const id = (i * i * 3 + i * (leaf + 5) + step * 11) % bits.model.vocabSize;
        i += 1;
        return id;
      };
      const sequences = bits.lengths.map((length) => Array.from({ length }, next));
      trainer.learn({ sequences }, 1 / (bits.leaves * (tokens - bits.lengths.length)));
      sum.addLeaf(trainer);
    }
    trainer.take(sum);
    trainer.step({ learningRate: 0.01, weightDecay: 0.1, clip: 0.5 });
  }
  expect(kernels.crc32(new Uint8Array(trainer.values.slice().buffer))).to.equal(bits.crc32);
});
