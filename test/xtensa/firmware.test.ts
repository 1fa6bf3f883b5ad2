/** The board's firmware as it is linked: what it takes of the memory, where it lies, and that its bytes are its own. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildFirmware, type FirmwareMemory } from '../../scripts/lib/native-firmware.mjs';
import { programSymbols } from '../../scripts/lib/native-xtensa.mjs';
import { hasToolchain, PACKAGES } from '../../scripts/lib/toolchain.mjs';
import { firmwareFromElf } from '../../src/image/firmware.js';
import { planFlashImage } from '../../src/image/flash-image.js';

const without = !(await hasToolchain('xtensa')) && `needs the Debian packages ${PACKAGES.xtensa.join(' ')}`;

/** The most that the firmware may take of the RAM that a model could have. */
const MAX_BYTES = 96 * 1024;

describe('the firmware for the ESP32-S3', { skip: without }, () => {
  let folder = '';
  let program = '';
  let memory: FirmwareMemory;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firmware-'));
    ({ memory } = await buildFirmware(join(folder, 'one')));
    program = join(folder, 'one', 'firmware.elf');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('has the same bytes in another folder', async () => {
    await buildFirmware(join(folder, 'another'));
    assert.deepEqual(await readFile(join(folder, 'another', 'firmware.elf')), await readFile(program));
  });

  test('names no folder of the machine that built it', async () => {
    const text = (await readFile(program)).toString('latin1');
    for (const place of [folder, process.cwd()]) assert.ok(!text.includes(place), place);
  });

  test('leaves the model all RAM but 96 KiB', () => {
    const { sram0, sram1Code, data, bss, stacks, total, heap } = memory;
    assert.ok(total <= MAX_BYTES, `${total} bytes`);
    assert.ok(sram0 + sram1Code + data + bss + stacks <= total);
    // SRAM1 and the half of SRAM2 that is no cache, and the half of SRAM0 that is none.
    assert.equal(total + heap, 0x68000 + 0x8000 + 0x4000);
  });

  test('makes an image that the mask ROM can load', async () => {
    const firmware = firmwareFromElf(await readFile(program), 'firmware.elf');
    const image = await planFlashImage(firmware, { name: 'a board', flashBytes: 4 << 20 }, 64);
    assert.equal(image.parts[0]?.offset, 0);
    assert.ok(image.bootable);
  });

  test('keeps the names of its functions', async () => {
    const symbols = await programSymbols(program);
    for (const name of ['firmware_start', 'app_main', 's3lm_forward', 'panic_enter']) {
      assert.ok(symbols.has(name), name);
    }
  });

  test('begins its vectors where VECBASE can point', async () => {
    const vectors = (await programSymbols(program)).get('vectors') ?? -1;
    assert.equal(vectors % 1024, 0);
  });

  test('runs nothing of the start-up from memory that stays its own', async () => {
    const symbols = await programSymbols(program);
    const heapBegin = symbols.get('_heap_begin') ?? 0;
    const heapEnd = symbols.get('_heap_end') ?? 0;
    for (const name of ['firmware_start', 'board_main', 'clock_start', 'psram_octal_start']) {
      const place = (symbols.get(name) ?? 0) - 0x6f0000;
      assert.ok(place >= heapBegin && place < heapEnd, name);
    }
    for (const name of ['application_run', 'second_core_main', 'panic_enter', 'time_micros']) {
      const address = symbols.get(name) ?? 0;
      const place = address < 0x40378000 ? address : address - 0x6f0000;
      assert.ok(place < heapBegin || address < 0x40378000, name);
    }
  });
});
