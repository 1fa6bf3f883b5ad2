// Registers to facts, field by field.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Chip } from '../../src/chips/chip.js';
import { DEVICES, type DeviceFacts } from '../../src/chips/device-facts.js';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { ESP32S3_DEVICE } from '../../src/chips/esp32s3-device.js';
import {
  checkBoard,
  describeBoard,
  efuseWords,
  flashCapacity,
  type BoardFacts,
} from '../../src/device/board-detection.js';
import { MiB } from './flash-fixtures.js';

/** Addresses from the eFuse table of ESP-IDF. */
const WORD = {
  repeat1: 0x6000_7034,
  repeat2: 0x6000_7038,
  repeat3: 0x6000_703c,
  macLow: 0x6000_7044,
  macHigh: 0x6000_7048,
  system3: 0x6000_7050,
  system4: 0x6000_7054,
  system5: 0x6000_7058,
  calibration4: 0x6000_706c,
} as const;

function board(
  words: Partial<Record<keyof typeof WORD, number>>,
  flashId = 0x1840ef,
  chip: Chip = ESP32S3,
): BoardFacts {
  const efuse = new Map<number, number>();
  for (const [name, value] of Object.entries(words)) efuse.set(WORD[name as keyof typeof WORD], value);
  return describeBoard({ chip, efuse, flashId }, 'uart-bridge');
}

test('asks for every word that tells something, and once', () => {
  assert.deepEqual(efuseWords(ESP32S3).sort(), Object.values(WORD).sort());
});

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

test('a chip without external RAM, octal flash or exceptions is described by what it has', () => {
  const { loader, efuses } = ESP32S3_DEVICE;
  const plain: Chip = { ...ESP32S3, id: 'plain', name: 'Plain' };
  (DEVICES as Map<string, DeviceFacts>).set('plain', {
    loader,
    efuses: { ...efuses, octalFlash: null, psram: null, revision: { ...efuses.revision, firstWhen: [] } },
  });
  const facts = board(
    { system3: 1 << 24, system4: 1 << 3, system5: 1 << 24, calibration4: 1, repeat3: 1 << 9 },
    0x1840ef,
    plain,
  );
  assert.deepEqual(
    [facts.chip, facts.revision, facts.octalFlash, facts.psram],
    ['Plain', [1, 0], false, null],
  );
  assert.ok(!efuseWords(plain).includes(WORD.system4));
  assert.ok(!efuseWords(plain).includes(WORD.repeat3));
});

test('an image for another chip is refused first, and one that does not say is not', () => {
  const facts = board({ repeat2: 1 << 20 });
  const refused = (needs: Parameters<typeof checkBoard>[1]): string => {
    try {
      checkBoard(facts, needs);
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'taken';
  };
  assert.equal(refused({ chip: 'ESP32-X1', flashBytes: MiB }), 'wrong-chip');
  assert.equal(refused({ chip: 'ESP32-S3', flashBytes: MiB }), 'secure-boot');
  assert.equal(refused({ flashBytes: MiB }), 'secure-boot');
});

test('pins that disturb the flash are those of the chip', () => {
  assert.throws(() => {
    checkBoard(board({}, 0), { flashBytes: MiB });
  }, /GPIO 26–37/);
  assert.throws(() => {
    checkBoard({ ...board({}, 0), chip: 'unknown' }, { flashBytes: MiB });
  }, /the pins of the flash/);
});
