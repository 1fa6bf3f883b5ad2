/** What a config may say and what the float reference computes have the same limits. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as limits from '../../src/model/limits.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { kernels } from '../kernels/load.js';
import { blankFolder } from '../support/blank-model.js';
import { testRuntime } from '../support/runtime.js';

const CRATE = new URL('../../kernels/crates/kernels/src/', import.meta.url);

/** `1 << 16` or `128` behind a constant's name. */
async function constant(file: string, name: string): Promise<number> {
  const text = await readFile(new URL(file, CRATE), 'utf8');
  const found = new RegExp(`const ${name}: usize = (\\d+)(?: << (\\d+))?;`).exec(text);
  assert.ok(found, `${file} has no ${name}`);
  return Number(found[1]) * 2 ** Number(found[2] ?? 0);
}

test('the limits of reading are those of the float reference', async () => {
  const description = 'reference/description.rs';
  assert.deepEqual(
    { ...limits },
    {
      MAX_LAYERS: await constant(description, 'MAX_BLOCKS'),
      MAX_HIDDEN: await constant(description, 'MAX_HIDDEN'),
      MAX_HEADS: await constant(description, 'MAX_HEADS'),
      MAX_HEAD_DIM: await constant(description, 'MAX_HEAD_DIM'),
      MAX_MLP_WIDTH: await constant('quantize/mod.rs', 'MAX_COLS'),
      MAX_VOCAB: await constant('quantize/mod.rs', 'MAX_ROWS'),
      MAX_POSITIONS: await constant(description, 'MAX_POSITIONS'),
    },
  );
});

test('a model of the most positions that can be said is computed', async () => {
  const folder = blankFolder({ max_position_embeddings: limits.MAX_POSITIONS });
  const { checkpoint, model } = await openModel(folder, await testRuntime());
  const reference = await loadReference(kernels, checkpoint, model, {});
  assert.equal(reference.context, limits.MAX_POSITIONS);
  assert.equal(reference.forward([1, 2], 'last').length, model.vocabSize);
  reference.dispose();
});
