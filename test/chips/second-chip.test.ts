/** Another chip is another data file: everything from the plan to the image goes by what it says. */
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { CHIPS } from '../../src/chips/index.js';
import { validate } from '../../src/chips/validate.js';
import { EmulatorDevice } from '../../src/device/emulator.js';
import { inlineLink } from '../../src/device/emulator-link.js';
import { needsOf, partsOfImage, partsOfMergedImage } from '../../src/device/flash-parts.js';
import { describeImage, looksLikeImage } from '../../src/image/describe.js';
import { firmwareFromElf, readFirmware, type StandaloneFirmware } from '../../src/image/firmware.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { guessBoard } from '../../src/image/guess-board.js';
import { partsManifest } from '../../src/image/manifest.js';
import { patchFlashSettings } from '../../src/image/patch-settings.js';
import { crc32 } from '../../src/shared/crc32.js';
import { BOARDS, findBoard, modelSramBytes } from '../../src/plan/boards.js';
import { scratchBytes } from '../../src/plan/memory.js';
import { makePlan } from '../../src/plan/plan.js';
import { FormatError, UnsupportedError, UsageError } from '../../src/shared/errors.js';
import { makePackage, noise, source } from '../image/support.js';
import { syntheticModel } from '../support/synthetic-model.js';
import { SECOND_BOARDS, SECOND_CHIP, linkedProgram } from './second-chip.js';

const BOARD = findBoard('esp32-x1-n8');
const RISCV = 243;
const OFFSET = SECOND_CHIP.image.offset;
const CODE = 0x4081_0000;

function firmware(length: number): StandaloneFirmware {
  return firmwareFromElf(linkedProgram(RISCV, CODE, noise(length)), 'x1.elf', SECOND_CHIP);
}

