import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { readApplicationImage } from '../../src/image/application-reader.js';
import { writeApplicationImage, type ApplicationParts } from '../../src/image/application-writer.js';
import { readElf } from '../../src/image/elf.js';
import { encodeFlashSettings, type FlashSettings } from '../../src/image/flash-settings.js';
import { patchFlashSettings } from '../../src/image/patch-settings.js';
import { FormatError, UnsupportedError, UsageError } from '../../src/shared/errors.js';
import { firmwareSegments, fixture, holds, load, noise, source } from './support.js';

const SETTINGS: FlashSettings = { mode: 'dio', megahertz: 80, flashBytes: 4 * 1024 * 1024 };

function parts(changes: Partial<ApplicationParts> = {}): ApplicationParts {
  return {
    name: 'firmware.elf',
    chip: ESP32S3,
    entry: 0x40374000,
    segments: firmwareSegments(1000),
    settings: SETTINGS,
    ...changes,
  };
}

describe('writing an application image', () => {
  it("gives esptool's bytes for the same program", () => {
    const { entry, segments } = readElf(fixture('ram.elf'), 'ram.elf', ESP32S3);
    const { bytes, inlaid } = writeApplicationImage({
      name: 'ram.elf',
      chip: ESP32S3,
      entry,
      segments,
      settings: SETTINGS,
    });
    assert.equal(inlaid, false);
    assert.deepEqual(bytes, fixture('ram.bin'));
  });

  it('is read back with what was written', async () => {
    const { bytes } = writeApplicationImage(
      parts({ settings: { mode: 'qio', megahertz: 40, flashBytes: 1 << 24 } }),
    );
    const image = await readApplicationImage(source(bytes));
    assert.equal(image.length, bytes.length);
    assert.equal(image.entry, 0x40374000);
    assert.deepEqual(image.settings, { mode: 'qio', megahertz: 40, flashBytes: 1 << 24 });
    assert.deepEqual(
      image.segments.map(({ address, length, kind }) => [address, length, kind]),
      [
        [0x3fcf0000, 0x120, 'dram'],
        [0x40374000, 1000, 'iram'],
      ],
    );
    assert.match(image.digest ?? '', /^[0-9a-f]{64}$/);
  });

  it('joins neighbours and fills up to whole words', () => {
    const { bytes } = writeApplicationImage(
      parts({
        segments: [
          { address: 0x40374007, bytes: noise(6, 2) },
          { address: 0x40374000, bytes: noise(7, 1) },
        ],
      }),
    );
    assert.equal(bytes[1], 1);
    const memory = load(bytes);
    assert.equal(memory.size, 16);
    assert.ok(holds(memory, { address: 0x40374000, bytes: noise(7, 1) }));
    assert.ok(holds(memory, { address: 0x40374007, bytes: noise(6, 2) }));
  });

  it('refuses what the mask ROM cannot load', () => {
    const code = { address: 0x40374000, bytes: noise(64) };
    const refused: [RegExp, Partial<ApplicationParts>][] = [
      [/nothing to load/, { segments: [] }],
      [/not a multiple of 4/, { segments: [{ address: 0x40374002, bytes: noise(4) }] }],
      [/mapped flash/, { segments: [code, { address: 0x42000020, bytes: noise(4) }] }],
      [/not in the memory/, { segments: [code, { address: 0x3fc87ffc, bytes: noise(8) }] }],
      [/not in the memory/, { segments: [code, { address: 0x100, bytes: noise(8) }] }],
      [/instruction cache/, { segments: [code, { address: 0x40373ff0, bytes: noise(8) }] }],
      [/data cache/, { segments: [code, { address: 0x3fcf7ffc, bytes: noise(8) }] }],
      [/mask ROM keeps/, { segments: [code, { address: 0x3fce96fc, bytes: noise(8) }] }],
      [/mask ROM keeps/, { segments: [code, { address: 0x403da000, bytes: noise(8) }] }],
      [/over the segment/, { segments: [code, { address: 0x40374020, bytes: noise(64) }] }],
      // SRAM1 by its two addresses.
      [
        /over the segment/,
        {
          segments: [
            code,
            { address: 0x40378100, bytes: noise(8) },
            { address: 0x3fc88104, bytes: noise(8) },
          ],
        },
      ],
      [/entry.*no segment of instruction/, { entry: 0x40374400 }],
      [/entry.*no segment of instruction/, { entry: 0x3fcf0000 }],
      [
        /17, more than 16/,
        {
          segments: Array.from({ length: 17 }, (_, index) => ({
            address: 0x40374000 + 16 * index,
            bytes: noise(8),
          })),
        },
      ],
    ];
    for (const [message, changes] of refused) {
      assert.throws(
        () => writeApplicationImage(parts(changes)),
        (error) =>
          error instanceof FormatError && error.file === 'firmware.elf' && message.test(error.message),
        String(message),
      );
    }
  });
});

