/** What the planner gives matrices when nothing is asked for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DecoderModel } from '../../src/model/decoder.js';
import { findBoard } from '../../src/plan/boards.js';
import { isEncoded } from '../../src/plan/choice.js';
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import { isInSram } from '../../src/plan/placement.js';
import { makePlan, planToJson, type Plan, type PlanOptions } from '../../src/plan/plan.js';
import { ENGLISH_PLAN, planChoice } from '../../src/plan/words.js';
import { PER_CHANNEL } from '../support/schemes.js';
import { syntheticModel } from '../support/synthetic-model.js';

const N16R8 = findBoard('esp32-s3-n16r8');

async function large(layers: number): Promise<DecoderModel> {
  const { model } = await syntheticModel({
    hidden: 256,
    heads: 8,
    kvHeads: 4,
    headDim: 32,
    ffn: 768,
    vocab: 512,
  });
  const [block] = model.blocks;
  assert.ok(block);
  return {
    ...model,
    blocks: Array.from({ length: layers }, () => block),
    parameters: model.parameters * (layers / model.blocks.length),
  };
}

/** Most of it a tied embedding of so many tokens. */
async function wordy(vocab: number, layers = 2): Promise<DecoderModel> {
  const { model } = await syntheticModel({
    hidden: 256,
    layers,
    heads: 8,
    kvHeads: 8,
    headDim: 32,
    ffn: 768,
    vocab,
    tied: true,
    positions: 512,
  });
  return model;
}

function plan(model: DecoderModel, options: Partial<PlanOptions> = {}): Plan {
  return makePlan(model, { board: N16R8, scheme: DEFAULT_SCHEME, context: 64, ...options });
}

/** Columns per scale of the matrices in a memory. */
function groups(made: Plan, inSram: boolean): number[] {
  const found = made.tensors
    .filter((placed) => isEncoded(placed.tensor) && isInSram(placed) === inSram)
    .map(({ tensor }) => tensor.encoding.group);
  return [...new Set(found)].sort((a, b) => a - b);
}

describe('without a scheme', () => {
  it('in SRAM, where groups take time, only what gains most from them', async () => {
    const { model } = await syntheticModel({ hidden: 96, ffn: 256, headDim: 24 });
    const made = plan(model);
    const coarse = plan(model, { scheme: PER_CHANNEL });
    const fine = plan(model, { scheme: { ...PER_CHANNEL, granularity: 'group:32' } });
    const group = (name: string): unknown =>
      made.tensors.find(({ tensor }) => tensor.name === name)?.tensor.encoding.group;
    assert.deepEqual(groups(made, false), []);
    assert.deepEqual([group('embedding'), group('layers.0.gate_up')], [32, 0]);
    assert.ok(made.predictedTokensPerSecond > 0.9 * coarse.predictedTokensPerSecond);
    assert.ok(fine.predictedTokensPerSecond < 0.9 * coarse.predictedTokensPerSecond);
    assert.deepEqual(made.choice, { code: 'faster', finer: fine.predictedTokensPerSecond });
    assert.match(planChoice(made, ENGLISH_PLAN) ?? '', /costing much speed: with finer ones/);
  });

  it('groups of 32 for what is waited for', async () => {
    const model = await large(6);
    const made = plan(model);
    assert.ok(made.fit.fits);
    assert.deepEqual(groups(made, false), [32]);
    assert.deepEqual([made.scheme.weights, made.scheme.granularity], ['int8', 'mixed']);
    const coarse = plan(model, { scheme: PER_CHANNEL });
    assert.ok(made.predictedTokensPerSecond > 0.9 * coarse.predictedTokensPerSecond);
    assert.ok(made.weightBytes > coarse.weightBytes);
    assert.equal(planChoice(planToJson(made), ENGLISH_PLAN), planChoice(made, ENGLISH_PLAN));
  });

  it('coarser groups where finer ones do not fit the flash', async () => {
    const model = await large(6);
    const fine = plan(model);
    const flash = fine.memories.at(-1);
    assert.ok(flash !== undefined);
    // More than the finer groups of what lies in SRAM take.
    const made = plan(model, { otherBytes: flash.capacity - flash.weights + 0x10000 });
    assert.ok(made.fit.fits);
    assert.ok(made.weightBytes < fine.weightBytes);
    assert.deepEqual(groups(made, false), [64]);
    assert.deepEqual(made.choice, { code: 'room' });
  });

  it('a model that is too large is refused with what the smallest weights need', async () => {
    const made = plan(await large(40));
    assert.ok(!made.fit.fits);
    assert.equal(made.choice?.code, 'none');
    const sentence = planChoice(made, ENGLISH_PLAN) ?? '';
    assert.match(
      sentence,
      /^Even with the smallest weights the package needs [\d.]+ MB of flash and [\d.]+ MB are there\.$/,
    );
  });
});

