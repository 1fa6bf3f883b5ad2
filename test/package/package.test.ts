import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from '../../src/package/crc32.js';
import { readPackage } from '../../src/package/reader.js';
import { MemorySink, PackageWriter } from '../../src/package/writer.js';
import { findBoard } from '../../src/plan/boards.js';
import { makePlan, type Plan } from '../../src/plan/plan.js';
import { DEFAULT_SCHEME, NO_FUSIONS, type Granularity } from '../../src/plan/scheme.js';
import { FormatError } from '../../src/shared/errors.js';
import type { ByteSource } from '../../src/source/byte-source.js';
import { syntheticModel, randomNumbers, type SyntheticShape } from '../support/synthetic-model.js';

function source(bytes: Uint8Array): ByteSource {
  return {
    name: 'test.s3lm',
    size: bytes.length,
    read: (begin, end) => Promise.resolve(bytes.slice(begin, end)),
  };
}

/** A package with arbitrary weights: the writer does not care what the codes are. */
async function makePackage(
  shape: SyntheticShape = {},
  options: { granularity?: Granularity; fused?: boolean } = {},
): Promise<{ bytes: Uint8Array; plan: Plan; codes: Uint8Array[] }> {
  const { model } = await syntheticModel(shape);
  const plan = makePlan(model, {
    board: findBoard('esp32-s3-n8r8'),
    scheme: { ...DEFAULT_SCHEME, granularity: options.granularity ?? 'channel' },
    ...(options.fused === false ? { fusions: NO_FUSIONS } : {}),
    context: 16,
  });
  const sink = new MemorySink();
  const writer = await PackageWriter.create(sink, {
    model,
    plan,
    tokenizer: null,
    chat: null,
    stopIds: [2],
    metadata: { name: 'ünï' },
  });
  const random = randomNumbers(3);
  const codes: Uint8Array[] = [];
  for (const { tensor } of plan.tensors) {
    const data = new Uint8Array(tensor.dataBytes);
    if (tensor.encoding !== 0) {
      for (let row = 0; row < tensor.rows; row++) {
        for (let col = 0; col < tensor.cols; col++)
          data[row * tensor.rowStride + col] = Math.round(random() * 127);
      }
    }
    codes.push(data);
    const half = Math.floor(tensor.rows / 2) * tensor.rowStride;
    await writer.appendData(data.subarray(0, half));
    await writer.appendData(data.subarray(half));
    await writer.endTensor(new Float32Array(tensor.scaleCount).fill(0.01));
  }
  await writer.finish();
  const bytes = sink.take();
  assert.equal(bytes.length, writer.totalLength);
  return { bytes, plan, codes };
}

