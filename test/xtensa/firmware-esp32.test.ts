/** The ESP32's firmware as it is linked: what it takes of the memory, where it lies, and that its bytes are its own. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ESP32 } from '../../src/chips/esp32.js';
import { buildFirmware, type FirmwareMemory } from '../../scripts/lib/native-firmware.mjs';
import { programSymbols } from '../../scripts/lib/native-xtensa.mjs';
import { hasToolchain, PACKAGES } from '../../scripts/lib/toolchain.mjs';
import { firmwareFromElf } from '../../src/image/firmware.js';
import { planFlashImage } from '../../src/image/flash-image.js';

const without = !(await hasToolchain('xtensa')) && `needs the Debian packages ${PACKAGES.xtensa.join(' ')}`;

/** The least that is left to a model. */
const LEAST_HEAP = 285 * 1024;

describe('the firmware for the ESP32', { skip: without }, () => {
  let folder = '';
  let program = '';
  let memory: FirmwareMemory;
  let symbols: ReadonlyMap<string, number>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'firmware-'));
    ({ memory } = await buildFirmware(join(folder, 'one'), 'esp32'));
    program = join(folder, 'one', 'firmware.elf');
    symbols = await programSymbols(program);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const at = (name: string): number => {
    const address = symbols.get(name);
    assert.ok(address !== undefined, name);
    return address;
  };

  test('has the same bytes in another folder', async () => {
    await buildFirmware(join(folder, 'another'), 'esp32');
    assert.deepEqual(await readFile(join(folder, 'another', 'firmware.elf')), await readFile(program));
  });

  test('leaves the model all data memory but what it is allowed', () => {
    const { data, bss, console, stacks, total, budget, heap } = memory;
    assert.equal(budget, ESP32.firmwareSramBytes);
    assert.ok(total <= budget, `${total} bytes`);
    assert.ok(heap >= LEAST_HEAP, `${heap} bytes`);
    const sum = data + bss + console + stacks;
    assert.ok(sum <= total && total < sum + 256, `${sum} of ${total} bytes`);
    assert.equal(total + heap, ESP32.sramBytes);
  });

  test('has all code where only instructions reach it, and its vectors where VECBASE can point', () => {
    assert.equal(memory.flashCode, 0);
    assert.ok(memory.sram0 <= 128 * 1024, `${memory.sram0} bytes`);
    assert.equal(at('vectors') % 1024, 0);
    for (const name of [
      'firmware_start',
      'board_main',
      'app_main',
      's3lm_forward',
      'panic_enter',
      'app_load',
    ])
      assert.ok(at(name) >= 0x4008_0000 && at(name) < 0x400a_0000, name);
  });

  test('makes an image that the mask ROM can load', async () => {
    const firmware = firmwareFromElf(await readFile(program), 'firmware.elf', ESP32);
    const image = await planFlashImage(firmware, { name: 'a board', chip: ESP32, flashBytes: 4 << 20 }, 64);
    assert.ok(image.bootable);
    // What the ROM has in use while it loads.
    for (const { address, bytes } of firmware.segments) {
      const isCode = address >= 0x4008_0000 && address + bytes.length <= 0x400a_0000;
      assert.ok(isCode || (address >= 0x3ffb_0000 && address + bytes.length <= 0x3ffe_0000), `${address}`);
    }
  });

  test('leaves in flash what is read seldom, and nothing that a panic, the start-up, the kernels or a token read', async () => {
    const { mapped } = firmwareFromElf(await readFile(program), 'firmware.elf', ESP32);
    assert.ok(mapped !== undefined);
    assert.equal(mapped.bytes.length, memory.flash);
    const isMapped = (name: string): boolean =>
      at(name) >= mapped.address && at(name) < mapped.address + memory.flash;
    for (const name of ['s3lm_kind_runs', 's3lm_status_text.texts']) assert.ok(isMapped(name), name);
    for (const name of ['CAUSES', 'REASONS', 's3lm_kernels_mac16', 'uart0_port'])
      assert.ok(!isMapped(name), name);
    const text = Buffer.from(mapped.bytes).toString('latin1');
    assert.match(text, /The model is ready/);
    assert.doesNotMatch(text, /panic on core|illegal instruction|PSRAM failed its test/);
  });
});
