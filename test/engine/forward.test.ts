/** The engine's logits against an independent implementation of its arithmetic, for every branch, to the last bit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import { testRuntime, twinWithScalar } from '../support/runtime.js';
import { makePackage, randomNumbers } from './package-maker.js';
import { ReferenceEngine } from './reference.js';
import { SHAPES } from './shapes.js';

const { twin: module } = await testRuntime();
const withScalar = await twinWithScalar();

function randomIds(count: number, vocab: number, seed: number): number[] {
  const uniform = randomNumbers(seed);
  return Array.from({ length: count }, () => Math.floor(uniform() * vocab));
}

function assertSameBits(actual: Float32Array, expected: ArrayLike<number>, where: string): void {
  assert.equal(actual.length, expected.length, where);
  for (let i = 0; i < actual.length; i += 1) {
    if (actual[i] !== expected[i])
      assert.fail(`${where}: logit ${i} is ${actual[i]} instead of ${expected[i]}`);
  }
}

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name}: every logit equals the plain implementation to the last bit`, async () => {
    const made = makePackage(shape);
    const twin = await Twin.load(module, made.bytes);
    const reference = new ReferenceEngine(made, 'f32');
    const ids = randomIds(Math.min(shape.context, shape.context > 1000 ? 1100 : 24), shape.vocab, 7);
    const logits = twin.forward(ids, 'all');
    for (const [position, id] of ids.entries()) {
      const row = logits.subarray(position * shape.vocab, (position + 1) * shape.vocab);
      assertSameBits(row, reference.forward(id), `position ${position}`);
    }
  });

  test(`${name}: token by token, in passes, and with scalar kernels the logits are the same`, async () => {
    const { bytes } = makePackage({ ...shape, seed: 3 });
    const ids = randomIds(21, shape.vocab, 9);
    const passes = await Twin.load(module, bytes, { maxBatch: 8 });
    const single = await Twin.load(module, bytes, { maxBatch: 1 });
    const scalar = await Twin.load(withScalar, bytes, { kernels: 'scalar' });
    const all = passes.forward(ids, 'all');
    assertSameBits(scalar.forward(ids, 'all'), all, 'scalar kernels');
    for (const [position, id] of ids.entries()) {
      const row = all.subarray(position * shape.vocab, (position + 1) * shape.vocab);
      assertSameBits(single.forward([id], 'last'), row, `position ${position}`);
    }
  });
}

test('with f32 weights the logits agree with double precision to 1e-5', async () => {
  const made = makePackage(SHAPES['f32 weights'] ?? assert.fail('no such shape'));
  const twin = await Twin.load(module, made.bytes);
  const reference = new ReferenceEngine(made, 'f64');
  for (const id of randomIds(24, made.shape.vocab, 11)) {
    const [actual, expected] = [twin.forward([id], 'last'), reference.forward(id)];
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    actual.forEach((value, i) => {
      assert.ok(
        Math.abs(value - (expected[i] as number)) <= 1e-5 * largest,
        `logit ${i}: ${value} ${expected[i]}`,
      );
    });
  }
});
