/** Images for the ESP32, whose mask ROM looks at 0x1000, and what of its memory they can be loaded into. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESP32 } from '../../src/chips/esp32.js';
import { needsOf, partsOfImage, partsOfMergedImage } from '../../src/device/flash-parts.js';
import { describeImage, looksLikeImage } from '../../src/image/describe.js';
import type { StandaloneFirmware } from '../../src/image/firmware.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { guessBoard } from '../../src/image/guess-board.js';
import { partsManifest } from '../../src/image/manifest.js';
import { loadProblem, memoryBehind } from '../../src/image/memory-map.js';
import { findBoard } from '../../src/plan/boards.js';
import { FitError, FormatError } from '../../src/shared/errors.js';
import { holds, load, makePackage, noise, source } from './support.js';

const BOARD = findBoard('esp32-wroom-32');
const OFFSET = 0x1000;

function firmware(length: number, address = 0x4008_0000): StandaloneFirmware {
  const segments = [
    { address, bytes: noise(length) },
    { address: 0x3ffb_0000, bytes: noise(0x1200, 2) },
  ];
  return { kind: 'standalone', name: 'firmware.elf', chip: ESP32, entry: address, segments };
}

describe('an image for the ESP32', () => {
  for (const [length, where] of [
    [0x3000, 'before the table'],
    [0x1_8000, 'around the table'],
  ] as const) {
    it(`begins at 0x1000 and is read back, ${where}`, async () => {
      const model = await makePackage();
      const program = firmware(length);
      const image = await planFlashImage(program, BOARD, model.length);
      const bytes = assembleFlashImage(image, model);
      assert.ok(bytes.subarray(0, OFFSET).every((byte) => byte === 0xff));
      const view = new DataView(bytes.buffer);
      assert.equal(view.getUint8(OFFSET), 0xe9);
      // DIO at 80 MHz, 2 MB, which hold it; the chip's id.
      assert.equal(view.getUint8(OFFSET + 2), 2);
      assert.equal(view.getUint8(OFFSET + 3), 0x1f);
      assert.equal(view.getUint16(OFFSET + 12, true), 0);
      assert.equal(view.getUint16(0x8000, true), 0x50aa);
      const memory = load(bytes.subarray(OFFSET));
      for (const segment of program.segments) assert.ok(holds(memory, segment));

      assert.ok(looksLikeImage(bytes));
      const found = await describeImage(source(bytes), { verify: true });
      assert.equal(found.boot.chip, ESP32);
      assert.equal(found.bootOffset, OFFSET);
      assert.equal(found.model?.metadata['name'], 'tiny');
      assert.deepEqual(needsOf(found), {
        chip: 'ESP32',
        flashBytes: 2 << 20,
        psramBytes: 0,
        revision: [0, 0],
      });
      // The package says that it was planned for a board of another chip.
      assert.equal(guessBoard(found).chip, ESP32);
      assert.deepEqual(
        partsOfMergedImage(source(bytes), found).map(({ offset }) => offset),
        partsOfImage(image, source(model)).map(({ offset }) => offset),
      );
    });
  }

  it('is told to installers by the name that they know the chip by', async () => {
    const image = await planFlashImage(firmware(0x3000), BOARD, 64);
    const [build] = partsManifest(image, { name: 'home', version: '1' }).builds;
    assert.equal(build.chipFamily, 'ESP32');
    assert.deepEqual(
      build.parts.map(({ offset }) => offset),
      [OFFSET, 0x8000, 0x10_0000],
    );
  });

  it('has no more of a model than the chip shows, whatever the flash', async () => {
    const shown = 0x3f7f_0000 - 0x3f40_0000;
    for (const id of ['esp32-wroom-32-n8', 'esp32-wroom-32-n16']) {
      const board = findBoard(id);
      const { model } = await planFlashImage(firmware(0x3000), board, shown);
      assert.equal(model.size, shown, id);
      await assert.rejects(
        planFlashImage(firmware(0x3000), board, shown + 64),
        (error) => error instanceof FitError && /64 more than/.test(error.message),
      );
    }
  });

  it('is not loaded over what its mask ROM uses meanwhile', async () => {
    for (const [address, reason] of [
      [0x3ffa_e000, /keeps its data there/],
      [0x3ffe_0000, /stacks and data/],
      [0x4007_0000, /cache takes that memory/],
      [0x3f40_0000, /mapped flash/],
      [0x3fc8_8000, /not in the memory of an ESP32$/],
    ] as const)
      assert.match(loadProblem(ESP32, address, 16) ?? '', reason);
    // What ESP-IDF's bootloader takes.
    for (const [address, length] of [
      [0x3fff_0000, 0x6000],
      [0x4007_8000, 0x8000],
      [0x4008_0400, 0xfc00],
    ] as const)
      assert.equal(loadProblem(ESP32, address, length), null);
    await assert.rejects(planFlashImage(firmware(0x100, 0x4007_0000), BOARD, 0), FormatError);
  });

  it('knows that instructions see SRAM1 the other way round', () => {
    const { memory } = ESP32;
    assert.deepEqual(memoryBehind(memory, 0x400a_0000, 0x100), [{ begin: 0x3fff_ff00, end: 0x4000_0000 }]);
    assert.deepEqual(memoryBehind(memory, 0x400b_ff00, 0x100), [{ begin: 0x3ffe_0000, end: 0x3ffe_0100 }]);
    assert.deepEqual(memoryBehind(memory, 0x4009_fff0, 0x20), [
      { begin: 0x4009_fff0, end: 0x400a_0000 },
      { begin: 0x3fff_fff0, end: 0x4000_0000 },
    ]);
    // So the end of that view is where the mask ROM has its data.
    assert.match(loadProblem(ESP32, 0x400b_ff00, 16) ?? '', /stacks and data/);
    assert.equal(loadProblem(ESP32, 0x400a_0000, 16), null);
  });
});
