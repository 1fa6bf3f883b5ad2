/** Random damage to images, tables and ELF files: every answer is a FormatError or a result, and comes at once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { readApplicationImage } from '../../src/image/application-reader.js';
import { describeImage } from '../../src/image/describe.js';
import { sha256Of, md5Of } from '../../src/image/digest.js';
import { readElf } from '../../src/image/elf.js';
import { firmwareFromElf, readIdfFirmware } from '../../src/image/firmware.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { writeApplicationImage } from '../../src/image/application-writer.js';
import { encodePartitionTable, readPartitionTable } from '../../src/image/partition-table.js';
import { findBoard } from '../../src/plan/boards.js';
import { FormatError, UsageError } from '../../src/shared/errors.js';
import { FIRMWARE_ELF } from '../support/emulated-board.js';
import { randomNumbers } from '../support/synthetic-model.js';
import { firmwareSegments, fixture, makePackage, source } from './support.js';

const SEED = 20260;
const BOARD = findBoard('esp32-s3-n4');

/** Bytes that headers break at: ends of ranges, marks, and anything. */
const INTERESTING = [0, 1, 2, 0x7f, 0x80, 0xe9, 0xaa, 0xeb, 0xff];

function damager(seed: number): (original: Uint8Array, reach?: number) => Uint8Array {
  const random = randomNumbers(seed);
  const below = (limit: number): number => Math.min(limit - 1, Math.floor(((random() + 1) / 2) * limit));
  return (original, reach = original.length) => {
    const bytes = original.slice();
    for (let left = 1 + below(6); left > 0; left--) {
      const at = below(Math.min(reach, bytes.length));
      bytes[at] = below(2) === 0 ? (INTERESTING[below(INTERESTING.length)] as number) : below(256);
    }
    return below(5) === 0 ? bytes.slice(0, below(bytes.length + 1)) : bytes;
  };
}

