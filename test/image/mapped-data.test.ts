/** What a program leaves in flash: from its ELF file through an image and back, and what is refused. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { partsOfImage, partsOfMergedImage } from '../../src/device/flash-parts.js';
import { readApplicationImage } from '../../src/image/application-reader.js';
import { describeImage } from '../../src/image/describe.js';
import { firmwareFromElf, readFirmware, type StandaloneFirmware } from '../../src/image/firmware.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import type { MappedData } from '../../src/image/mapped-data.js';
import { patchFlashSettings } from '../../src/image/patch-settings.js';
import { crc32 } from '../../src/shared/crc32.js';
import { findBoard } from '../../src/plan/boards.js';
import { FormatError, UsageError } from '../../src/shared/errors.js';
import { firmwareSegments, fixture, makePackage, noise, source } from './support.js';

const BOARD = findBoard('esp32-s3-n8r8');
const ADDRESS = 0x3cfc0000;
const OFFSET = 0x20000;
const FIRMWARE = new URL('../../device-runtime/prebuilt/esp32s3/firmware.elf', import.meta.url);

function mapped(length: number, changes: Partial<MappedData> = {}): MappedData {
  const bytes = new Uint8Array(length);
  const content = noise(length - 8, 3);
  bytes.set(content, 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x444d3353, true);
  view.setUint32(4, crc32(content), true);
  return { address: ADDRESS, offset: OFFSET, bytes, ...changes };
}

function firmware(data: MappedData, length = 0xc000): StandaloneFirmware {
  const segments = firmwareSegments(length);
  return {
    kind: 'standalone',
    name: 'firmware.elf',
    chip: ESP32S3,
    entry: 0x40374000,
    segments,
    mapped: data,
  };
}

async function image(data = mapped(0x1000)): Promise<Uint8Array> {
  const [part, more] = (await planFlashImage(firmware(data), BOARD, 64)).parts;
  assert.ok(part !== undefined && more === undefined);
  return part.bytes;
}

describe('constants and code that stay in flash', () => {
  it('lie where the program maps them, behind an image that is the same without them', async () => {
    const data = mapped(0x1000);
    const bytes = await image(data);
    const { mapped: _, ...without } = firmware(data);
    const [bare] = (await planFlashImage(without, BOARD, 64)).parts;
    assert.ok(bare !== undefined);
    assert.deepEqual(bytes.subarray(0, bare.bytes.length), bare.bytes);
    assert.deepEqual(bytes.subarray(OFFSET), data.bytes);
    const found = await readApplicationImage(source(bytes));
    assert.equal(found.length, bare.bytes.length);
    assert.deepEqual(found.mapped, { address: ADDRESS, length: 0x1000, offset: OFFSET });
    assert.equal(found.end, bytes.length);
    // Whoever skips segments by their headers comes to them.
    const view = new DataView(bytes.buffer);
    const filling = view.getUint32(found.length + 4, true);
    assert.equal(view.getUint32(found.length, true), 0);
    assert.equal(view.getUint32(found.length + 8 + filling, true), ADDRESS);
    assert.equal(found.length + 8 + filling + 8, OFFSET);
  });

  it('are a piece of the firmware for whoever flashes a merged image', async () => {
    const model = await makePackage();
    const plan = await planFlashImage(firmware(mapped(0x2004)), BOARD, model.length);
    const merged = source(assembleFlashImage(plan, model));
    const description = await describeImage(merged);
    assert.equal(description.partitions[0]?.content.kind, 'boot');
    const made = partsOfImage(plan, source(model));
    const found = partsOfMergedImage(merged, description);
    assert.deepEqual(
      found.map(({ name, offset, source: { size } }) => [name, offset, size]),
      made.map(({ name, offset, source: { size } }) => [name, offset, size]),
    );
    assert.equal(found[0]?.source.size, OFFSET + 0x2004);
  });

  it('stay when the flash settings of the image change', async () => {
    const bytes = await image();
    const patched = await patchFlashSettings(bytes, { megahertz: 40 }, 'image.bin');
    const found = await readApplicationImage(source(patched));
    assert.equal(found.settings.megahertz, 40);
    assert.equal(found.end, bytes.length);
  });

  it('of the shipped firmware are found in its ELF file and in its image', async () => {
    const elf = new Uint8Array(await readFile(FIRMWARE));
    const shipped = await readFirmware(source(elf, 'firmware.elf'));
    assert.ok(shipped.kind === 'standalone' && shipped.mapped !== undefined);
    assert.equal(shipped.mapped.address, ADDRESS);
    // The segment of constants and that of the code, which follows it.
    const found = flashSegments(elf);
    assert.deepEqual(
      found.map(({ seen }) => seen >>> 16),
      [ADDRESS >>> 16, 0x42fc],
    );
    assert.deepEqual(Buffer.concat(found.map(({ bytes }) => bytes)), Buffer.from(shipped.mapped.bytes));
    const plan = await planFlashImage(shipped, BOARD, 64);
    const image = await describeImage(source(assembleFlashImage(plan, noise(64))));
    assert.equal(image.boot.mapped?.length, shipped.mapped.bytes.length);
    assert.equal(image.partitions[0]?.content.kind, 'boot');
  });

  it('of another tool, without the mark, are not taken for ours', async () => {
    const other = await readApplicationImage(source(fixture('ram-only-header.bin.gz')));
    assert.equal(other.mapped, null);
    assert.equal(other.end, other.length);
  });

  it('are refused when they cannot be shown or are not what they were', async () => {
    const damaged = mapped(0x1000);
    damaged.bytes[0x800] = (damaged.bytes[0x800] ?? 0) ^ 1;
    const cases: [MappedData, RegExp][] = [
      [mapped(0x1000, { address: ADDRESS + 0x1000 }), /not a multiple of 0x10000/],
      [mapped(0x1000, { address: 0x42000000 }), /not in the memory that flash is mapped to/],
      [mapped(0x1000, { offset: 0x21000 }), /not a multiple of 0x10000/],
      [mapped(0x1000, { offset: 0xfff0000 }), /after the firmware's part of the flash/],
      [mapped(0x1002), /are not words/],
      [mapped(0x40004), /more than 4 pages/],
      [mapped(0x1000, { bytes: noise(0x1000) }), /not the mark/],
      [damaged, /checksum/],
      [mapped(0x1000, { offset: 0x10000 }), /leaves no room/],
    ];
    for (const [data, message] of cases) {
      const length = data.offset === 0x10000 ? 0x10000 : 0xc000;
      await assert.rejects(
        planFlashImage(firmware(data, length), BOARD, 64),
        (error) => error instanceof FormatError && message.test(error.message),
        String(message),
      );
    }
    await planFlashImage(firmware(mapped(0x40000)), BOARD, 64);
    await assert.rejects(
      planFlashImage(firmware(mapped(0x1000, { offset: 0xf0000 })), BOARD, 64),
      (error) => error instanceof UsageError && /after the firmware's partition/.test(error.message),
    );
    await assert.rejects(
      planFlashImage(firmware(mapped(0x1000), 0x1000), BOARD, 64),
      (error) => error instanceof FormatError && /before the partition table/.test(error.message),
    );
  });

  it('are found to be cut off or damaged in an image', async () => {
    const bytes = await image();
    for (const end of [OFFSET + 0x800, bytes.length - 4]) {
      await assert.rejects(readApplicationImage(source(bytes.subarray(0, end))), /0x1000|4096 bytes/);
    }
    const damaged = bytes.slice();
    damaged[OFFSET + 0x123] = (damaged[OFFSET + 0x123] ?? 0) ^ 0x40;
    await assert.rejects(readApplicationImage(source(damaged)), FormatError);
  });

  it('of a damaged ELF file are refused, and segments that are not constants and code behind them', async () => {
    const elf = new Uint8Array(await readFile(FIRMWARE));
    const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
    const [constants, code] = flashSegments(elf);
    assert.ok(constants !== undefined && code !== undefined);
    for (const segment of [constants, code]) {
      segment.bytes[100] = (segment.bytes[100] ?? 0) ^ 1;
      assert.throws(() => firmwareFromElf(elf, 'firmware.elf'), /checksum/);
      segment.bytes[100] = (segment.bytes[100] ?? 0) ^ 1;
    }
    const loaded = headersOf(elf).find((at) => view.getUint32(at + 12, true) > 0x3fc00000);
    assert.ok(loaded !== undefined);
    // Field, its new value: a third segment; code as data, on another page, at another place of its page, with a gap.
    for (const [at, value] of [
      [loaded + 8, 0x3c000000],
      [code.header + 8, ADDRESS + constants.bytes.length],
      [code.header + 8, code.seen + 0x10000],
      [code.header + 8, code.seen + 0x20],
      [code.header + 12, 0x20000 + constants.bytes.length + 0x20],
    ] as const) {
      const before = view.getUint32(at, true);
      view.setUint32(at, value, true);
      assert.throws(() => firmwareFromElf(elf, 'firmware.elf'), /needs a bootloader/);
      view.setUint32(at, before, true);
    }
    firmwareFromElf(elf, 'firmware.elf');
  });
});

/** Places of an ELF file's program headers. */
function headersOf(elf: Uint8Array): number[] {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  return Array.from({ length: view.getUint16(44, true) }, (_, i) => view.getUint32(28, true) + 32 * i);
}

/** Segments whose physical address is an offset in flash, by it; views of the file's bytes. */
function flashSegments(elf: Uint8Array): { header: number; seen: number; bytes: Uint8Array }[] {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.byteLength);
  const word = (at: number): number => view.getUint32(at, true);
  return headersOf(elf)
    .filter((at) => word(at + 12) < 0x100000 && word(at + 16) > 0)
    .sort((a, b) => word(a + 12) - word(b + 12))
    .map((header) => ({
      header,
      seen: word(header + 8),
      bytes: elf.subarray(word(header + 4), word(header + 4) + word(header + 16)),
    }));
}
