/** `inspect --json` goes on to say layers, roles and scales as it always did, whatever the format says instead. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageJson } from '../../src/cli/package-json.js';
import { readPackage } from '../../src/package/reader.js';
import { BLOCKS } from '../engine/block-shapes.js';
import type { ModelShape } from '../engine/model-shape.js';
import { makePackage } from '../engine/package-maker.js';
import { bytesSource } from '../support/packages.js';

const layer = { heads: 2, kvHeads: 1, headDim: 4, ffn: 8, window: 2, rotaryDim: 2, scoreScale: 0.5 };
const shape: ModelShape = {
  hidden: 8,
  vocab: 6,
  context: 3,
  layers: [layer, { ...layer, rotaryDim: 0, steps: BLOCKS['feed-forward alone'] ?? [] }],
  encoding: 2,
  fused: true,
  tied: true,
};

test('layers are one record each, tensors have numbers and scales', async () => {
  const found = await readPackage(bytesSource(makePackage(shape).bytes));
  const json = JSON.parse(JSON.stringify(packageJson(found))) as {
    layers: unknown[];
    steps: unknown[];
    tensors: { name: string; layer: number }[];
  };
  const epsilon = Math.fround(1e-5);
  assert.deepEqual(json.layers, [
    {
      heads: 2,
      kvHeads: 1,
      headDim: 4,
      ffnSize: 8,
      window: 2,
      rotary: 0,
      attentionNormEpsilon: epsilon,
      mlpNormEpsilon: epsilon,
      scoreScale: 0.5,
      rotaryDim: 2,
    },
    {
      heads: null,
      kvHeads: null,
      headDim: null,
      ffnSize: 8,
      window: null,
      rotary: null,
      attentionNormEpsilon: null,
      mlpNormEpsilon: epsilon,
      scoreScale: null,
      rotaryDim: null,
    },
  ]);
  assert.equal(json.steps.length, 6);
  const [embedding] = json.tensors;
  assert.deepEqual(embedding, {
    name: 'embedding',
    role: 1,
    layer: 0xffff,
    encoding: 2,
    rows: 6,
    cols: 8,
    rowStride: 16,
    group: 0,
    dataOffset: 0,
    dataLength: 96,
    scaleOffset: 128,
    scaleCount: 6,
    placement: 'flash',
    rest: null,
    input: 'int8',
    activationScale: 0,
    tables: [{ name: 'scale', type: 'f32', per: 'row', count: 6, bytes: 24, offset: 128 }],
  });
  const layers = new Map(json.tensors.map((tensor) => [tensor.name, tensor.layer]));
  assert.equal(layers.get('rotary.0'), 0);
  assert.equal(layers.get('layers.0.down'), 0);
  assert.equal(layers.get('layers.1.down'), 1);
});