describe('an inlay', () => {
  const table = noise(0x1000, 9);
  const inlay = { offset: 0x8000, bytes: table };

  it('is left out while the image ends before it', () => {
    // Header 24, two segment headers, data 0x120: what remains up to checksum row and digest.
    const most = 0x8000 - 32 - 1 - 24 - 16 - 0x120;
    for (const [length, inlaid] of [
      [most - (most % 4), false],
      [most - (most % 4) + 4, true],
    ] as const) {
      const written = writeApplicationImage(parts({ segments: firmwareSegments(length), inlay }));
      assert.equal(written.inlaid, inlaid, String(length));
      assert.equal(written.bytes.length > 0x8000, inlaid);
    }
  });

  it('lies at its offset, and every segment is loaded whole, wherever the segments end', async () => {
    for (let length = 0x7e00; length <= 0x8100; length += 4) {
      const segments = firmwareSegments(length);
      const { bytes, inlaid } = writeApplicationImage(parts({ segments, inlay }));
      const memory = load(bytes);
      for (const segment of segments) assert.ok(holds(memory, segment), `length ${length}`);
      const image = await readApplicationImage(source(bytes));
      assert.equal(image.length, bytes.length);
      if (!inlaid) continue;
      assert.deepEqual(bytes.subarray(0x8000, 0x9000), table, `length ${length}`);
      assert.ok(image.segments.every((segment) => segment.length > 0));
      assert.equal(
        image.segments.filter(({ offset, length: size }) => offset + size === 0x9000).length,
        1,
        `length ${length}`,
      );
    }
  });

  it('is loaded where nothing else is', () => {
    // All of SRAM1 below the mask ROM's buffers, but for 8 KiB.
    const segments = [
      { address: 0x40374000, bytes: noise(0x4000) },
      { address: 0x40378000, bytes: noise(0x40000) },
      { address: 0x3fc88000 + 0x42000, bytes: noise(0x3fcd7e00 - 0x3fc88000 - 0x42000) },
    ];
    const { bytes } = writeApplicationImage(parts({ segments, inlay }));
    const memory = load(bytes);
    for (const segment of segments) assert.ok(holds(memory, segment));
    const scratch = [...memory.keys()].filter(
      (address) => address >= 0x3fc88000 + 0x40000 && address < 0x3fc88000 + 0x42000,
    );
    assert.equal(scratch.length, 0x1000);

    const full = segments.map((segment, index) =>
      index === 1 ? { ...segment, bytes: noise(0x41f00) } : segment,
    );
    assert.throws(() => writeApplicationImage(parts({ segments: full, inlay })), /leave no 4096 bytes/);
  });
});