describe('INT4 without a granularity', () => {
  const INT4 = { ...DEFAULT_SCHEME, weights: 'int4' } as const;
  const kinds = ({ tensors }: Plan): string[] =>
    tensors
      .filter(({ tensor }) => isEncoded(tensor))
      .map(({ tensor: { role, encoding } }) => `${role} ${encoding.kind}`);

  it('keeps 8 bits for embedding and head where they cost little speed', async () => {
    const model = await large(6);
    const made = plan(model, { scheme: INT4 });
    assert.ok(kinds(made).includes('embedding int8GroupU8') && kinds(made).includes('down int4Group'));
    assert.equal(made.scheme.weights, 'mixed');
    const throughout = plan(model, { scheme: { ...INT4, granularity: 'group:32' } });
    assert.ok(made.predictedTokensPerSecond >= 0.9 * throughout.predictedTokensPerSecond);
    assert.deepEqual(made.choice, { code: 'names8' });
    assert.match(planChoice(made, ENGLISH_PLAN) ?? '', /^Embedding and head keep 8 bits/);
  });

  it('is for them as well where 8 bits would be waited for, and says how fast it would be then', async () => {
    const model = await wordy(24_000);
    const made = plan(model, { scheme: INT4 });
    assert.deepEqual(new Set(kinds(made).map((kind) => kind.split(' ')[1])), new Set(['int4Group']));
    assert.equal(made.scheme.weights, 'int4');
    const encodings = new Map([['embedding', { kind: 'int8GroupU8', group: 32 } as const]]);
    const others = plan(model, { scheme: { ...INT4, granularity: 'group:32' }, encodings });
    assert.ok(others.predictedTokensPerSecond < 0.9 * made.predictedTokensPerSecond);
    assert.deepEqual(made.choice, { code: 'names4', others: others.predictedTokensPerSecond });
    assert.match(
      planChoice(made, ENGLISH_PLAN) ?? '',
      /have 4 bits as well: with 8 it would be [\d.]+ tokens\/s/,
    );
  });

  it('is for them where there is no room for 8 bits', async () => {
    const model = await wordy(24_000);
    const flash = plan(model, { scheme: INT4 }).memories.at(-1);
    assert.ok(flash !== undefined);
    const made = plan(model, { scheme: INT4, otherBytes: flash.capacity - flash.weights - 0x10000 });
    assert.ok(made.fit.fits);
    assert.deepEqual(made.choice, { code: 'names4-room' });
    assert.match(planChoice(made, ENGLISH_PLAN) ?? '', /no room for 8/);
  });

  it('is named where INT8 does not fit and it would be much faster', async () => {
    const model = await wordy(56_000);
    const made = plan(model);
    assert.ok(made.fit.fits && made.choice?.code === 'fits');
    assert.equal(made.choice.int4, plan(model, { scheme: INT4 }).predictedTokensPerSecond);
    assert.match(
      planChoice(made, ENGLISH_PLAN) ?? '',
      /each matrix has the bits that fit\. With INT4 weights it would be [\d.]+ tokens\/s\.$/,
    );
  });
});

describe('a cache beside INT4', () => {
  it('has keys of 16 bits only where they cost next to no speed', async () => {
    const model = await wordy(21_600, 6);
    const scheme = { ...DEFAULT_SCHEME, weights: 'int4', granularity: 'group:32' } as const;
    const at = (cache: 'auto' | 'int8' | 'k16v8'): Plan =>
      plan(model, { scheme: { ...scheme, cache }, context: 512 });
    const [chosen, small, fine] = [at('auto'), at('int8'), at('k16v8')];
    const kept = fine.predictedTokensPerSecond / small.predictedTokensPerSecond;
    assert.ok(kept > 0.9 && kept < 0.97, `${kept}`);
    assert.equal(chosen.scheme.cache, 'int8');
  });
});

describe('what is asked for', () => {
  it('is what there is, and needs no reason', async () => {
    const model = await large(6);
    const made = plan(model, { scheme: { ...PER_CHANNEL, granularity: 'group:64' } });
    assert.deepEqual([...groups(made, true), ...groups(made, false)], [64, 64]);
    assert.equal(made.choice, null);
    assert.equal(planChoice(made, ENGLISH_PLAN), null);
  });

  it('of single matrices goes before the scheme', async () => {
    const model = await large(2);
    const encodings = new Map([['layers.1.down', { kind: 'int8GroupU8', group: 64 } as const]]);
    const made = plan(model, { encodings });
    const encoding = (name: string): unknown =>
      made.tensors.find(({ tensor }) => tensor.name === name)?.tensor.encoding;
    assert.deepEqual(encoding('layers.1.down'), { kind: 'int8GroupU8', group: 64 });
    assert.deepEqual(encoding('layers.0.down'), { kind: 'int8Channel', group: 0 });
    assert.equal(made.scheme.granularity, 'mixed');
  });
});
