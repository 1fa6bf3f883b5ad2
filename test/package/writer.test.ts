/** What the writer refuses: everything that readers would, before a byte is written. */
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BlockSpec, DecoderModel, Step } from '../../src/model/decoder.js';
import { readPackage } from '../../src/package/reader.js';
import { MemorySink, PackageWriter, type PackageParts } from '../../src/package/writer.js';
import { tableValues } from '../../src/schema/encodings.js';
import { findBoard } from '../../src/plan/boards.js';
import { makePlan, type Plan } from '../../src/plan/plan.js';
import { bytesSource } from '../support/packages.js';
import { syntheticModel } from '../support/synthetic-model.js';

function planOf(model: DecoderModel): Plan {
  return makePlan(model, { board: findBoard('esp32-s3-n8r8'), scheme: DEFAULT_SCHEME, context: 16 });
}

function partsOf(model: DecoderModel, more: Partial<PackageParts> = {}): PackageParts {
  return { model, plan: planOf(model), tokenizer: null, chat: null, metadata: {}, ...more };
}

function refused(parts: PackageParts, message: RegExp): Promise<void> {
  return assert.rejects(PackageWriter.create(new MemorySink(), parts), (error) => {
    assert.ok(error instanceof RangeError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

/** The model with all blocks changed. */
function withSteps(model: DecoderModel, change: (steps: readonly Step[]) => readonly Step[]): DecoderModel {
  const blocks = model.blocks.map(({ steps }): BlockSpec => ({ steps: change(steps) }));
  return { ...model, blocks };
}

describe('the writer of packages', () => {
  it('refuses what no record can hold, naming the field', async () => {
    const { model } = await syntheticModel({});
    const norm = { ...model.finalNorm, epsilon: 0 };
    await refused(partsOf({ ...model, finalNorm: norm }), /^CONF final norm epsilon: 0 is not/);
    await refused(partsOf({ ...model, embeddingScale: -1 }), /^CONF embedding scale/);
    const tooMany = withSteps(model, (steps) =>
      steps.map((step) =>
        step.kind === 'attention' ? { ...step, attention: { ...step.attention, window: -1 } } : step,
      ),
    );
    await refused(partsOf(tooMany), /^STEP 1 window/);
    const generation = { ...model.generation, minP: 2 };
    await refused(partsOf({ ...model, generation }), /^SAMP min p/);
  });

  it('refuses what fits no other record', async () => {
    const { model } = await syntheticModel({});
    await refused(partsOf(model, { stopIds: [1_000_000] }), /^SAMP stop ids/);
    const scales = new Map([['layers.0.qkv', 0.5]]);
    await refused(partsOf(model, { activationScales: scales }), /^TDIR layers\.0\.qkv activation scale/);
    const unwritten = withSteps(model, (steps) =>
      steps.map((step) => (step.kind === 'attention' ? { ...step, reads: 'branch' } : step)),
    );
    await refused(partsOf(unwritten), /^STEP 1 reads: .*branch/);
    await refused(
      partsOf({ ...model, rotaries: [...model.rotaries, ...model.rotaries] }),
      /^CONF rotary tables/,
    );
  });

  it('refuses data and tables of another length than planned', async () => {
    const { model } = await syntheticModel({});
    const parts = partsOf(model);
    const first = parts.plan.tensors[0]?.tensor ?? assert.fail();
    const writer = await PackageWriter.create(new MemorySink(), parts);
    const tables = first.tables.map(tableValues);
    const [scales, ...others] = tables as [Float32Array, Uint8Array];
    await writer.appendData(new Uint8Array(first.dataBytes - 1));
    await assert.rejects(writer.endTensor(tables), /^RangeError: embedding: wrote up to/);
    await writer.appendData(new Uint8Array(1));
    await assert.rejects(writer.endTensor([]), /^RangeError: embedding: 0 tables instead of 2/);
    await assert.rejects(
      writer.endTensor([scales.subarray(1), ...others]),
      /^RangeError: embedding: .* scales instead of/,
    );
    await writer.endTensor(tables);
    await assert.rejects(writer.finish(), /^RangeError: .* missing/);
  });

  it('writes other blocks, whose tensors have the names of the plan', async () => {
    const { model } = await syntheticModel({});
    const sandwich = withSteps(model, (steps) =>
      steps.flatMap((step): Step[] => {
        const norm = steps.find(({ kind }) => kind === 'norm') as Extract<Step, { kind: 'norm' }>;
        return step.kind === 'norm'
          ? [step]
          : [
              { ...step, writes: 'branch', adds: false },
              { ...norm, reads: 'branch', writes: 'residual', adds: true },
            ];
      }),
    );
    const parts = partsOf(sandwich);
    const sink = new MemorySink();
    const writer = await PackageWriter.create(sink, parts);
    for (const { tensor } of parts.plan.tensors) {
      await writer.appendData(new Uint8Array(tensor.dataBytes));
      await writer.endTensor(tensor.tables.map(tableValues));
    }
    await writer.finish();
    const found = await readPackage(bytesSource(sink.take()), { verify: true });
    assert.deepEqual(
      found.tensors.map(({ name }) => name),
      parts.plan.tensors.map(({ tensor }) => tensor.name),
    );
    assert.ok(found.tensors.some(({ name }) => name === 'layers.1.mlp_post_norm'));
    assert.deepEqual(
      found.steps.slice(0, 3).map(({ kind, reads, writes, adds }) => [kind, reads, writes, adds]),
      [
        ['norm', 'residual', 'normed', false],
        ['attention', 'normed', 'branch', false],
        ['norm', 'branch', 'residual', true],
      ],
    );
  });
});
