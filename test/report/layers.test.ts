/** Errors of layers from those of their tensors. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TensorReport } from '../../src/quantize/report.js';
import { layerErrors, layerSpread } from '../../src/report/layers.js';

function tensor(name: string, sqnr: number | null, rows = 1, cols = 1): TensorReport {
  const histogram = { limit: 1, before: [], after: [] };
  return { name, rows, cols, dtype: 'F32', bytesBefore: 0, bytesAfter: 0, sqnr, amax: 1, histogram };
}

test('tensors of a layer are weighed by their weights; layers come in order, the rest last', () => {
  const layers = layerErrors([
    tensor('model.embed_tokens.weight', 40),
    tensor('model.layers.10.mlp.up_proj.weight', null),
    tensor('model.layers.2.self_attn.q_proj.weight', 20, 3, 1),
    tensor('model.layers.2.self_attn.k_proj.weight', null),
  ]);
  assert.deepEqual(
    layers.map(({ layer }) => layer),
    [2, 10, null],
  );
  assert.ok(Math.abs((layers[0]?.error ?? 0) - Math.sqrt((3 * 0.01) / 4)) < 1e-12);
  assert.equal(layers[1]?.error, 0);
  assert.ok(Math.abs((layers[2]?.error ?? 0) - 0.01) < 1e-12);
  assert.deepEqual(layerErrors([]), []);
});

test('the spread is between layers that lost something', () => {
  const layers = [0.02, 0, 0.01, 0.03].map((error, layer) => ({ layer, error }));
  assert.deepEqual(layerSpread(layers), { least: layers[2], most: layers[3] });
  assert.deepEqual(layerSpread([{ layer: 0, error: 0 }]), { least: null, most: null });
});
