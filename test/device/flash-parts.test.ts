// What of an image goes to the board: the parts of a planned image and of a merged one are the same, gaps are none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { checkParts, needsOf, partsOfImage, partsOfMergedImage } from '../../src/device/flash-parts.js';
import { describeImage } from '../../src/image/describe.js';
import type { StandaloneFirmware } from '../../src/image/firmware.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { pieceBytes, tensorPieces } from '../../src/package/reader.js';
import { findBoard } from '../../src/plan/boards.js';
import { FormatError, UsageError } from '../../src/shared/errors.js';
import { firmwareSegments, fixture, makePackage, source } from '../image/support.js';
import { MiB } from './flash-fixtures.js';

const BOARD = findBoard('esp32-s3-n8r8');

function firmware(length: number): StandaloneFirmware {
  return {
    kind: 'standalone',
    name: 'firmware.elf',
    chip: ESP32S3,
    entry: 0x40374000,
    segments: firmwareSegments(length),
  };
}

for (const [kind, length] of [
  ['short of the table', 0x1000],
  ['around the table', 0x14000],
] as const) {
  test(`a merged image has the parts that it was made of: firmware ${kind}`, async () => {
    const model = await makePackage();
    const image = await planFlashImage(firmware(length), BOARD, model.length);
    const made = partsOfImage(image, source(model, 'model'));
    const merged = assembleFlashImage(image, model);
    const description = await describeImage(source(merged));
    const found = partsOfMergedImage(source(merged), description);
    checkParts(found, BOARD.flashBytes);

    const flash = new Uint8Array(merged.length).fill(0xff);
    for (const { offset, source: bytes } of found) flash.set(await bytes.read(0, bytes.size), offset);
    assert.ok(Buffer.compare(flash, merged) === 0, 'nothing of the image is left out');
    assert.deepEqual(
      made.map(({ name, offset }) => [name, offset]),
      found.map(({ name, offset }) => [name, offset]),
    );
    for (const { name, offset, source: bytes } of found)
      assert.ok(offset + bytes.size <= 0xf0000 || offset >= 0x100000, `${name} leaves the settings alone`);
  });
}

test('an image of ESP-IDF has its bootloader, table and application as parts', async () => {
  const bytes = fixture('merged.bin.gz');
  const parts = partsOfMergedImage(source(bytes), await describeImage(source(bytes)));
  assert.deepEqual(parts.map(({ offset }) => offset).slice(0, 2), [0, 0x8000]);
  assert.ok(parts.some(({ offset }) => offset === 0x10000));
  checkParts(parts, 16 * MiB);
});

test('what an image needs is in its header and its package', async () => {
  const model = await makePackage();
  const image = await planFlashImage(firmware(0x1000), BOARD, model.length);
  const description = await describeImage(source(assembleFlashImage(image, model)));
  const needs = needsOf(description);
  const psram = (description.model?.tensors ?? [])
    .flatMap(tensorPieces)
    .filter(({ placement }) => placement === 'psram');
  assert.equal(needs.flashBytes, 2 * MiB);
  assert.equal(needs.chip, 'ESP32-S3');
  assert.deepEqual(needs.revision, [0, 0]);
  assert.equal(
    needs.psramBytes,
    psram.reduce((sum, piece) => sum + pieceBytes(piece), 0),
  );
});

test('an application by itself and a damaged model are refused', async () => {
  const model = await makePackage();
  const image = await planFlashImage(firmware(0x1000), BOARD, model.length);
  const [alone] = image.parts;
  assert.ok(alone !== undefined);
  const single = source(alone.bytes, 'app.bin');
  assert.throws(() => partsOfMergedImage(single, { ...EMPTY, boot: { length: 1 } as never }), UsageError);
  const merged = assembleFlashImage(image, model);
  merged[0x100000 + 40] = (merged[0x100000 + 40] ?? 0) ^ 1;
  const description = await describeImage(source(merged));
  assert.throws(() => partsOfMergedImage(source(merged), description), FormatError);
});

const EMPTY = { bytes: 0, bootOffset: 0, table: null, partitions: [], model: null };
