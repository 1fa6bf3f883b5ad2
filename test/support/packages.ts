/** Packages with arbitrary weights, and what an attacker does to them. */
import { tableValues } from '../../src/schema/encodings.js';
import { crc32 } from '../../src/shared/crc32.js';
import { MemorySink, PackageWriter } from '../../src/package/writer.js';
import { findBoard } from '../../src/plan/boards.js';
import { makePlan, type Plan } from '../../src/plan/plan.js';
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import { NO_FUSIONS, type Granularity } from '../../src/plan/scheme.js';
import type { ByteSource } from '../../src/source/byte-source.js';
import { randomNumbers, syntheticModel, type SyntheticShape } from './synthetic-model.js';

/** Bytes as a source. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    name: 'test.s3lm',
    size: bytes.length,
    read: (begin, end) => Promise.resolve(bytes.slice(begin, end)),
  };
}

/** The smallest model that has every section. */
export const SMALLEST: SyntheticShape = {
  hidden: 16,
  heads: 1,
  kvHeads: 1,
  headDim: 16,
  ffn: 16,
  vocab: 8,
  layers: 1,
};

/** A package whose codes are random: the writer does not care what they are. */
export async function makePackage(
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
    metadata: { name: 'ünï' },
  });
  const random = randomNumbers(3);
  const codes: Uint8Array[] = [];
  for (const { tensor } of plan.tensors) {
    const data = new Uint8Array(tensor.dataBytes);
    if (tensor.encoding.kind !== 'float32') {
      for (let row = 0; row < tensor.rows; row++) {
        for (let col = 0; col < tensor.cols; col++)
          data[row * tensor.rowBytes + col] = Math.round(random() * 127);
      }
    }
    codes.push(data);
    const half = Math.floor(tensor.rows / 2) * tensor.rowBytes;
    await writer.appendData(data.subarray(0, half));
    await writer.appendData(data.subarray(half));
    await writer.endTensor(tensor.tables.map((table) => tableValues(table).fill(0.01)));
  }
  await writer.finish();
  const bytes = sink.take();
  if (bytes.length !== writer.totalLength)
    throw new Error(`${bytes.length} bytes, not ${writer.totalLength}`);
  return { bytes, plan, codes };
}

/** Recomputes all checksums, as an attacker would. */
export function resealSections(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (bytes.length < 64) return;
  const count = Math.min(view.getUint32(12, true), 64);
  for (let index = 0; index < count; index++) {
    const at = 64 + 32 * index;
    if (at + 32 > bytes.length) return;
    const offset = view.getUint32(at + 8, true);
    const length = view.getUint32(at + 12, true);
    if (offset + length <= bytes.length) {
      view.setUint32(at + 16, crc32(bytes.subarray(offset, offset + length)), true);
    }
  }
  const end = 64 + 32 * count;
  if (end <= bytes.length)
    view.setUint32(60, crc32(bytes.subarray(64, end), crc32(bytes.subarray(0, 60))), true);
}
