/**
 * The float reference engine against the logits of the original library on the tiny checkpoints, and, where the
 * published stories260K folder lies beside the repository, against its f64 logits and greedy continuations.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rowBlocks } from '../../src/checkpoint/row-blocks.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { readDecoder } from '../../src/model/read.js';
import type { ReferenceEngine, ReferenceOptions } from '../../src/quantize/kernels.js';
import { FormatError } from '../../src/shared/errors.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { kernels } from './load.js';

const FIXTURES = new URL('../fixtures/checkpoints/', import.meta.url);
const STORIES = new URL('../../../shared/models/stories260k/', import.meta.url);

/** Against float32 logits of the original library, relative to the largest logit. */
const TOLERANCE = 1e-4;

interface Expected {
  readonly ids: readonly number[];
  readonly logits: readonly (readonly number[])[];
}

async function load(url: URL, options?: ReferenceOptions): Promise<ReferenceEngine> {
  const folder = await nodeFolder(fileURLToPath(url));
  const input = hfFolderInput(folder);
  const checkpoint = await input.checkpoint();
  const reference = kernels.createReference(await readDecoder(input), options);
  for (const name of reference.tensorNames) {
    for await (const block of rowBlocks(checkpoint, name, { bytesPerBlock: 4096 })) {
      reference.addRows(name, block.bytes);
    }
  }
  await folder.close();
  assert.deepEqual(reference.missing(), []);
  return reference;
}

const names = await readdir(FIXTURES);
assert.ok(names.length >= 20, 'the fixtures are there');

for (const name of names) {
  void test(`${name} agrees with transformers`, async () => {
    const url = new URL(`${name}/`, FIXTURES);
    const expected = JSON.parse(await readFile(new URL('expected.json', url), 'utf8')) as Expected;
    const reference = await load(url);
    const all = reference.forward(expected.ids, 'all');
    const flat = expected.logits.flat();
    assert.equal(all.length, flat.length);
    const largest = flat.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
    const distance = flat.reduce((a, v, i) => Math.max(a, Math.abs(v - (all[i] ?? NaN))), 0) / largest;
    assert.ok(distance <= TOLERANCE, `${distance} of the largest logit`);

    reference.reset();
    const vocab = reference.vocabSize;
    expected.ids.forEach((id, i) => {
      assert.equal(reference.position, i);
      const one = reference.forward([id], 'last');
      assert.deepEqual(one, all.slice(i * vocab, (i + 1) * vocab), `token ${i} alone gives the same bits`);
    });
    reference.dispose();
  });
}

void test('calibration names each step and site in order', async () => {
  const reference = await load(new URL('llama-untied-v5/', FIXTURES));
  assert.deepEqual(reference.calibration(99.9), []);
  assert.equal(reference.importance(1, 'attention', false).length, 0);
  reference.startCalibration();
  reference.forward([1, 2, 3, 4], 'all');
  const ranges = reference.calibration(90);
  const layers = (ranges.length - 1) / 4;
  assert.ok(layers >= 1 && Number.isInteger(layers));
  // Norm, attention, norm, feed-forward.
  const block = [
    [1, 'attention'],
    [1, 'output'],
    [3, 'mlp'],
    [3, 'down'],
  ] as const;
  const expected = Array.from({ length: layers }, (_, layer) =>
    block.map(([step, site]) => ({ step: 4 * layer + step, site })),
  );
  assert.deepEqual(
    ranges.map(({ step, site }) => ({ step, site })),
    [...expected.flat(), { step: null, site: 'head' }],
  );
  for (const range of ranges) {
    assert.ok(range.count > 0 && range.clip > 0 && range.clip <= range.amax);
    assert.ok(range.foldedClip > 0 && range.foldedClip <= range.foldedAmax);
    const isFolded = range.site !== 'output' && range.site !== 'down';
    assert.equal(range.foldedAmax !== range.amax, isFolded);
  }
  for (const { step, site } of ranges) {
    const importance = reference.importance(step, site, false);
    assert.equal(Math.max(...importance), 1);
    assert.ok(importance.every((share) => share > 0) && new Set(importance).size > 1);
    const isNormed = site !== 'output' && site !== 'down';
    const folded = reference.importance(step, site, true);
    assert.equal(folded.length, importance.length);
    assert.equal(
      folded.some((share, i) => share !== importance[i]),
      isNormed,
    );
  }
  assert.equal(reference.importance(0, 'mlp', false).length, 0);
  assert.throws(() => reference.calibration(0), RangeError);
  assert.throws(() => reference.calibration(101), RangeError);
  reference.dispose();
});

