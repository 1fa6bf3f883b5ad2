/**
 * Every family's tiny checkpoint through the whole house: the float reference and the engine, with F32 weights, give the
 * logits and the text that transformers gave; in INT8 all kernel sets of the engine give the same bits.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Twin } from '../../src/device/twin.js';
import type { TwinInfo } from '../../src/device/twin-types.js';
import { convert } from '../../src/pipeline/convert.js';
import { cacheBytes, scratchBytes } from '../../src/plan/memory.js';
import { loadReference } from '../../src/pipeline/reference.js';
import type { Conversion, ConvertOptions } from '../../src/pipeline/types.js';
import { distance, familyFixtures, fixtureFolder, openFixture } from '../model/family-fixtures.js';
import { kernels } from '../kernels/load.js';
import { testRuntime, twinWithScalar } from '../support/runtime.js';

/** Against float32 logits of the original library, relative to the largest logit. The two forms of gelu are 1e-4 apart. */
const TOLERANCE = 2e-5;

/** What INT8 may cost models as small and as random as these. */
const INT8_TOLERANCE = 0.25;

const FLOAT: ConvertOptions = { scheme: { weights: 'float32', cache: 'float32' }, report: false };

/** What both the float reference and the twin are. */
interface Engine {
  forward(ids: ArrayLike<number>, want: 'last' | 'all'): Float32Array;
  reset(): void;
}

/** The likeliest continuation of `prompt`, from the cache. */
function greedy(engine: Engine, prompt: readonly number[], count: number): number[] {
  engine.reset();
  const written: number[] = [];
  let logits = engine.forward(prompt, 'last');
  for (;;) {
    const best = logits.indexOf(logits.reduce((most, value) => Math.max(most, value)));
    written.push(best);
    if (written.length === count) return written;
    logits = engine.forward([best], 'last');
  }
}

async function conversionOf(
  name: string,
  options: ConvertOptions,
): Promise<Conversion & { readonly bytes: Uint8Array }> {
  const conversion = await convert(await fixtureFolder(name), options, await testRuntime());
  assert.ok(conversion.package !== null);
  return { ...conversion, bytes: conversion.package };
}

/** The plan counts at least the memory that the engine takes with kernels that, as the chip's, keep codes once, and not much more. */
function checkMemory({ model, plan }: Conversion, { cacheBytes: cache, stateBytes }: TwinInfo): void {
  assert.equal(cache, Math.max(64, cacheBytes(model, plan.scheme, plan.context)));
  const scratch = stateBytes - cache;
  const planned = scratchBytes(model, plan.scheme, plan.context, plan.maxBatch, plan.board.chip.cores);
  assert.ok(planned >= scratch && planned < 1.5 * scratch + 8192, `planned ${planned}, engine ${scratch}`);
}

for (const name of await familyFixtures()) {
  void test(`${name}: reference and engine compute what transformers does`, async () => {
    const { model, checkpoint, expected } = await openFixture(name);
    const flat = expected.logits.flat();
    const { twin: module } = await testRuntime();
    const reference = await loadReference(kernels, checkpoint, model, {});
    const conversion = await conversionOf(name, FLOAT);
    const twin = await Twin.load(module, conversion.bytes);
    checkMemory(conversion, twin.info);
    for (const [which, engine] of [
      ['reference', reference],
      ['engine', twin],
    ] as const) {
      const all = engine.forward(expected.ids, 'all');
      const off = distance(all, flat);
      assert.ok(off <= TOLERANCE, `${which}: ${off} of the largest logit`);
      engine.reset();
      for (const [i, id] of expected.ids.entries()) {
        const one = engine.forward([id], 'last');
        assert.deepEqual(
          one,
          all.slice(i * model.vocabSize, (i + 1) * model.vocabSize),
          `${which}: token ${i} alone`,
        );
      }
      const prompt = expected.ids.slice(0, expected.prompt);
      assert.deepEqual(greedy(engine, prompt, expected.greedy.length), expected.greedy, which);
    }
    reference.dispose();
  });

  void test(`${name}: in INT8 every kernel set and cut of the text gives the same bits`, async () => {
    const { expected } = await openFixture(name);
    const { twin: module } = await testRuntime();
    for (const options of [
      { report: false },
      { scheme: { granularity: 'tensor', activations: 'int8' }, report: false },
    ] as const satisfies readonly ConvertOptions[]) {
      const conversion = await conversionOf(name, options);
      const { bytes } = conversion;
      const [best, scalar, single] = await Promise.all([
        Twin.load(module, bytes),
        Twin.load(await twinWithScalar(), bytes, { kernels: 'scalar' }),
        Twin.load(module, bytes, { maxBatch: 1 }),
      ]);
      checkMemory(conversion, scalar.info);
      const all = best.forward(expected.ids, 'all');
      assert.deepEqual(scalar.forward(expected.ids, 'all'), all, 'scalar kernels');
      assert.deepEqual(single.forward(expected.ids, 'all'), all, 'token by token');
      const off = distance(all, expected.logits.flat());
      assert.ok(off <= INT8_TOLERANCE, `${JSON.stringify(options)}: ${off} of the largest logit`);
    }
  });
}
