/** The board's firmware as it is linked: what it takes of the memory, where it lies, and that its bytes are its own. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { buildFirmware, firmwareBudget, type FirmwareMemory } from '../../scripts/lib/native-firmware.mjs';
import { programSymbols } from '../../scripts/lib/native-xtensa.mjs';
import { hasToolchain, PACKAGES } from '../../scripts/lib/toolchain.mjs';
import { readApplicationImage } from '../../src/image/application-reader.js';
import { firmwareFromElf } from '../../src/image/firmware.js';
import { planFlashImage } from '../../src/image/flash-image.js';
import { MemorySource } from '../../src/source/memory-folder.js';

const without = !(await hasToolchain('xtensa')) && `needs the Debian packages ${PACKAGES.xtensa.join(' ')}`;

/** The most that the firmware may ever take of the RAM that a model could have, and what of it is kept free. */
const MOST_BYTES = 70 * 1024;
const SPARE_BYTES = 1024;

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

  test('leaves the model all RAM but 69 KiB, the console counted, with some to spare', () => {
    const { sram0, sram1Code, data, bss, console, stacks, total, budget, heap } = memory;
    assert.equal(budget, firmwareBudget('esp32s3'));
    assert.ok(budget + SPARE_BYTES <= MOST_BYTES, `${budget} bytes`);
    assert.ok(total <= budget, `${total} bytes`);
    assert.ok(console > 4096, `${console} bytes`);
    const sum = sram0 + sram1Code + data + bss + console + stacks;
    assert.ok(sum <= total && total < sum + 256, `${sum} of ${total} bytes`);
    // SRAM1 and the half of SRAM2 that is no cache, and the half of SRAM0 that is none.
    assert.equal(total + heap, 0x68000 + 0x8000 + 0x4000);
  });

  test('makes an image that the mask ROM can load', async () => {
    const firmware = firmwareFromElf(await readFile(program), 'firmware.elf');
    const image = await planFlashImage(firmware, { name: 'a board', chip: ESP32S3, flashBytes: 4 << 20 }, 64);
    const [part] = image.parts;
    assert.ok(part !== undefined);
    assert.equal(part.offset, 0);
    assert.ok(image.bootable);
    assert.equal(image.parts.length, 1, 'the firmware is one part');
    const read = await readApplicationImage(new MemorySource('firmware.bin', part.bytes));
    assert.equal(read.mapped?.offset, firmware.mapped?.offset);
    assert.equal(read.end, part.bytes.length);
  });

  test('leaves in flash what is read seldom, and nothing that a panic, the start-up, the kernels or a token read', async () => {
    const { mapped } = firmwareFromElf(await readFile(program), 'firmware.elf');
    assert.ok(mapped !== undefined);
    assert.equal(mapped.bytes.length, memory.flash + memory.flashCode);
    const symbols = await programSymbols(program);
    const isMapped = (name: string): boolean => {
      const address = symbols.get(name) ?? 0;
      assert.notEqual(address, 0, name);
      return address >= mapped.address && address < mapped.address + memory.flash;
    };
    for (const name of [
      's3lm_kind_runs',
      's3lm_kind_firsts',
      's3lm_status_text.texts',
      'console_columns.wide',
    ])
      assert.ok(isMapped(name), name);
    for (const name of ['CAUSES', 'REASONS', 's3lm_kernels_pie', 'first_chunks', 'usb_port', 'uart0_port'])
      assert.ok(!isMapped(name), name);
    const text = Buffer.from(mapped.bytes).toString('latin1');
    assert.match(text, /The model is ready/);
    assert.doesNotMatch(text, /panic on core|illegal instruction|PSRAM failed its test/);
  });

  test('leaves in flash code that seldom runs, where instructions see what data see behind the constants', async () => {
    const { mapped } = firmwareFromElf(await readFile(program), 'firmware.elf');
    const symbols = await programSymbols(program);
    const code = (0x42000000 + ((mapped?.address ?? 0) & 0x01ffffff) + memory.flash) >>> 0;
    assert.equal(symbols.get('_mapped_code_begin'), code);
    assert.equal(symbols.get('_mapped_code_end'), code + memory.flashCode);
    assert.ok(memory.flashCode > 32 * 1024, `${memory.flashCode} bytes`);
    const inFlash = (name: string): boolean => {
      const address = symbols.get(name) ?? 0;
      assert.notEqual(address, 0, name);
      return address >= code && address < code + memory.flashCode;
    };
    for (const name of [
      's3lm_package_open_on',
      's3lm_tokenizer_open',
      's3lm_encode',
      's3lm_init',
      'app_load',
    ])
      assert.ok(inFlash(name), name);
    for (const name of ['vectors', 'panic_enter', 'panic_backtrace', 'say', 'watchdog_feed', 'stack_check'])
      assert.ok(!inFlash(name), name);
    for (const name of [
      'second_core_main',
      'second_core_parallel',
      'app_main',
      'session_run',
      'console_print',
    ])
      assert.ok(!inFlash(name), name);
    for (const name of ['s3lm_forward', 's3lm_sample', 's3lm_generation_step', 's3lm_decoder_push', 'memcpy'])
      assert.ok(!inFlash(name), name);
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