/** Whether `work` gave a result rather than one of the allowed refusals. */
async function accepted(work: () => unknown, what: string): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof FormatError || error instanceof UsageError) return false;
    assert.fail(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

/** Makes checksum and digest right again, so that damage reaches the checks behind them. */
function reseal(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 24;
  let sum = 0xef;
  for (let left = bytes[1] as number; left > 0 && at + 8 <= bytes.length; left--) {
    const length = view.getUint32(at + 4, true);
    if (at + 8 + length > bytes.length) return;
    for (const byte of bytes.subarray(at + 8, at + 8 + length)) sum ^= byte;
    at += 8 + length;
  }
  const sealed = (Math.floor(at / 16) + 1) * 16;
  if (sealed + 32 > bytes.length) return;
  bytes[sealed - 1] = sum;
  bytes.set(sha256Of(bytes.subarray(0, sealed)), sealed);
}

describe('damaged input', () => {
  it('application images, 6000 times, half of them with right checksums', async () => {
    const damage = damager(SEED);
    const original = fixture('ram.bin');
    let good = 0;
    for (let round = 0; round < 6000; round++) {
      const bytes = damage(original, round % 3 === 0 ? original.length : 48);
      if (round % 2 === 0 && bytes.length > 48) reseal(bytes);
      if (await accepted(() => readApplicationImage(source(bytes)), `round ${round}`)) good += 1;
    }
    assert.ok(good > 0 && good < 3000, `${good} accepted`);
  });

  it('partition tables, 6000 times, half of them with a right MD5', async () => {
    const damage = damager(SEED + 1);
    const original = fixture('table.bin');
    let good = 0;
    for (let round = 0; round < 6000; round++) {
      const bytes = damage(original, 8 * 32);
      if (round % 2 === 0 && bytes.length > 8 * 32) bytes.set(md5Of(bytes.subarray(0, 7 * 32)), 7 * 32 + 16);
      const works = await accepted(() => {
        const { partitions } = readPartitionTable(bytes, { file: 'fuzz' });
        // Whatever is accepted can be written, and is the same when read again.
        const again = readPartitionTable(encodePartitionTable(partitions, { file: 'fuzz' }), {
          file: 'fuzz',
        });
        assert.deepEqual(again.partitions, partitions);
      }, `round ${round}`);
      if (works) good += 1;
    }
    assert.ok(good > 0 && good < 3000, `${good} accepted`);
  });

  it('ELF files, 6000 times, through to an image', async () => {
    const damage = damager(SEED + 2);
    for (const name of ['ram.elf', 'application.elf']) {
      const original = fixture(name);
      let good = 0;
      for (let round = 0; round < 3000; round++) {
        const bytes = damage(original, 52 + 32 * 4);
        if (await accepted(() => readElf(bytes, name, ESP32S3), `round ${round}`)) good += 1;
        await accepted(
          () =>
            writeApplicationImage({
              ...firmwareFromElf(bytes, name),
              settings: { mode: 'dio', megahertz: 80, flashBytes: 1 << 22 },
            }),
          `round ${round}`,
        );
      }
      assert.ok(good > 0 && good < 3000, `${good} accepted`);
    }
  });

  it('the shipped firmware, 300 times, through to the parts of an image', async () => {
    const damage = damager(SEED + 5);
    const headers = new DataView(FIRMWARE_ELF.buffer).getUint32(28, true);
    let good = 0;
    for (let round = 0; round < 300; round++) {
      // The file's header or the program headers, where its constants in flash are told from what is loaded.
      const begin = round % 2 === 0 ? 0 : headers;
      const bytes = FIRMWARE_ELF.slice();
      bytes.set(damage(FIRMWARE_ELF.slice(begin, begin + 32 * 8)), begin);
      const made = await accepted(async () => {
        const { parts } = await planFlashImage(firmwareFromElf(bytes, 'firmware.elf'), BOARD, 64);
        assert.ok(parts.every((part) => part.bytes.length <= 0x100000));
      }, `round ${round}`);
      if (made) good += 1;
    }
    assert.ok(good > 0 && good < 300, `${good} accepted`);
  });

  it('merged images, 300 times', async () => {
    const model = await makePackage();
    const plan = await planFlashImage(
      {
        kind: 'standalone',
        name: 'a.elf',
        chip: ESP32S3,
        entry: 0x40374000,
        segments: firmwareSegments(0x100),
      },
      BOARD,
      model.length,
    );
    const merged = assembleFlashImage(plan, model);
    const damage = damager(SEED + 3);
    let good = 0;
    for (let round = 0; round < 300; round++) {
      // The image, the table and the package lie far apart: damage is aimed at one of them.
      const begin = [0, 0x8000, 0x100000][round % 3] as number;
      const piece = merged.slice(begin, begin + (round % 3 === 0 ? 0x300 : 0x400));
      const bytes = merged.slice();
      bytes.set(damage(piece), begin);
      const cut = round % 10 === 0 ? bytes.slice(0, begin + 0x200) : bytes;
      if (await accepted(() => describeImage(source(cut)), `round ${round}`)) good += 1;
    }
    assert.ok(good > 0 && good < 300, `${good} accepted`);
  });

  it("somebody's own merged images, 200 times", async () => {
    const merged = fixture('merged.bin.gz');
    const damage = damager(SEED + 4);
    let good = 0;
    for (let round = 0; round < 200; round++) {
      const begin = [0, 0x8000, 0x10000][round % 3] as number;
      const bytes = merged.slice();
      bytes.set(damage(merged.slice(begin, begin + 0x100)), begin);
      const works = await accepted(async () => {
        const own = await readIdfFirmware(source(bytes));
        const plan = await planFlashImage(own, BOARD, 64);
        if (plan.bootable) await describeImage(source(assembleFlashImage(plan, new Uint8Array(64))));
      }, `round ${round}`);
      if (works) good += 1;
    }
    assert.ok(good < 200, `${good} accepted`);
  });
});
