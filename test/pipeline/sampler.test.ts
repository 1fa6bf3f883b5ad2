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

/** Probabilities of all ids, straight from the definition: everything in order, then cut. */
function probabilities(values: Float32Array, options: SamplerOptions): number[] {
  const order = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  const top = values[order[0] as number] as number;
  const weight = (id: number): number => Math.exp(((values[id] as number) - top) / options.temperature);
  const mass = (ids: readonly number[]): number => ids.reduce((sum, id) => sum + weight(id), 0);
  let kept = options.topK > 0 ? order.slice(0, options.topK) : order;
  const wanted = options.topP * mass(kept);
  kept = kept.filter((_, index) => index === 0 || options.topP >= 1 || mass(kept.slice(0, index)) < wanted);
  kept = kept.filter((id, index) => index === 0 || weight(id) >= options.minP);
  const all = mass(kept);
  return [...values.keys()].map((id) => (kept.includes(id) ? weight(id) / all : 0));
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
  it('draws each id as often as sorting the whole vocabulary says, with equals at every cut', () => {
    const random = seededRandom(7);
    const many = Float32Array.from({ length: 60 }, () => Math.round(6 * random()) / 2);
    const draws = 4000;
    for (const topK of [0, 1, 7, 30, 60, 100])
      for (const topP of [0, 0.3, 0.9, 1])
        for (const minP of [0, 0.2])
          for (const temperature of [0.7, 1, 2]) {
            const options = { ...OFF, topK, topP, minP, temperature };
            const found = Array.from(many, () => 0);
            for (let draw = 0; draw < draws; draw++) {
              const id = sample(many, [], options, () => (draw + 0.5) / draws);
              found[id] = (found[id] as number) + 1;
            }
            for (const [id, probability] of probabilities(many, options).entries()) {
              const off = Math.abs((found[id] as number) - probability * draws);
              assert.ok(
                off <= (probability > 0 ? 1.01 : 0),
                `${JSON.stringify(options)}: id ${id} is off by ${off}`,
              );
            }
          }
  });
  it('is the same for the same seed', () => assert.deepEqual(counts({ topK: 3 }), counts({ topK: 3 })));
});
