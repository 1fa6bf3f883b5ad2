import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { EmulatorDevice } from '../../src/device/emulator.js';
import { inlineLink } from '../../src/device/emulator-link.js';
import type { EmulatorOptions, EmulatorReport } from '../../src/device/emulator-types.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { findBoard } from '../../src/plan/boards.js';
import { emulatorModule } from '../support/emulated-board.js';

/** What a page downloads when a board is first tried. */
const MOST_GZIPPED = 350 * 1024;

const BOARD = findBoard('esp32-s3-n8r8');
const OPTIONS: EmulatorOptions = {
  board: { flashBytes: BOARD.flashBytes, psramKind: 'octal', psramBytes: BOARD.psramBytes },
  timing: false,
  speed: 'flat',
};

/** ENTRY a1, 32; then what is given; then a jump to itself. */
async function program(...bytes: readonly number[]): Promise<Uint8Array> {
  const code = Uint8Array.from([0x36, 0x41, 0x00, ...bytes, 0x06, 0xff, 0xff, 0, 0, 0]);
  const firmware = {
    kind: 'standalone',
    name: 'program',
    chip: ESP32S3,
    entry: 0x40374000,
    segments: [{ address: 0x40374000, bytes: code }],
  } as const;
  return assembleFlashImage(await planFlashImage(firmware, BOARD, 0), new Uint8Array(0));
}

async function start(image: Uint8Array, onFault?: (report: EmulatorReport) => void): Promise<EmulatorDevice> {
  return EmulatorDevice.start(inlineLink(), await emulatorModule(), image, OPTIONS, { onFault });
}

describe('the emulator for pages', () => {
  it(`is at most ${MOST_GZIPPED / 1024} KiB gzipped`, async () => {
    const file = new URL('../../kernels/crates/emulator-wasm/prebuilt/emulator.wasm', import.meta.url);
    const bytes = gzipSync(await readFile(file), { level: 9 }).length;
    assert.ok(bytes <= MOST_GZIPPED, `${bytes} bytes`);
  });

  it('shows what the mask ROM says, cores, memory and single steps', async () => {
    const image = await program();
    const device = await start(image);
    try {
      let log = '';
      for await (const chunk of device.output) {
        log += new TextDecoder().decode(chunk);
        if (log.includes('entry 0x40374000')) break;
      }
      assert.match(log, /^ESP-ROM:esp32s3/);
      await device.pause();
      const before = await device.state();
      assert.equal(before.status.state, 'paused');
      assert.equal(before.cores[0].state, 'running');
      assert.equal(before.cores[0].registers.length, 16);
      const after = await device.step(0);
      assert.equal(after.cores[0].instructions, before.cores[0].instructions + 1);
      assert.deepEqual(await device.readMemory(0x40374000, 3), Uint8Array.of(0x36, 0x41, 0));
      assert.equal(await device.readMemory(0x10, 4), null);
    } finally {
      await device.close();
    }
  });

  it('stops at what silicon would not survive, and tells everything about it', async () => {
    const reports: EmulatorReport[] = [];
    // MOVI a2, 0; S32I a2, a2, 0: a store to address 0, where nothing is.
    const device = await start(await program(0x22, 0xa0, 0x00, 0x22, 0x62, 0x00), (report) => {
      reports.push(report);
    });
    try {
      await assert.rejects(async () => {
        for await (const chunk of device.output) assert.ok(chunk.length > 0);
      }, /The emulated chip stopped/);
      const [report] = reports;
      assert.ok(report !== undefined);
      assert.match(report.cause, /0x00000000/);
      assert.match(report.text, /core 0[\s\S]*a0[\s\S]*last instructions[\s\S]*s32i/i);
      assert.equal(report.core, 0);
      assert.ok(report.trace.length > 0 && report.cores[0].backtrace.length > 0);
      assert.equal((await device.state()).status.state, 'stopped');
    } finally {
      await device.close();
    }
  });

  it('refuses a board that does not exist', async () => {
    const image = new Uint8Array(BOARD.flashBytes + 1);
    await assert.rejects(start(image), /more than the board/);
  });
});
