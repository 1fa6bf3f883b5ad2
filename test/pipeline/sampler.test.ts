import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from '../../src/pipeline/random.js';
import { sample, type SamplerOptions } from '../../src/pipeline/sampler.js';

const OFF: SamplerOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };
const logits = Float32Array.from(
  [0, 1, 2, 3].map((value) => Math.log([0.1, 0.2, 0.3, 0.4][value] as number)),
);

function counts(options: Partial<SamplerOptions>, seen: number[] = []): number[] {
  const random = seededRandom(5);
  const found = [0, 0, 0, 0];
  for (let round = 0; round < 20000; round++) {
    const id = sample(logits, seen, { ...OFF, ...options }, random);
    found[id] = (found[id] ?? 0) + 1 / 20000;
  }
  return found;
}

function near(found: readonly number[], expected: readonly number[]): void {
  for (const [index, value] of expected.entries())
    assert.ok(Math.abs((found[index] ?? 0) - value) < 0.015, `${found.join(' ')}`);
}

describe('sample', () => {
  it('draws from the softmax', () => near(counts({}), [0.1, 0.2, 0.3, 0.4]));
  it('is greedy at temperature 0, lowest id first among equals', () => {
    assert.equal(
      sample(Float32Array.of(1, 5, 5, 2), [], { ...OFF, temperature: 0 }, () => 0.99),
      1,
    );
  });
  it('sharpens with a low temperature', () =>
    near(counts({ temperature: 0.5 }), [0.0333, 0.1333, 0.3, 0.5333]));
  it('keeps the k most likely', () => near(counts({ topK: 2 }), [0, 0, 3 / 7, 4 / 7]));
  it('keeps the smallest set that reaches p', () => {
    near(counts({ topP: 0.65 }), [0, 0, 3 / 7, 4 / 7]);
    near(counts({ topP: 0.75 }), [0, 2 / 9, 3 / 9, 4 / 9]);
    near(counts({ topP: 0 }), [0, 0, 0, 1]);
  });
  it('drops what is less likely than a share of the best', () =>
    near(counts({ minP: 0.6 }), [0, 0, 3 / 7, 4 / 7]));
  it('makes seen ids less likely', () => {
    const found = counts({ repetitionPenalty: 2 }, [3]);
    near(found, [0.1 / 0.76, 0.2 / 0.76, 0.3 / 0.76, 0.16 / 0.76]);
  });
  it('is the same for the same seed', () => assert.deepEqual(counts({ topK: 3 }), counts({ topK: 3 })));
});
