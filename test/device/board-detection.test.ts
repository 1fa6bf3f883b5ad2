// Registers to facts, field by field.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EFUSE_WORDS,
  describeBoard,
  flashCapacity,
  type BoardFacts,
  type EfuseWord,
} from '../../src/device/board-detection.js';
import { MiB } from './flash-fixtures.js';

function board(words: Partial<Record<EfuseWord, number>>, flashId = 0x1840ef): BoardFacts {
  const none = Object.fromEntries(Object.keys(EFUSE_WORDS).map((word) => [word, 0])) as Record<
    EfuseWord,
    number
  >;
  return describeBoard({ efuse: { ...none, ...words }, flashId }, 'uart-bridge');
}

test('reads the revision, with the exception for the first chips', () => {
  assert.deepEqual(board({}).revision, [0, 0]);
  assert.deepEqual(board({ system3: 2 << 18 }).revision, [0, 2]);
  assert.deepEqual(board({ system3: 3 << 18, system5: (1 << 23) | (2 << 24) }).revision, [2, 11]);
  assert.deepEqual(board({ system3: 1 << 24, system5: 1 << 24, calibration4: 1 }).revision, [0, 0]);
  assert.deepEqual(board({ system3: 1 << 24, system5: 1 << 24 }).revision, [1, 0]);
});

test('reads the PSRAM in the package, with its third bit', () => {
  const psram = (capacity: number): BoardFacts['psram'] =>
    board({ system4: (capacity & 3) << 3, system5: (capacity >> 2) << 19 }).psram;
  assert.equal(psram(0), null);
  assert.deepEqual(psram(1), { bytes: 8 * MiB, kind: 'octal' });
  assert.deepEqual(psram(2), { bytes: 2 * MiB, kind: 'quad' });
  assert.deepEqual(psram(3), { bytes: 16 * MiB, kind: 'octal' });
  assert.deepEqual(psram(4), { bytes: 4 * MiB, kind: 'quad' });
  assert.equal(psram(7), null);
});

test('reads the address as it is printed, the flags, and flash of both numberings', () => {
  assert.equal(board({ macLow: 0x18_0102_03, macHigh: 0xffff_3485 }).mac, '34:85:18:01:02:03');
  assert.equal(board({ repeat3: 1 << 9 }).octalFlash, true);
  assert.equal(board({ repeat2: 1 << 20 }).secureBoot, true);
  for (const [bits, encrypted] of [
    [0, false],
    [1, true],
    [3, false],
    [7, true],
  ] as const)
    assert.equal(board({ repeat1: bits << 18 }).flashEncrypted, encrypted);
  assert.equal(flashCapacity(0x1640ef), 4 * MiB);
  assert.equal(flashCapacity(0x1a60ef), 64 * MiB);
  assert.equal(flashCapacity(0x2070c2), 64 * MiB);
  assert.equal(flashCapacity(0x3925c2), 32 * MiB);
  for (const nothing of [0, 0xffffff, 0x0040ef, 0x1d40ef]) assert.equal(flashCapacity(nothing), null);
});
