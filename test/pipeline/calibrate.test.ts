/** What the original's activations tell the quantizer of weights. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Twin } from '../../src/device/twin.js';
import { importances, observe } from '../../src/pipeline/calibrate.js';
import { convertPlanned } from '../../src/pipeline/convert-planned.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { OriginalModel } from '../../src/pipeline/original-model.js';
import { planOpened } from '../../src/pipeline/plan-model.js';
import { storySequences } from '../../src/pipeline/text.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

void test('every matrix that is multiplied has an importance of its columns', async () => {
  const runtime = await testRuntime();
  for (const normGains of [false, true]) {
    const opened = await openModel(syntheticFolder({ tied: false }), runtime);
    const fusions = { normGains, queryKeyValue: true, gateUp: true, attentionScale: true };
    const { plan } = planOpened(opened, { fusions });
    const original = new OriginalModel(opened, runtime);
    const reference = await original.reference();
    assert.equal(importances(reference, plan).size, 0);
    await observe(reference, [Array.from({ length: 40 }, (_, i) => (i * 7) % 90)], {});
    const found = importances(reference, plan);
    const matrices = plan.tensors.filter(({ tensor }) => tensor.site !== null);
    assert.deepEqual(
      [...found.keys()],
      matrices.map(({ tensor }) => tensor.name),
    );
    for (const { tensor } of matrices) {
      const importance = found.get(tensor.name);
      assert.equal(importance?.length, tensor.cols);
      const step = tensor.role === 'head' ? null : tensor.index;
      const folded = reference.importance(step, tensor.site ?? 'head', tensor.gain !== null);
      assert.deepEqual(importance, folded);
    }
    assert.ok(matrices.some(({ tensor }) => (tensor.gain !== null) === normGains));
    original.dispose();
  }
});

void test('columns count by their inputs where weights have 4 bits', async () => {
  const runtime = await testRuntime();
  const path = fileURLToPath(new URL('../../models/home-commands/', import.meta.url));
  const folder = await nodeFolder(path);
  const opened = await openModel(folder, runtime);
  const { tokenizer } = opened;
  assert.ok(tokenizer !== null);
  const text = await readFile(`${path}samples.txt`, 'utf8');
  const { sequences } = storySequences(text, tokenizer, 96, 3000);
  const calibration = sequences.filter((_, i) => i % 2 === 0);
  const judged = sequences.filter((_, i) => i % 2 === 1);
  const plain = planOpened(opened, { context: 96 }).plan.tensors.filter(
    ({ tensor }) => tensor.site !== null && tensor.role !== 'embedding',
  );
  const encodings = Object.fromEntries(
    plain.map(({ tensor }) => [tensor.name, { kind: 'int4Group', group: 32 } as const]),
  );
  const planned = planOpened(opened, { context: 96, encodings });
  const original = new OriginalModel(opened, runtime);
  const reference = await original.reference();
  const divergence = async (texts: readonly (readonly number[])[]): Promise<number> => {
    const made = await convertPlanned(planned, { texts: { calibration: texts }, original }, runtime);
    const twin = await Twin.load(runtime.twin, made.package ?? new Uint8Array(0));
    const kernels = await loadKernels(runtime.kernels);
    const measured = kernels.createComparator(opened.model.vocabSize);
    for (const ids of judged) {
      measured.beginSequence();
      reference.reset();
      twin.reset();
      measured.add(
        reference.forward(ids, 'all'),
        twin.forward(ids, 'all'),
        new Int32Array(ids.length).fill(-1),
      );
    }
    const { value } = measured.report().kl.mean;
    measured.dispose();
    return value;
  };
  const known = await divergence(calibration);
  // Of a text of one token, nothing is known of any other.
  const unknown = await divergence([[opened.model.bosId ?? 0]]);
  assert.ok(known < 0.9 * unknown, `${known} of ${unknown}`);
  original.dispose();
  await folder.close();
});
