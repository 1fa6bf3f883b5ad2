/** Boards with an ESP32: another loader, no USB of its own, an image that begins at 0x1000. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ESP32 } from '../../src/chips/esp32.js';
import { checkBoard, describeBoard, efuseWords } from '../../src/device/board-detection.js';
import { FlashError } from '../../src/device/flash-errors.js';
import { detectBoard } from '../../src/device/flasher.js';
import { nearestBoard } from '../../src/plan/nearest-board.js';
import { MiB, QUICK, part, pattern, withBoard } from './flash-fixtures.js';
import { SIMULATED_ESP32 } from './simulated-chips.js';

const chip = SIMULATED_ESP32;

/** As a board with so much flash has them, with some registers different. */
function facts(registers: Readonly<Record<number, number>> = {}, flashId = 0x16_4020) {
  const efuse = new Map(efuseWords(ESP32).map((word) => [word, registers[word] ?? 0]));
  return describeBoard({ chip: ESP32, efuse, flashId }, 'uart-bridge');
}

const WORD0 = 0x3ff5_a000;
const WORD3 = 0x3ff5_a00c;
const WORD5 = 0x3ff5_a014;
const WORD6 = 0x3ff5_a018;
const DATE = 0x3ff6_607c;

test('a board is known by its registers', async () => {
  await withBoard({ chip, flashBytes: 4 * MiB, mac: [0x24, 0x6f, 0x28, 1, 2, 3] }, async ({ session }) => {
    const board = await detectBoard({ session, timing: QUICK });
    assert.equal(board.chip, 'ESP32');
    assert.deepEqual(board.revision, [3, 1]);
    assert.equal(board.mac, '24:6f:28:01:02:03');
    assert.equal(board.connection, 'uart-bridge');
    assert.equal(board.flashBytes, 4 * MiB);
    assert.deepEqual(board.psram, { bytes: 2 * MiB, kind: 'quad' });
    assert.ok(!board.secureBoot && !board.flashEncrypted && !board.octalFlash);
    const { chip: name, psram } = board;
    assert.equal(
      nearestBoard({ chip: name, flashBytes: 4 * MiB, psramBytes: psram?.bytes ?? 0 })?.board.id,
      'esp32-wroom-32-n4r2',
    );
  });
});

test('each major revision sets one bit more', () => {
  const bits = [{}, { [WORD3]: 1 << 15 }, { [WORD3]: 1 << 15, [WORD5]: 1 << 20 }];
  const dated = { [WORD3]: 1 << 15, [WORD5]: (1 << 20) | (1 << 24), [DATE]: 0x9604_2000 };
  assert.deepEqual(
    [...bits, dated].map((registers) => facts(registers).revision),
    [
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 1],
    ],
  );
});

test('packages with PSRAM, and keys that are burnt in', () => {
  for (const [version, bytes] of [
    [0, 0],
    [1, 0],
    [5, 0],
    [6, 2 * MiB],
    [7, 2 * MiB],
  ] as const)
    assert.equal(facts({ [WORD3]: version << 9 }).psram?.bytes ?? 0, bytes, String(version));
  // The fourth bit of the package is one of its own.
  assert.equal(facts({ [WORD3]: (6 << 9) | (1 << 2) }).psram, null);
  assert.ok(facts({ [WORD6]: 1 << 4 }).secureBoot);
  assert.ok(facts({ [WORD6]: 1 << 5 }).secureBoot);
  assert.ok(facts({ [WORD0]: 1 << 20 }).flashEncrypted);
  assert.ok(!facts({ [WORD0]: 3 << 20 }).flashEncrypted);
  assert.ok(!facts({ [WORD6]: 3 }).secureBoot);
});

test('an image is written to 0x1000 and started, and the chip asked nothing that it does not know', async () => {
  await withBoard({ chip, flashBytes: 4 * MiB, banner: 'esp32 ready\r\n' }, async ({ board, flash }) => {
    const firmware = pattern(83_131, 5, false);
    firmware[0] = 0xe9;
    const model = pattern(300_001, 3);
    const needs = { chip: 'ESP32', flashBytes: 4 * MiB, psramBytes: 0 };
    const parts = [part('firmware', 0x1000, firmware), part('model', MiB, model)];
    const { started, output } = await flash({ parts, needs });
    assert.equal(started, 'running');
    assert.match(new TextDecoder().decode(output), /esp32 ready/);
    assert.deepEqual(board.flash.read(0x1000, firmware.length), firmware);
    assert.deepEqual(board.flash.read(MiB, model.length), model);
    assert.ok(board.flash.read(0, 0x1000).every((byte) => byte === 0xff));
    assert.equal(board.stubStarts, 1);
    // The other chip's watchdogs are left alone.
    assert.equal(board.registers.read(0x6000_80b0), 0);
    assert.deepEqual(board.lineLog.at(-1), '00');
  });
});

test('a board is not flashed with an image for the other chip, whichever it is', async () => {
  await withBoard({ chip, flashBytes: 8 * MiB }, async ({ board, fails }) => {
    const error = await fails('wrong-chip', {
      timing: QUICK,
      needs: { chip: 'ESP32-S3', flashBytes: 8 * MiB },
    });
    assert.deepEqual(error.facts, { found: 'ESP32', needed: 'ESP32-S3' });
    assert.match(error.message, /has an ESP32; the image is for the ESP32-S3/);
    assert.equal(board.flash.programmed, 0);
  });
  await withBoard({}, async ({ board, fails }) => {
    const error = await fails('wrong-chip', {
      timing: QUICK,
      needs: { chip: 'ESP32', flashBytes: 4 * MiB },
    });
    assert.deepEqual(error.facts, { found: 'ESP32-S3', needed: 'ESP32' });
    assert.equal(board.flash.programmed, 0);
  });
});

test('older silicon is told apart where a model needs PSRAM', () => {
  const old = facts({ [WORD3]: 1 << 15 });
  const needs = { chip: 'ESP32', flashBytes: 4 * MiB };
  checkBoard(old, { ...needs, psramBytes: 0 });
  assert.throws(
    () => checkBoard(old, { ...needs, psramBytes: 1 }, ['psram-too-small']),
    (error: Error) => {
      assert.ok(error instanceof FlashError);
      assert.equal(error.code, 'chip-revision');
      assert.deepEqual(error.facts, { needed: '3.0', found: '1.0' });
      return true;
    },
  );
  // PSRAM of a module is beside the chip: whoever knows goes on.
  const newer = facts({ [WORD3]: 1 << 15, [WORD5]: 1 << 20, [DATE]: 0x8000_0000 });
  assert.throws(() => checkBoard(newer, { ...needs, psramBytes: 1 }), /none in its package/);
  checkBoard(newer, { ...needs, psramBytes: 1 }, ['psram-too-small']);
});

test('the pins of its flash are named where the flash does not answer', () => {
  assert.throws(() => checkBoard(facts({}, 0), { flashBytes: MiB }), /GPIO 6–11/);
});