describe('reading an application image', () => {
  it('reads an ESP-IDF application with mapped flash and what it says about itself', async () => {
    const merged = fixture('merged.bin.gz');
    const image = await readApplicationImage(source(merged), { offset: 0x10000, end: 0x50000 });
    assert.deepEqual(image.description, {
      project: 'kitchen-sink',
      version: '1.2.3',
      idfVersion: 'v5.5',
      built: 'Jan  2 2026 12:34:56',
    });
    assert.equal(image.entry, 0x40378010);
    assert.deepEqual(
      image.segments.filter(({ kind }) => kind.startsWith('flash')).map(({ address }) => address),
      [0x3c020020, 0x42000020],
    );
    assert.deepEqual(image.revisions, [0, 0xffff]);
  });

  it('reads images without a digest and with segments that the mask ROM does not see', async () => {
    const plain = await readApplicationImage(source(fixture('ram-no-digest.bin')));
    assert.equal(plain.digest, null);
    assert.equal(plain.length, fixture('ram-no-digest.bin').length);
    const bytes = fixture('ram-only-header.bin.gz');
    const simple = await readApplicationImage(source(bytes));
    assert.deepEqual(
      simple.segments.map(({ kind }) => kind),
      ['dram', 'iram'],
    );
    assert.ok(simple.length < bytes.length);
  });

  it('refuses an image for another chip by its name', async () => {
    await assert.rejects(
      readApplicationImage(source(fixture('ram-other-chip.bin'))),
      (error) => error instanceof UnsupportedError && error.message.includes('ESP32-C3'),
    );
  });

  it('refuses an image with any bit changed', async () => {
    const bytes = fixture('ram.bin');
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      await assert.rejects(readApplicationImage(source(damaged)), FormatError, `byte ${at}`);
    }
  });

  it('refuses an image that is cut off anywhere', async () => {
    const bytes = fixture('ram.bin');
    for (let length = 0; length < bytes.length; length++) {
      await assert.rejects(readApplicationImage(source(bytes.slice(0, length))), FormatError, `${length}`);
    }
    await assert.rejects(readApplicationImage(source(bytes), { end: bytes.length - 1 }), /cut off/);
  });

  it('names the field that is wrong', async () => {
    const at: [number, number, RegExp][] = [
      [0, 0x7f, /magic/],
      [1, 0, /segment count/],
      [1, 17, /segment count/],
      [2, 6, /flash settings/],
      [3, 0x25, /flash settings/],
      [23, 2, /digest flag/],
      [4, 0, /entry|digest/],
      [24, 1, /segment 0.*multiple of 4/],
      [27, 0x10, /segment 0.*not in the memory/],
      [28, 1, /segment 0.*multiple of 4/],
      [31, 0x7f, /segment 0.*too many/],
      [40, 0, /checksum/],
    ];
    for (const [offset, value, message] of at) {
      const damaged = fixture('ram.bin');
      damaged[offset] = value;
      await assert.rejects(readApplicationImage(source(damaged)), message, `byte ${offset}`);
    }
  });
});

describe('patching flash settings', () => {
  it("gives esptool's bytes, digest included, alone and in a merged image", async () => {
    const changes = { mode: 'qio', megahertz: 40, flashBytes: 16 * 1024 * 1024 } as const;
    const before = fixture('merged.bin.gz');
    const copy = before.slice();
    const expected = fixture('merged-qio-40m-16mb.bin.gz');
    assert.deepEqual(await patchFlashSettings(before, changes, 'merged.bin'), expected);
    assert.deepEqual(before, copy, 'the original is left alone');
    const alone = fixture('ram.bin');
    assert.deepEqual(await patchFlashSettings(alone, changes, 'ram.bin'), expected.slice(0, alone.length));
  });

  it('keeps what it is not asked to change', async () => {
    const patched = await patchFlashSettings(fixture('ram-no-digest.bin'), { megahertz: 20 }, 'a.bin');
    const image = await readApplicationImage(source(patched));
    assert.deepEqual(image.settings, { mode: 'dio', megahertz: 20, flashBytes: 4 * 1024 * 1024 });
  });

  it('refuses settings that the header has no code for, and damaged images', async () => {
    for (const changes of [{ megahertz: 60 }, { flashBytes: 3 << 20 }, { flashBytes: 1 << 28 }]) {
      await assert.rejects(patchFlashSettings(fixture('ram.bin'), changes, 'ram.bin'), UsageError);
    }
    assert.throws(() => encodeFlashSettings({ ...SETTINGS, mode: 'opi' as 'qio' }, ESP32S3), UsageError);
    await assert.rejects(patchFlashSettings(noise(100), { megahertz: 40 }, 'x.bin'), FormatError);
  });
});
