/** What the list of known models says of them is what their plans say. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { modelOfConfig } from '../../src/element/gallery/config-model.js';
import { fitOf, planCut, planKnown } from '../../src/element/gallery/gallery-plans.js';
import { KNOWN_MODELS } from '../../src/element/gallery/known-models.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import type { DecoderModel } from '../../src/model/decoder.js';
import { readDecoder } from '../../src/model/read.js';
import { findBoard } from '../../src/plan/boards.js';
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import { makePlan } from '../../src/plan/plan.js';
import { nodeFolder } from '../../src/source/node-folder.js';

const BUNDLED = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const N16R8 = 'esp32-s3-n16r8';

async function known(name: string): Promise<DecoderModel> {
  const found = KNOWN_MODELS.find((model) => model.name === name);
  assert.ok(found, name);
  return modelOfConfig(found.config);
}

test('a model by the sizes of its config is planned as the model itself', async () => {
  const source = await nodeFolder(BUNDLED);
  try {
    const model = await readDecoder(hfFolderInput(source));
    const config = JSON.parse(await readFile(`${BUNDLED}/config.json`, 'utf8')) as Record<string, unknown>;
    const board = findBoard(N16R8);
    const plan = makePlan(model, { board, scheme: DEFAULT_SCHEME, otherBytes: 16 * model.vocabSize });
    assert.deepEqual(fitOf(await modelOfConfig(config), N16R8), {
      weights: 'INT8',
      bytes: plan.memories[2]?.weights,
      tokensPerSecond: plan.predictedTokensPerSecond,
      context: null,
    });
  } finally {
    await source.close();
  }
});

test('a cut is told where it makes a model fit, or faster, and not where it is in the way', async () => {
  const small = await known('TinyStories-3M');
  const { whole, cut } = planKnown(small, N16R8);
  assert.ok(whole !== null && cut !== null && cut.tokensPerSecond > 1.1 * whole.tokensPerSecond);
  assert.equal(cut.tokens, 4096);
  assert.equal(planKnown(small, 'esp32-s3-n8r2').whole?.weights, 'INT4 + INT8');
  assert.deepEqual(planKnown(small, 'esp32-s3-n4').whole, null);
  assert.notEqual(planKnown(small, 'esp32-s3-n4').cut, null);
  assert.deepEqual(planKnown(await known('Qwen3-0.6B'), N16R8), { whole: null, cut: null });
  // With 6,400 tokens there is little to cut.
  assert.equal(planCut(await known('MiniMind2-Small'), N16R8), null);
  // Added tokens stay, so there have to be more.
  assert.equal(planCut(small, N16R8, 3000)?.tokens, 5120);
});

test('a context that is too long is planned as the longest that fits', async () => {
  const fit = fitOf(await known('Pythia-14M'), 'esp32-s3-n16');
  assert.ok(fit?.context && fit.context < 512 && fit.context % 64 === 0, String(fit?.context));
  const model = await known('Pythia-14M');
  const options = {
    board: findBoard('esp32-s3-n16'),
    scheme: DEFAULT_SCHEME,
    otherBytes: 16 * model.vocabSize,
  };
  assert.ok(makePlan(model, { ...options, context: fit.context }).fit.fits);
  assert.ok(!makePlan(model, { ...options, context: fit.context + 64 }).fit.fits);
});

test('a config of which no tensors are known is refused', async () => {
  await assert.rejects(modelOfConfig({ model_type: 'other' }), RangeError);
  await assert.rejects(
    modelOfConfig({ model_type: 'llama', hidden_size: 64 }),
    /num_hidden_layers|vocab_size/,
  );
});
