/** Fixtures, and a model of what the mask ROM does with an image, for the tests of src/image. */
import { tableValues } from '../../src/schema/encodings.js';
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { MemorySink, PackageWriter, type PackageSink } from '../../src/package/writer.js';
import { findBoard } from '../../src/plan/boards.js';
import { makePlan } from '../../src/plan/plan.js';
import type { LoadSegment } from '../../src/image/application-writer.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { randomNumbers, syntheticModel } from '../support/synthetic-model.js';

/** A file of test/fixtures/image, unpacked when it is gzipped. */
export function fixture(name: string): Uint8Array {
  const bytes = readFileSync(new URL(`../fixtures/image/${name}`, import.meta.url));
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

export function source(bytes: Uint8Array, name = 'test.bin'): MemorySource {
  return new MemorySource(name, bytes);
}

/** `length` bytes that differ from erased flash and from zero runs. */
export function noise(length: number, seed = 1): Uint8Array {
  const random = randomNumbers(seed);
  return Uint8Array.from({ length }, () => Math.floor((random() + 1) * 128));
}

/** Memory after the mask ROM has copied an image's segments, byte by address. */
export function load(image: Uint8Array): Map<number, number> {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const memory = new Map<number, number>();
  let at = 24;
  for (let left = view.getUint8(1); left > 0; left--) {
    const [address, length] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    for (let index = 0; index < length; index++) memory.set(address + index, image[at + 8 + index] as number);
    at += 8 + length;
  }
  return memory;
}

/** Whether memory holds a segment as it should be. */
export function holds(memory: ReadonlyMap<number, number>, segment: LoadSegment): boolean {
  return segment.bytes.every((byte, index) => memory.get(segment.address + index) === byte);
}

/** Segments as a firmware of `length` bytes of code has them, with some data. */
export function firmwareSegments(length: number): LoadSegment[] {
  return [
    { address: 0x40374000, bytes: noise(length, 5) },
    { address: 0x3fcf0000, bytes: noise(0x120, 6) },
  ];
}

/** Writes a small model package into `sink`, or gives it as bytes. */
export async function makePackage(sink?: PackageSink): Promise<Uint8Array> {
  const { model } = await syntheticModel({});
  const plan = makePlan(model, { board: findBoard('esp32-s3-n8r8'), scheme: DEFAULT_SCHEME, context: 16 });
  const memory = new MemorySink();
  const writer = await PackageWriter.create(sink ?? memory, {
    model,
    plan,
    tokenizer: null,
    chat: null,
    stopIds: [2],
    metadata: { name: 'tiny' },
  });
  for (const { tensor } of plan.tensors) {
    await writer.appendData(
      new Uint8Array(tensor.dataBytes).fill(tensor.encoding.kind === 'float32' ? 0 : 1),
    );
    await writer.endTensor(tensor.tables.map((table) => tableValues(table).fill(0.01)));
  }
  await writer.finish();
  return memory.take();
}