describe('a second chip', () => {
  it('is as sound as the first, with its boards', () => {
    assert.deepEqual(validate(CHIPS, BOARDS), []);
    assert.deepEqual(
      SECOND_BOARDS.map(({ id }) => findBoard(id)),
      SECOND_BOARDS,
    );
  });

  it('is planned for by its own memories, cores and rates', async () => {
    const { model } = await syntheticModel({});
    const options = { scheme: { ...DEFAULT_SCHEME, cache: 'int8' as const }, context: 16 };
    const plan = makePlan(model, { board: BOARD, ...options });
    const first = makePlan(model, { board: findBoard('esp32-s3-n8'), ...options });
    const [sram] = plan.memories;
    assert.equal(sram?.capacity, modelSramBytes(SECOND_CHIP));
    assert.equal(sram?.capacity, (448 - 80 - 12) * 1024);
    assert.equal(sram?.scratch, scratchBytes(model, plan.scheme, 16, plan.maxBatch, 1));
    assert.ok(scratchBytes(model, plan.scheme, 16, plan.maxBatch, 1) < (first.memories[0]?.scratch ?? 0));
    const seconds = plan.memories.reduce(
      (sum, { memory, bytesPerToken }) =>
        sum + bytesPerToken / (memory === 'sram' ? 320e6 : memory === 'flash' ? 20e6 : Infinity),
      0,
    );
    assert.ok(Math.abs(plan.boundTokensPerSecond * seconds - 1) < 1e-9);
    // Nothing is predicted before it is fitted.
    assert.equal(plan.predictedTokensPerSecond, 0);
    assert.ok(first.predictedTokensPerSecond > 0);
  });

  it('takes programs for its processor, and no others', async () => {
    assert.equal(firmware(64).entry, CODE);
    const elf = linkedProgram(RISCV, CODE, noise(64));
    const own = await readFirmware(source(elf, 'x1.elf'), undefined, SECOND_CHIP);
    assert.equal(own.chip, SECOND_CHIP);
    assert.throws(() => firmwareFromElf(elf, 'x1.elf', ESP32S3), /machine 243, not for Xtensa.*ESP32-S3/);
    assert.throws(
      () => firmwareFromElf(linkedProgram(94, CODE, noise(64)), 'x1.elf', SECOND_CHIP),
      /machine 94, not for RISC-V.*ESP32-X1/,
    );
    for (const [address, reason] of [
      [0x4087_0000, /the mask ROM keeps its stacks there/],
      [0x3fc8_8000, /not in the memory of an ESP32-X1/],
    ] as const) {
      const misplaced = firmwareFromElf(linkedProgram(RISCV, address, noise(64)), 'x1.elf', SECOND_CHIP);
      await assert.rejects(planFlashImage(misplaced, BOARD, 64), reason);
    }
  });

  for (const [length, table, firmwarePart] of [
    [0x1000, 'before the table', 'erased'],
    [0xe000, 'around the table', 'boot'],
  ] as const) {
    it(`has images that begin where its ROM looks, ${table}, and are read back`, async () => {
      const model = await makePackage();
      const image = await planFlashImage(firmware(length), BOARD, model.length);
      assert.equal(image.parts[0]?.offset, OFFSET);
      const bytes = assembleFlashImage(image, model);
      assert.ok(bytes.subarray(0, OFFSET).every((byte) => byte === 0xff));
      const view = new DataView(bytes.buffer);
      assert.equal(view.getUint8(OFFSET), 0xe9);
      // 2 MB, which hold it, 64 MHz.
      assert.equal(view.getUint8(OFFSET + 3), 0x1f);
      assert.equal(view.getUint16(OFFSET + 12, true), 0x0321);
      assert.equal(view.getUint16(0x8000, true), 0x50aa);

      assert.ok(looksLikeImage(bytes));
      const found = await describeImage(source(bytes), { verify: true });
      assert.equal(found.boot.chip, SECOND_CHIP);
      assert.equal(found.bootOffset, OFFSET);
      assert.deepEqual(found.boot.settings, { mode: 'dio', megahertz: 64, flashBytes: 2 << 20 });
      assert.deepEqual(
        found.partitions.map(({ name, offset, content }) => [name, offset, content.kind]),
        [
          ['firmware', 0x10000, firmwarePart],
          ['nvs', 0xf8000, 'erased'],
          ['model', 0x100000, 'package'],
        ],
      );
      assert.equal(needsOf(found).flashBytes, 2 << 20);
      const made = partsOfImage(image, source(model)).map(({ offset }) => offset);
      assert.deepEqual(
        partsOfMergedImage(source(bytes), found).map(({ offset }) => offset),
        made,
      );
      assert.equal(guessBoard(found).id, 'esp32-x1-n4');
    });
  }

  it('shows itself constants by its own pages, counted from the beginning of the flash', async () => {
    const content = noise(0x100);
    const constants = new Uint8Array(8 + content.length);
    constants.set(content, 8);
    const view = new DataView(constants.buffer);
    view.setUint32(0, 0x444d_3353, true);
    view.setUint32(4, crc32(content), true);
    const mapped = { address: 0x4200_8000, offset: 0x1_8000, bytes: constants };
    const image = await planFlashImage({ ...firmware(0x9000), mapped }, BOARD, 64);
    const bytes = assembleFlashImage(image, new Uint8Array(64));
    assert.deepEqual(bytes.subarray(0x1_8000, 0x1_8000 + constants.length), constants);
    const { boot } = await describeImage(source(bytes));
    assert.deepEqual(boot.mapped, {
      address: 0x4200_8000,
      length: constants.length,
      offset: 0x1_8000 - OFFSET,
    });
    const between = { ...mapped, offset: 0x1_4000 };
    await assert.rejects(
      planFlashImage({ ...firmware(0x9000), mapped: between }, BOARD, 64),
      /multiple of 0x8000/,
    );
    bytes[0x1_8000 + 20] = (bytes[0x1_8000 + 20] ?? 0) ^ 1;
    await assert.rejects(describeImage(source(bytes)), /mapped segment at 0x18000/);
  });

  it('is refused where its firmware or its image is for the other', async () => {
    await assert.rejects(planFlashImage(firmware(64), findBoard('esp32-s3-n8'), 0), (error: Error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /x1\.elf is for the ESP32-X1; ESP32-S3 N8 .* has the ESP32-S3/);
      return true;
    });
    const bytes = assembleFlashImage(await planFlashImage(firmware(64), BOARD, 0), new Uint8Array(0));
    // A chip of the first kind looks at 0, so what lies here is nothing to it.
    new DataView(bytes.buffer).setUint16(OFFSET + 12, ESP32S3.image.chipId, true);
    assert.ok(!looksLikeImage(bytes));
    await assert.rejects(describeImage(source(bytes)), FormatError);
    const alone = bytes.slice(OFFSET);
    new DataView(alone.buffer).setUint16(12, 5, true);
    await assert.rejects(describeImage(source(alone)), (error: Error) => {
      assert.ok(error instanceof UnsupportedError);
      assert.match(error.message, /for ESP32-C3.*for the ESP32-S3 or the ESP32 or the ESP32-X1/);
      return true;
    });
  });

  it('is named in the manifest of its parts, and keeps its flash settings when they are changed', async () => {
    const image = await planFlashImage(firmware(0x1000), BOARD, 64);
    const [build] = partsManifest(image, { name: 'home', version: '1' }).builds;
    assert.equal(build.chipFamily, 'ESP32-X1');
    assert.equal(build.parts[0]?.offset, OFFSET);
    const [part] = image.parts;
    assert.ok(part !== undefined);
    const patched = await patchFlashSettings(part.bytes, { megahertz: 16 }, 'x1.bin');
    assert.equal(patched[3], 0x13);
    await assert.rejects(
      patchFlashSettings(part.bytes, { megahertz: 80 }, 'x1.bin'),
      /none of 64 and 16 MHz/,
    );
  });

  it('is not taken for one that the emulator can be', async () => {
    const module = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    await assert.rejects(
      EmulatorDevice.start(inlineLink(), module, new Uint8Array(0), {
        board: BOARD,
        timing: false,
        speed: 'flat',
      }),
      (error: Error) => error instanceof UsageError && /cannot be an ESP32-X1/.test(error.message),
    );
  });
});