describe('a model package', () => {
  for (const granularity of ['tensor', 'channel', 'group:32'] as const) {
    for (const fused of [true, false]) {
      it(`is read back as it was written (${granularity}, ${fused ? 'fused' : 'separate'})`, async () => {
        const { bytes, plan, codes } = await makePackage(
          { attentionBias: true, mlpBias: true, tied: false },
          { granularity, fused },
        );
        const found = await readPackage(source(bytes), { verify: true });
        assert.equal(found.totalLength, bytes.length);
        assert.equal(found.metadata['name'], 'ünï');
        assert.equal(found.config.context, 16);
        assert.equal(found.layers.length, 2);
        assert.deepEqual(found.sampling.stopIds, [2]);
        assert.equal(found.tensors.length, plan.tensors.length);
        const weights = found.sections.find((section) => section.kind === 'WGHT');
        assert.ok(weights);
        for (const [index, tensor] of found.tensors.entries()) {
          const planned = plan.tensors[index]?.tensor;
          assert.equal(tensor.role, planned?.role);
          assert.equal(tensor.scaleCount, planned?.scaleCount);
          const begin: number = weights.offset + tensor.dataOffset;
          assert.equal(begin % 64, 0);
          assert.deepEqual(bytes.subarray(begin, begin + tensor.dataLength), codes[index]);
        }
      });
    }
  }

  it('keeps the window of sliding attention', async () => {
    const { bytes } = await makePackage({ window: 7 });
    assert.equal((await readPackage(source(bytes))).layers[0]?.window, 7);
  });

  it('is refused when any byte is changed', async () => {
    const { bytes } = await makePackage({
      hidden: 16,
      heads: 1,
      kvHeads: 1,
      headDim: 16,
      ffn: 16,
      vocab: 8,
      layers: 1,
    });
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      await assert.rejects(readPackage(source(damaged), { verify: true }), FormatError, `byte ${at}`);
    }
  });

  it('is refused when it is cut off or something follows', async () => {
    const { bytes } = await makePackage();
    for (const length of [0, 3, 63, 64, 65, 1000, bytes.length - 64, bytes.length - 1]) {
      await assert.rejects(
        readPackage(source(bytes.slice(0, length)), { verify: true }),
        FormatError,
        `length ${length}`,
      );
    }
    const longer = new Uint8Array(bytes.length + 64);
    longer.set(bytes);
    await assert.rejects(readPackage(source(longer)), /something follows/);
  });

  it('names a newer format version and what to do', async () => {
    const { bytes } = await makePackage();
    bytes[4] = 2;
    await assert.rejects(readPackage(source(bytes)), /version 2.*Update this program/);
  });

  it('refuses inconsistent directories even when the checksums are right', async () => {
    const { bytes } = await makePackage();
    const edits: [string, (view: DataView, directory: number) => void][] = [
      ['rows', (view, at) => view.setUint32(at + 8, 95, true)],
      ['columns', (view, at) => view.setUint32(at + 12, 47, true)],
      ['row distance', (view, at) => view.setUint32(at + 16, 64, true)],
      ['data offset', (view, at) => view.setUint32(at + 24, 0xffffffc0, true)],
      ['scale count', (view, at) => view.setUint32(at + 36, 95, true)],
      ['placement', (view, at) => view.setUint32(at + 40, 3, true)],
      ['activation scale', (view, at) => view.setFloat32(at + 44, 0.5, true)],
      ['role', (view, at) => view.setUint16(at, 99, true)],
      ['layer', (view, at) => view.setUint16(at + 2, 0, true)],
      ['encoding', (view, at) => view.setUint32(at + 4, 7, true)],
      ['reserved', (view, at) => view.setUint32(at + 60, 1, true)],
    ];
    for (const [name, edit] of edits) {
      const damaged = bytes.slice();
      const section = (await readPackage(source(bytes))).sections.find((entry) => entry.kind === 'TDIR');
      assert.ok(section);
      edit(new DataView(damaged.buffer), section.offset);
      resealSections(damaged);
      await assert.rejects(readPackage(source(damaged), { verify: true }), FormatError, name);
    }
  });

  it('survives arbitrary mutations with only FormatErrors', async () => {
    const { bytes } = await makePackage({
      hidden: 16,
      heads: 1,
      kvHeads: 1,
      headDim: 16,
      ffn: 16,
      vocab: 8,
      layers: 1,
    });
    const random = randomNumbers(11);
    const pick = (count: number): number => Math.floor(((random() + 1) / 2) * count);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const damaged = bytes.slice(0, round % 5 === 0 ? pick(bytes.length + 1) : bytes.length);
      for (let edit = 0; edit <= pick(4) && damaged.length > 0; edit++)
        damaged[pick(Math.min(damaged.length, 1024))] = pick(256);
      if (round % 2 === 0) resealSections(damaged);
      try {
        await readPackage(source(damaged), { verify: true });
      } catch (error) {
        assert.ok(error instanceof FormatError, String(error));
        refused += 1;
      }
    }
    assert.ok(refused > 2000, `${refused} refused`);
  });
});

/** Recomputes all checksums, as an attacker would. */
function resealSections(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer);
  if (bytes.length < 64) return;
  const count = Math.min(view.getUint32(12, true), 64);
  for (let index = 0; index < count; index++) {
    const at = 64 + 32 * index;
    if (at + 32 > bytes.length) return;
    const offset = view.getUint32(at + 8, true);
    const length = view.getUint32(at + 12, true);
    if (offset + length <= bytes.length)
      view.setUint32(at + 16, crc32(bytes.subarray(offset, offset + length)), true);
  }
  const end = 64 + 32 * count;
  if (end <= bytes.length)
    view.setUint32(60, crc32(bytes.subarray(64, end), crc32(bytes.subarray(0, 60))), true);
}