void test('wrong calls and inconsistent descriptions are refused', async () => {
  const folder = await nodeFolder(fileURLToPath(new URL('llama-odd-sizes/', FIXTURES)));
  const model = await readDecoder(hfFolderInput(folder));
  await folder.close();
  assert.throws(() => kernels.createReference({ ...model, hiddenSize: 21 }), FormatError);
  assert.throws(() => kernels.createReference({ ...model, blocks: [] }), FormatError);
  assert.throws(() => kernels.createReference({ ...model, embeddingScale: NaN }), FormatError);
  const capped = { ...model, softCap: 30 };
  assert.throws(
    () => kernels.createReference(capped),
    (error) => error instanceof FormatError && error.field === 'softCap',
    'a field that nobody knows is not left out',
  );
  assert.throws(() => kernels.createReference(model, { context: 0 }), RangeError);
  assert.throws(() => kernels.createReference(model, { context: model.maxPositions + 1 }), RangeError);
  const empty = kernels.createReference(model, { context: 4 });
  assert.deepEqual(empty.missing(), empty.tensorNames);
  assert.throws(() => empty.forward([1], 'last'), RangeError);
  assert.throws(() => {
    empty.addRows('nothing', new Uint8Array(4));
  }, FormatError);
  assert.throws(() => {
    empty.addRows(model.embedding.name, new Uint8Array(5));
  }, FormatError);
  empty.dispose();
  const reference = await load(new URL('llama-odd-sizes/', FIXTURES), { context: 4 });
  assert.equal(reference.context, 4);
  assert.throws(() => reference.forward([model.vocabSize], 'last'), RangeError);
  assert.throws(() => reference.forward([-1], 'last'), RangeError);
  assert.throws(() => reference.forward([1, 2, 3, 4, 5], 'last'), RangeError);
  assert.throws(() => {
    reference.addRows(model.embedding.name, new Uint8Array(4096 * 20));
  }, FormatError);
  assert.equal(reference.forward([1, 2, 3, 4], 'last').length, model.vocabSize);
  assert.throws(() => reference.forward([1], 'last'), RangeError);
  reference.dispose();
});

interface StoriesExpected {
  readonly cases: readonly {
    readonly prompt_ids: readonly number[];
    readonly next_logits: readonly number[];
    readonly greedy_ids: readonly number[];
  }[];
}

const skip = existsSync(STORIES) ? false : 'the stories260K folder is not beside the repository';

void test('stories260K agrees with f64 and continues greedily alike', { skip }, async () => {
  const expected = JSON.parse(await readFile(new URL('expected.json', STORIES), 'utf8')) as StoriesExpected;
  const reference = await load(STORIES);
  for (const { prompt_ids, next_logits, greedy_ids } of expected.cases) {
    reference.reset();
    let logits = reference.forward(prompt_ids, 'last');
    const distance = next_logits.reduce((a, v, i) => Math.max(a, Math.abs(v - (logits[i] ?? NaN))), 0);
    assert.ok(distance < 1e-4, `${distance}`);
    for (const id of greedy_ids) {
      assert.equal(logits.indexOf(logits.reduce((a, v) => Math.max(a, v), -Infinity)), id);
      logits = reference.forward([id], 'last');
    }
  }
  reference.dispose();
});

void test('one input is rounded as asked, and only until nothing is', async () => {
  const reference = await load(new URL('llama-tied-v4/', FIXTURES));
  const read = (at: Parameters<ReferenceEngine['roundInput']>[0]): Float32Array => {
    reference.roundInput(at);
    reference.reset();
    return reference.forward([3, 1, 4, 1, 5], 'all');
  };
  const exact = read(null);
  for (const at of [
    { step: 1, site: 'attention' },
    { step: 3, site: 'down' },
    { step: null, site: 'head' },
  ] as const) {
    const far = (input: 'int8' | 'int16'): number =>
      read({ ...at, input }).reduce((sum, value, index) => sum + (value - (exact[index] ?? NaN)) ** 2, 0);
    assert.ok(far('int8') > 1000 * far('int16') && far('int16') > 0, `${at.site} of step ${at.step}`);
  }
  assert.deepEqual(read({ step: 1, site: 'down', input: 'int8' }), exact, 'a step without that input');
  assert.deepEqual(read(null), exact);
  reference.dispose();
});
