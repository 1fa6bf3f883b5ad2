/** The original model in floats: no value that is not a number gets into it, and none comes out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../src/pipeline/open-model.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { FormatError } from '../../src/shared/errors.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import type { ReferenceEngine } from '../../src/quantize/kernel-types.js';
import { kernels } from '../kernels/load.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

/** A folder whose weights are changed before they are read. `at` gives the offset of a tensor's element. */
async function changed(
  dtype: 'F32' | 'BF16',
  change: (view: DataView, at: (tensor: string, index: number) => number) => void,
): Promise<ModelFolder> {
  const folder = syntheticFolder({ dtype });
  const files: Record<string, Uint8Array> = {};
  for (const name of folder.names ?? []) {
    const file = await folder.open(name);
    assert.ok(file);
    files[name] = await file.read(0, file.size);
  }
  const weights = files['model.safetensors'] as Uint8Array;
  const view = new DataView(weights.buffer, weights.byteOffset, weights.length);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(weights.subarray(8, 8 + length))) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  change(view, (tensor, index) => {
    const entry = header[tensor];
    assert.ok(entry, tensor);
    return 8 + length + entry.data_offsets[0] + index * (dtype === 'F32' ? 4 : 2);
  });
  return memoryFolder('changed', files);
}

async function load(folder: ModelFolder): Promise<ReferenceEngine> {
  const { checkpoint, model } = await openModel(folder, await testRuntime());
  return loadReference(kernels, checkpoint, model, {});
}

const NORM = 'model.layers.1.input_layernorm.weight';
const DOWN = 'model.layers.1.mlp.down_proj.weight';

for (const [what, dtype, tensor, index, place, write] of [
  ['NaN in a matrix', 'F32', DOWN, 3 * 80 + 7, 'Row 3, column 7', 0x7fc00000],
  ['infinity in a matrix', 'F32', DOWN, 47 * 80 + 79, 'Row 47, column 79', 0xff800000],
  ['NaN in a vector', 'F32', NORM, 5, 'Element 5', 0x7f800001],
  ['infinity in a bfloat16', 'BF16', DOWN, 0, 'Row 0, column 0', 0x7f80],
  ['NaN in the embedding', 'BF16', 'model.embed_tokens.weight', 2 * 48 + 1, 'Row 2, column 1', 0xffc0],
] as const) {
  test(`${what} stops the loading, named`, async () => {
    const folder = await changed(dtype, (view, at) => {
      if (dtype === 'F32') view.setUint32(at(tensor, index), write, true);
      else view.setUint16(at(tensor, index), write, true);
    });
    await assert.rejects(load(folder), (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.deepEqual([error.file, error.field, error.code], ['model.safetensors', tensor, 'not-finite']);
      assert.ok(error.message.includes(`${place}: not a finite number`), error.message);
      return true;
    });
  });
}

test('sums beyond 32-bit floats stop the computation', async () => {
  const reference = await load(
    await changed('F32', (view, at) => {
      for (let row = 0; row < 48; row++) view.setFloat32(at(DOWN, row * 80), 3e38, true);
      for (let i = 0; i < 96 * 48; i++) view.setFloat32(at('model.embed_tokens.weight', i), 3e38, true);
    }),
  );
  assert.throws(
    () => reference.forward([1, 2, 3], 'last'),
    (error) => error instanceof FormatError && error.code === 'not-finite',
  );
  reference.dispose();
});
