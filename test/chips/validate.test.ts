/** What is built in is sound, and what is not would be found. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Chip } from '../../src/chips/chip.js';
import type { DeviceFacts } from '../../src/chips/device-facts.js';
import type { CycleModel } from '../../src/chips/chip.js';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { ESP32S3_DEVICE } from '../../src/chips/esp32s3-device.js';
import { CHIPS, DEFAULT_CHIP, chipNamed, chipOfImage, findChip } from '../../src/chips/index.js';
import { validate } from '../../src/chips/validate.js';
import { BOARDS, findBoard, type Board } from '../../src/plan/boards.js';
import { DEFAULT_BOARD_ID } from '../../src/plan/defaults.js';

type Changes = Partial<Chip> & Partial<DeviceFacts>;

/** What validation says of the first chip when it is another one, and its boards with it. */
function said({ loader, efuses, ...changes }: Changes): string[] {
  const chip = { ...ESP32S3, ...changes };
  const device = { loader: loader ?? ESP32S3_DEVICE.loader, efuses: efuses ?? ESP32S3_DEVICE.efuses };
  return validate([chip], [{ ...findBoard(DEFAULT_BOARD_ID), chip }], new Map([[chip.id, device]]));
}

/** What validation says of a board. */
function saidOf(changes: Partial<Board>): string[] {
  return validate([ESP32S3], [findBoard('esp32-s3-n8'), { ...findBoard('esp32-s3-n16r8'), ...changes }]);
}

const { memory, image, readRates } = ESP32S3;
const cycles: CycleModel = ESP32S3.cycles ?? assert.fail('no cycle constants');
const { loader, efuses } = ESP32S3_DEVICE;
const [, ...regions] = memory.regions;

describe('chips and boards', () => {
  it('are sound', () => {
    assert.deepEqual(validate(CHIPS, BOARDS), []);
  });

  it('have their firmware beside the scripts and their program in the tree', () => {
    for (const { id, firmwareFile, selftestFile } of CHIPS) {
      assert.equal(firmwareFile, `firmware.${id}.elf`);
      if (selftestFile !== null) assert.equal(selftestFile, `selftest.${id}.elf`);
      const programs = ['firmware', ...(selftestFile === null ? [] : ['selftest'])];
      for (const place of [`boards/${id}/`, ...programs.map((name) => `prebuilt/${id}/${name}.elf`)])
        assert.ok(existsSync(new URL(`../../device-runtime/${place}`, import.meta.url)), place);
    }
  });

  it('include the default ones', () => {
    assert.equal(findBoard(DEFAULT_BOARD_ID).chip, DEFAULT_CHIP);
    assert.ok(CHIPS.includes(DEFAULT_CHIP));
  });
});

describe('a chip', () => {
  it('is found by its id, by its images and by what it answers', () => {
    for (const chip of CHIPS) {
      assert.equal(findChip(chip.id), chip);
      assert.equal(findChip(chip.id.toUpperCase()), chip);
      assert.equal(chipOfImage(chip.image.chipId), chip);
      assert.equal(chipNamed(chip.name), chip);
    }
    assert.throws(() => findChip('esp8266'), /^UsageError: Unknown chip "esp8266"\. Known chips: esp32s3/);
    assert.equal(chipOfImage(0xfffe), null);
    assert.equal(chipNamed('ESP8266'), null);
  });
});

