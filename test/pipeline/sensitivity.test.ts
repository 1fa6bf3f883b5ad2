/** What matrices lose by their encodings: the estimate against the models themselves. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tensorKey } from '../../src/checkpoint/tensor-view.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { OriginalModel } from '../../src/pipeline/original-model.js';
import { planOpened } from '../../src/pipeline/plan-model.js';
import { measureSensitivity, type Sensitivity } from '../../src/pipeline/sensitivity.js';
import { isEncoded } from '../../src/plan/choice.js';
import { NO_FUSIONS } from '../../src/plan/scheme.js';
import type { PlannedTensor } from '../../src/plan/layout.js';
import { TrainerDraft } from '../../src/quantize/training.js';
import type { Kernels } from '../../src/quantize/kernel-types.js';
import { dequantize } from '../../src/quantize/dequantize.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import { rowBlocks } from '../../src/checkpoint/row-blocks.js';
import { tensorRefs } from '../../src/model/tensor-refs.js';
import { rowBytes, type Encoding } from '../../src/schema/encodings.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';

const MODEL = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const CHANNEL: Encoding = { kind: 'int8Channel', group: 0 };
const GROUPS: Encoding = { kind: 'int8GroupU8', group: 32 };

async function trainModule(): Promise<WebAssembly.Module> {
  const file = new URL('../../kernels/crates/train/prebuilt/train.wasm', import.meta.url);
  return WebAssembly.compile(await readFile(file));
}

describe('the loss of each matrix by each encoding', () => {
  let opened: OpenedModel;
  let kernels: Kernels;
  let sequences: readonly (readonly number[])[];
  let sensitivity: Sensitivity;
  let matrices: PlannedTensor[];

  before(async () => {
    const runtime = await testRuntime();
    opened = await openModel(await nodeFolder(MODEL), runtime);
    kernels = await loadKernels(runtime.kernels);
    const { plan } = planOpened(opened, { fusions: NO_FUSIONS });
    const original = new OriginalModel(opened, runtime);
    sequences = await original.written(plan, 1);
    original.dispose();
    matrices = plan.tensors.map(({ tensor }) => tensor).filter(isEncoded);
    sensitivity = await measureSensitivity({ opened, kernels, train: await trainModule(), sequences }, {});
  });

  it('is the divergence that the model has with that matrix rounded, within a factor of two', async () => {
    const draft = new TrainerDraft(opened.model);
    const refs = tensorRefs(opened.model);
    for (const name of draft.tensorNames) {
      const ref = refs.get(name);
      assert.ok(ref);
      for await (const block of rowBlocks(opened.checkpoint, ref, { bytesPerBlock: 1 << 22 }))
        draft.addRows(name, block.bytes);
    }
    const trainer = draft.begin();
    const text = sequences.slice(0, 64);
    const teacher = trainer.logits(text);
    const clean = trainer.values.slice();
    const ratios: number[] = [];
    const chosen = matrices.filter((_, index) => index % 6 === 0);
    assert.ok(chosen.length >= 5);
    for (const matrix of chosen) {
      const [part] = matrix.parts;
      assert.ok(part && matrix.parts.length === 1 && part.factor === 1);
      const run = trainer.runs.find(({ name }) => name === tensorKey(part.source));
      assert.ok(run);
      const values = clean.slice();
      values.set(rounded(values.slice(run.begin, run.begin + run.length), matrix, CHANNEL), run.begin);
      trainer.setValues(values);
      const { sum, positions } = trainer.judge({ sequences: text, teacher });
      ratios.push(sensitivity.losses(matrix, CHANNEL) / (sum / positions));
    }
    trainer.dispose();
    for (const [index, ratio] of ratios.entries())
      assert.ok(ratio > 0.6 && ratio < 1.7, `${chosen[index]?.name}: ${ratio} times what it is`);
    const mean = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length;
    assert.ok(Math.abs(mean) < Math.log(1.25), `${Math.exp(mean)} on average`);
  });

  it('is less with finer scales', () => {
    const total = (encoding: Encoding): number =>
      matrices.reduce((sum, matrix) => sum + sensitivity.losses(matrix, encoding), 0);
    assert.ok(total(GROUPS) < 0.7 * total(CHANNEL));
    assert.ok(total(GROUPS) > 0);
    for (const matrix of matrices) assert.ok(sensitivity.losses(matrix, GROUPS) > 0, matrix.name);
  });

  it('comes out alike twice', async () => {
    const again = await measureSensitivity({ opened, kernels, train: await trainModule(), sequences }, {});
    for (const matrix of matrices.slice(0, 8))
      assert.equal(again.losses(matrix, GROUPS), sensitivity.losses(matrix, GROUPS));
    again.dispose();
  });

  it('can be given up', async () => {
    const controller = new AbortController();
    const measuring = measureSensitivity(
      { opened, kernels, train: await trainModule(), sequences },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    await assert.rejects(measuring, { name: 'AbortError' });
  });

  function rounded(weights: Float32Array, { rows, cols }: PlannedTensor, encoding: Encoding): Float32Array {
    const quantizer = kernels.createQuantizer({ dtype: 'F32', rows, cols, encoding: encoding.kind });
    const block = kernels.createOutput(rows, rowBytes(encoding, cols), 1);
    quantizer.quantize(new Uint8Array(weights.buffer), block);
    const values = dequantize(block, encoding, { rows, cols });
    block.dispose();
    quantizer.dispose();
    return values;
  }
});
