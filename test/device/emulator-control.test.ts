/** What only an emulated board can do, with the real chip and the shipped firmware: stop, step, look inside, report. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { EmulatorDevice, EmulatorFault } from '../../src/device/emulator.js';
import { inlineLink } from '../../src/device/emulator-link.js';
import { firmwareFromElf } from '../../src/image/firmware.js';
import { assembleFlashImage } from '../../src/image/flash-image.js';
import { makeImage } from '../../src/pipeline/image.js';
import { FIRMWARE_ELF, emulatorModule, imageOf } from '../support/emulated-board.js';
import { EmulatedTerminal, SMALL_BOARD, withTerminal } from '../support/emulated-terminal.js';
import { fixtureUrl } from './console-fixtures.js';

const BOARD = 'esp32-s3-n8';
const small = new Uint8Array(await readFile(fixtureUrl('chat.s3lm')));

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

describe('an emulated board under control', () => {
  it('stands while it is paused, goes instruction by instruction, and goes on', async () => {
    await withTerminal(await imageOf(small, BOARD), async (terminal) => {
      const { device } = terminal;
      await device.pause();
      const first = await device.state();
      assert.equal(first.status.state, 'paused');
      await wait(50);
      assert.equal((await device.state()).status.instructions, first.status.instructions);
      for (let count = 1; count <= 5; count++) {
        const { cores } = await device.step(0);
        assert.equal(cores[0].instructions, first.cores[0].instructions + count);
      }
      const { backtrace } = (await device.state()).cores[0];
      assert.match(backtrace.at(-1)?.name ?? '', /^firmware_start/, JSON.stringify(backtrace));
      await device.resume();
      assert.match(await terminal.ask('/topk 3'), /top k: 3\r\n/);
    });
  });

  it('shows its memory: the code it runs, the package in flash, nothing where nothing is', async () => {
    await withTerminal(await imageOf(small, BOARD), async (terminal) => {
      const { device } = terminal;
      assert.deepEqual(await device.readMemory(0x3c000000, small.length), small);
      // The same internal memory on both buses.
      const code = await device.readMemory(0x40378000, 256);
      assert.deepEqual(await device.readMemory(0x3fc88000, 256), code);
      assert.ok(code?.some((byte) => byte !== 0));
      assert.equal(await device.readMemory(0x10000000, 4), null);
      await assert.rejects(device.readMemory(0x3fc88000, 0), RangeError);
    });
  });

  it('boots again when it is reset', async () => {
    await withTerminal(await imageOf(small, BOARD), async (terminal) => {
      await terminal.ask('/topk 3');
      await terminal.device.reset();
      assert.match(await terminal.prompt(), /ESP-ROM:esp32s3.*The model is ready/s);
      // A setting lasts until the board restarts.
      assert.doesNotMatch(await terminal.ask('/topk'), /top k: 3\r\n/);
    });
  });

  it('takes its own time when it is asked to', async () => {
    const terminal = await EmulatedTerminal.start(await imageOf(small, BOARD));
    try {
      await terminal.prompt();
      await terminal.device.setSpeed('modelled');
      const before = (await terminal.device.state()).status.seconds;
      const began = performance.now();
      await wait(400);
      const emulated = (await terminal.device.state()).status.seconds - before;
      const seconds = (performance.now() - began) / 1000;
      // It may be slower on a busy machine, but never faster but for one slice of 10 ms.
      assert.ok(emulated > 0 && emulated <= seconds + 0.03, `${emulated} s in ${seconds} s`);
    } finally {
      await terminal.close();
    }
  });

  it('ends in a report with names when the firmware is wrong', async () => {
    const elf = FIRMWARE_ELF.slice();
    // The first instruction of all becomes one that does not exist.
    const view = new DataView(elf.buffer);
    const entry = view.getUint32(24, true);
    let header = view.getUint32(28, true);
    const inside = (): boolean => {
      const [address, length] = [view.getUint32(header + 8, true), view.getUint32(header + 16, true)];
      return entry >= address && entry < address + length;
    };
    while (!inside()) header += 32;
    const at = view.getUint32(header + 4, true) + entry - view.getUint32(header + 8, true);
    elf.fill(0, at, at + 3);
    const firmware = firmwareFromElf(elf, 'wrong.elf');
    const made = await makeImage(small, { board: BOARD, firmware });
    const image = assembleFlashImage(made.layout, small);
    const options = {
      board: SMALL_BOARD,
      timing: true,
      speed: 'flat',
      symbols: FIRMWARE_ELF,
    } as const;
    const device = await EmulatorDevice.start(inlineLink(), await emulatorModule(), image, options);
    try {
      const fault = await (async () => {
        for await (const bytes of device.output) assert.ok(bytes.length > 0);
      })().catch((error: unknown) => error);
      assert.ok(fault instanceof EmulatorFault);
      const { report } = fault;
      assert.match(report.cause, /illegal|does not exist|no such/i);
      assert.equal(report.core, 0);
      assert.equal(report.cores[0].pc, entry);
      assert.equal(report.cores[0].registers.length, 16);
      assert.equal(report.cores[0].backtrace[0]?.name, 'firmware_start');
      assert.equal(report.cores[1].state, 'off');
      assert.match(report.text, /firmware_start/);
      // A debugger still gets to what is left.
      assert.equal((await device.state()).status.state, 'stopped');
      assert.ok((await device.readMemory(entry, 4))?.subarray(0, 3).every((byte) => byte === 0));
    } finally {
      await device.close();
    }
  });
});