describe('validation finds', () => {
  const faults: readonly (readonly [string, Changes, RegExp])[] = [
    ['an id that no folder has', { id: 'ESP32-S3' }, /an id is lower-case/],
    ['a firmware file of another chip', { firmwareFile: 'firmware.elf' }, /does not tell the chip/],
    ['a self-test of another chip', { selftestFile: 'selftest.elf' }, /self-test's file does not tell/],
    ['a chip without a core', { cores: 0 }, /cores and clock/],
    ['vectors wider than a row', { vectorBytes: 32 }, /no whole vectors of 32/],
    ['vectors of an odd width', { vectorBytes: 12 }, /no whole vectors of 12/],
    ['a firmware that takes all', { firmwareSramBytes: ESP32S3.sramBytes }, /leaves no SRAM/],
    ['a rate of nothing', { readRates: { ...readRates, flash: 0 } }, /read rate is not positive/],
    ['flash faster than SRAM', { readRates: { ...readRates, flash: 8e9 } }, /not faster than SRAM/],
    ['half a byte of cache', { dataCacheBytes: 0.5 }, /data cache holds a whole number/],
    [
      'PSRAM rates without a window',
      { memory: { ...memory, windows: { ...memory.windows, psram: null } } },
      /no window/,
    ],
    ['a window without rates', { readRates: { ...readRates, psram: {} } }, /the window no rate/],
    ['a wait longer than the transfer', { cycles: { ...cycles, waitingShare: 1.1 } }, /spent waiting/],
    ['a negative cost', { cycles: { ...cycles, perProduct: -1 } }, /cycle constant is negative/],
    [
      'regions over one another',
      {
        memory: {
          ...memory,
          regions: [
            ...memory.regions,
            { kind: 'dram', begin: 0x4037_0000, end: 0x4037_1000, executable: false },
          ],
        },
      },
      /regions 0x40370000 to 0x403e0000 and 0x40370000 to 0x40371000 overlap/,
    ],
    [
      'a region that ends before it begins',
      {
        memory: {
          ...memory,
          regions: [{ kind: 'padding', begin: 16, end: 0, executable: false }, ...regions],
        },
      },
      /0x10 to 0x0 is no stretch/,
    ],
    [
      'a region beyond 32 bits',
      { memory: { ...memory, regions: [{ kind: 'padding', begin: 0, end: 2 ** 33, executable: false }] } },
      /no stretch of 32-bit addresses/,
    ],
    [
      'a chip that fetches no instructions',
      { memory: { ...memory, regions: memory.regions.map((each) => ({ ...each, executable: false })) } },
      /fetched from no region/,
    ],
    [
      'a view into nothing',
      { memory: { ...memory, views: [{ code: 0x4037_8000, data: 0x3fc8_0000, bytes: 0x1000 }] } },
      /not from iram to dram/,
    ],
    [
      'two views of one memory',
      { memory: { ...memory, views: [...memory.views, ...memory.views] } },
      /code views .* overlap.*/,
    ],
    [
      'reserved memory that is nowhere',
      { memory: { ...memory, reserved: [{ begin: 0x1000_0000, end: 0x1000_1000, reason: 'x' }] } },
      /reserved memory 0x10000000 to 0x10001000 is in no region/,
    ],
    [
      'quiet memory that is taken',
      { memory: { ...memory, quiet: { begin: 0x3fce_0000, end: 0x3fcf_0000 } } },
      /quiet memory is reserved/,
    ],
    [
      'quiet memory elsewhere',
      { memory: { ...memory, quiet: { begin: 0x4037_8000, end: 0x4037_9000 } } },
      /not in dram/,
    ],
    ['a window larger than the memory', { sramBytes: 128 * 1024 }, /window of SRAM is larger/],
    ['pages of another size', { memory: { ...memory, mmuPageBytes: 48 * 1024 } }, /power of two/],
    [
      'regions that end within a page',
      { memory: { ...memory, mmuPageBytes: 64 * 1024 * 1024 } },
      /whole pages/,
    ],
    ['a chip id that no header has', { image: { ...image, chipId: 0x1_0000 } }, /16 bits/],
    ['an image behind the table', { image: { ...image, offset: 0x8000 } }, /before the partition table/],
    ['an image within a sector', { image: { ...image, offset: 0x800 } }, /before the partition table/],
    ['a flash that no header names', { image: { ...image, largestFlashBytes: 3 << 20 } }, /no header names/],
    [
      'a flash of which next to nothing is seen',
      {
        memory: {
          ...memory,
          windows: { ...memory.windows, flash: { begin: 0x3c00_0000, end: 0x3c08_0000 } },
        },
      },
      /window of flash has no room/,
    ],
    [
      'images smaller than the flash',
      { image: { ...image, largestFileBytes: 1 << 20 } },
      /as large as the flash/,
    ],
    [
      'one code for two frequencies',
      { image: { ...image, flashFrequencies: [...image.flashFrequencies, { megahertz: 10, code: 0 }] } },
      /code of a flash frequency 0 is there twice/,
    ],
    [
      'frequencies in disorder',
      { image: { ...image, flashFrequencies: [...image.flashFrequencies].reverse() } },
      /falling order/,
    ],
    [
      'a code of five bits',
      { image: { ...image, flashFrequencies: [{ megahertz: 80, code: 16 }] } },
      /four bits/,
    ],
    ['a boot frequency that is none', { image: { ...image, bootMegahertz: 60 } }, /boot frequency/],
    [
      'a register between words',
      { loader: { ...loader, forceLoader: { address: 0x6000_8001, mask: 1 } } },
      /0x60008001 is no register/,
    ],
    [
      'a register without a bit',
      { loader: { ...loader, forceLoader: { address: 0x6000_8000, mask: 0 } } },
      /no bit/,
    ],
    [
      'one register for two uses',
      { loader: { ...loader, forceLoader: { address: 0x6000_4038, mask: 1 } } },
      /register of the loader 0x60004038 is there twice/,
    ],
    ['pins in disorder', { loader: { ...loader, flashPins: [37, 26] } }, /pins of the flash/],
    [
      'an eFuse beyond its word',
      { efuses: { ...efuses, secureBoot: { word: 0x6000_7038, low: 31, bits: 2 } } },
      /not in a word/,
    ],
    [
      'a revision that not every number stands for',
      { efuses: { ...efuses, revision: { ...efuses.revision, majorValues: [0, 1] } } },
      /not every number in the fields of the major revision/,
    ],
    [
      'a revision for PSRAM that there is not',
      {
        efuses: { ...efuses, psram: null, psramRevision: [3, 0] },
        readRates: { ...readRates, psram: {} },
      },
      /PSRAM that the chip does not take/,
    ],
    ['an eFuse at no word', { efuses: { ...efuses, macLow: 0x6000_7045 } }, /0x60007045 is no eFuse word/],
    [
      'an exception that never holds',
      {
        efuses: {
          ...efuses,
          revision: { ...efuses.revision, firstWhen: [{ field: efuses.secureBoot, value: 2 }] },
        },
      },
      /never 2/,
    ],
    [
      'more sizes than bits',
      { efuses: { ...efuses, psram: { fields: [efuses.secureBoot], values: [null, null, null] } } },
      /more sizes of PSRAM/,
    ],
    [
      'a kind of PSRAM without a rate',
      { readRates: { ...readRates, psram: { octal: 88.2e6 } } },
      /tell of quad PSRAM/,
    ],
  ];
  for (const [what, changes, expected] of faults) {
    it(what, () => {
      assert.match(said(changes).join('\n'), expected);
    });
  }

  it('USB numbers that are none', () => {
    assert.ok(loader.usb !== null);
    assert.match(
      said({ loader: { ...loader, usb: { ...loader.usb, vendor: 0 } } }).join('\n'),
      /USB numbers/,
    );
  });

  it('two chips that cannot be told apart, and one without a board', () => {
    const twin = { ...ESP32S3 };
    const problems = validate([ESP32S3, twin], BOARDS).join('\n');
    for (const what of ['chip id esp32s3', 'chip name ESP32-S3', 'chip id of images 9', 'file of a program'])
      assert.match(problems, new RegExp(`the ${what}.* is there twice`));
    assert.match(problems, /no board has it/);
    assert.match(
      validate(CHIPS, BOARDS, new Map()).join('\n'),
      /esp32s3: how a host reaches it is not known/,
    );
  });

  it('boards that cannot be', () => {
    const faults: readonly (readonly [Partial<Board>, RegExp])[] = [
      [{ id: 'esp32-s3-n8' }, /board id esp32-s3-n8 is there twice/],
      [{ id: 'N16R8' }, /lower-case id/],
      [{ name: '' }, /and a name/],
      [{ chip: { ...ESP32S3 } }, /not in the list of chips/],
      [{ flashBytes: 12 << 20 }, /no header names a flash of 12582912 bytes/],
      [{ flashBytes: 32 << 20 }, /larger than the firmware drives/],
      [{ psramBytes: 0 }, /contradict/],
      [{ psramKind: 'none' }, /contradict/],
      [{ psramBytes: 32 << 20 }, /larger than the window/],
    ];
    for (const [changes, expected] of faults) assert.match(saidOf(changes).join('\n'), expected);
    assert.deepEqual(saidOf({ flashBytes: 32 << 20, refused: 'octal flash' }), []);
    const chip = { ...ESP32S3, readRates: { ...readRates, psram: { quad: 33.2e6 } } };
    assert.match(
      validate([chip], [{ ...findBoard('esp32-s3-n16r8'), chip }]).join('\n'),
      /its chip takes no octal PSRAM/,
    );
  });
});
