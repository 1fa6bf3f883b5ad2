import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { describeImage, looksLikeImage } from '../../src/image/describe.js';
import { firmwareFromElf, readIdfFirmware, type StandaloneFirmware } from '../../src/image/firmware.js';
import { FlashImageSink, assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { findModelPartition } from '../../src/image/layout.js';
import { partFiles, partsManifest } from '../../src/image/manifest.js';
import { encodePartitionTable, readPartitionTable, type Partition } from '../../src/image/partition-table.js';
import { MemorySink } from '../../src/package/writer.js';
import { BOARDS, FLASH_TAIL_BYTES, findBoard, packageFlashBytes } from '../../src/plan/boards.js';
import { FormatError, UsageError } from '../../src/shared/errors.js';
import { firmwareSegments, fixture, holds, load, makePackage, noise, source } from './support.js';

const BOARD = findBoard('esp32-s3-n8r8');

/** Of any chip: its code lies in the memory that only instructions see. */
function firmware(length: number, chip = ESP32S3): StandaloneFirmware {
  const segments =
    chip === ESP32S3 ? firmwareSegments(length) : [{ address: 0x4008_0000, bytes: noise(length) }];
  return { kind: 'standalone', name: 'firmware.elf', chip, entry: segments[0]?.address ?? 0, segments };
}

/** The fixture's merged ESP-IDF image with another table. */
function withTable(change: (partitions: readonly Partition[]) => Partition[]): Uint8Array {
  const bytes = fixture('merged.bin.gz');
  const { partitions } = readPartitionTable(bytes.subarray(0x8000, 0x8c00), { file: 'merged.bin' });
  bytes.set(encodePartitionTable(change(partitions), { file: 'merged.bin' }), 0x8000);
  return bytes;
}

describe('a merged image around our firmware', () => {
  for (const [length, kind] of [
    [0x2000, 'smaller than the table’s offset'],
    [0xc000, 'reaching beyond the table'],
  ] as const) {
    it(`boots, has its table and its package in place: firmware ${kind}`, async () => {
      const model = await makePackage();
      const image = await planFlashImage(firmware(length), BOARD, model.length);
      const bytes = assembleFlashImage(image, model);
      assert.ok(looksLikeImage(bytes));
      assert.equal(bytes.length, 0x100000 + model.length);
      const memory = load(bytes);
      for (const segment of firmwareSegments(length)) assert.ok(holds(memory, segment));

      const found = await describeImage(source(bytes), { verify: true });
      assert.deepEqual(found.boot.settings, { mode: 'dio', megahertz: 80, flashBytes: 2 * 1024 * 1024 });
      assert.deepEqual(
        found.partitions.map(({ name, offset, size, content }) => [name, offset, size, content.kind]),
        [
          ['firmware', 0x10000, 0xe0000, 'erased'],
          ['nvs', 0xf0000, 0x6000, 'erased'],
          ['model', 0x100000, 0x200000 - 0x4000 - 0x100000, 'package'],
        ],
      );
      assert.equal(found.table?.hasDigest, true);
      assert.equal(found.model?.metadata['name'], 'tiny');
      assert.equal(found.model?.totalLength, model.length);
      assert.equal(found.bytes, bytes.length);
    });
  }

  it('says that the firmware partition is the end of the image when it is', async () => {
    const image = await planFlashImage(firmware(0x14000), BOARD, 64);
    const found = await describeImage(source(assembleFlashImage(image, noise(64))));
    assert.equal(found.partitions[0]?.content.kind, 'boot');
    assert.equal(found.partitions[2]?.content.kind, 'damaged');
    assert.equal(found.model, null);
  });

  it('is the same when the package is streamed through', async () => {
    const model = await makePackage();
    const plan = (length: number): ReturnType<typeof planFlashImage> =>
      planFlashImage(firmware(0x9000), BOARD, length);
    const inner = new MemorySink();
    const sink = new FlashImageSink(inner, plan);
    await makePackage(sink);
    assert.deepEqual(inner.take(), assembleFlashImage(await plan(model.length), model));
    assert.equal(sink.image?.packageBytes, model.length);
  });

  it('fits every board, with the end of the flash kept clear', async () => {
    for (const board of BOARDS.filter(({ refused }) => refused === null)) {
      const { flashBytes, chip } = board;
      const program = firmware(0x9000, chip);
      const image = await planFlashImage(program, board, 1000, { flashBytes });
      const { offset, size } = image.model;
      assert.equal(size, packageFlashBytes(board));
      assert.ok(offset + size <= flashBytes - FLASH_TAIL_BYTES);
      // Nothing is left over but what the chip cannot show.
      if (size < chip.memory.windows.flash.end - chip.memory.windows.flash.begin)
        assert.ok(offset + size > flashBytes - FLASH_TAIL_BYTES - 0x10000);
      const most = await planFlashImage(program, board, size);
      assert.equal(most.totalBytes, offset + size);
      await assert.rejects(
        planFlashImage(program, board, size + 64),
        (error) => error instanceof UsageError && /64 more than the model partition/.test(error.message),
      );
    }
  });

  it('asks for no more flash than it needs, to the byte', async () => {
    const board = findBoard('esp32-s3-n16r8');
    const MB = 1024 * 1024;
    for (const flashBytes of [2 * MB, 4 * MB, 8 * MB, 16 * MB]) {
      const most = flashBytes - MB - FLASH_TAIL_BYTES;
      const image = await planFlashImage(firmware(0x9000), board, most);
      assert.equal(image.flashBytes, flashBytes);
      assert.equal(image.model.offset + image.model.size, flashBytes - FLASH_TAIL_BYTES);
      const bytes = assembleFlashImage(image, new Uint8Array(most));
      assert.equal((await describeImage(source(bytes))).boot.settings.flashBytes, flashBytes);
      if (flashBytes < board.flashBytes)
        assert.equal((await planFlashImage(firmware(0x9000), board, most + 64)).flashBytes, 2 * flashBytes);
    }
    const asked = await planFlashImage(firmware(0x9000), board, 1000, { flashBytes: 8 * MB });
    assert.equal(asked.flashBytes, 8 * MB);
  });

  it('refuses a package of another length than planned, and a flash without room', async () => {
    const image = await planFlashImage(firmware(100), BOARD, 1000);
    assert.throws(() => assembleFlashImage(image, noise(999)), RangeError);
    await assert.rejects(
      planFlashImage(firmware(100), { name: 'small', chip: ESP32S3, flashBytes: 1 << 20 }, 0),
      /no room for a model/,
    );
  });

  it('is made from a linked program', async () => {
    const elf = firmwareFromElf(fixture('ram.elf'), 'ram.elf');
    const image = await planFlashImage(elf, findBoard('esp32-s3-n4'), 0, { flashBytes: 4 << 20 });
    assert.deepEqual(image.parts[0]?.bytes, fixture('ram.bin'));
  });
});

describe("a merged image around somebody's own ESP-IDF application", () => {
  it('keeps bootloader, application and data, and adds a model partition', async () => {
    const own = await readIdfFirmware(source(fixture('merged.bin.gz'), 'merged.bin'));
    assert.equal(own.hasBootloader, true);
    assert.deepEqual(
      own.contents.map(({ name, offset }) => [name, offset]),
      [
        ['bootloader', 0],
        ['ota_0', 0x10000],
        ['pictures', 0x91000],
      ],
    );
    const model = await makePackage();
    const board = findBoard('esp32-s3-n4');
    const image = await planFlashImage(own, board, model.length);
    const bytes = assembleFlashImage(image, model);
    const before = fixture('merged.bin.gz');
    assert.deepEqual(bytes.subarray(0, 0x8000), before.subarray(0, 0x8000), 'the flash has the same size');
    assert.deepEqual(bytes.subarray(0x9000, before.length), before.subarray(0x9000));
    const found = await describeImage(source(bytes), { verify: true });
    assert.deepEqual(
      found.partitions.map(({ name, offset, content }) => [name, offset, content.kind]),
      [
        ['nvs', 0x9000, 'erased'],
        ['otadata', 0xd000, 'erased'],
        ['phy_init', 0xf000, 'erased'],
        ['ota_0', 0x10000, 'application'],
        ['ota_1', 0x50000, 'erased'],
        ['keys', 0x90000, 'erased'],
        ['pictures', 0x91000, 'data'],
        ['model', 0xa0000, 'package'],
      ],
    );
    assert.ok(found.model !== null);
  });

  it('sets the size of the flash in the bootloader, with its digest', async () => {
    const own = await readIdfFirmware(source(fixture('merged.bin.gz'), 'merged.bin'));
    const image = await planFlashImage(own, BOARD, 0);
    const found = await describeImage(source(assembleFlashImage(image, new Uint8Array(0))));
    assert.equal(found.boot.settings.flashBytes, 4 * 1024 * 1024, 'what it was built for');
    const larger = await planFlashImage(own, BOARD, 5_000_000);
    const grown = await describeImage(source(assembleFlashImage(larger, new Uint8Array(5_000_000))));
    assert.equal(grown.boot.settings.flashBytes, 8 * 1024 * 1024);
    assert.match(grown.boot.digest ?? '', /^[0-9a-f]{64}$/);
  });

  it('uses the model partition that is there, even before other data', async () => {
    const bytes = withTable((partitions) =>
      partitions.map((partition) =>
        partition.name === 'ota_1' ? { ...partition, name: 'model', type: 1, subtype: 0x82 } : partition,
      ),
    );
    const own = await readIdfFirmware(source(bytes, 'merged.bin'));
    const model = await makePackage();
    const plan = (length: number): ReturnType<typeof planFlashImage> => planFlashImage(own, BOARD, length);
    const image = await plan(model.length);
    assert.equal(image.model.offset, 0x50000);
    const merged = assembleFlashImage(image, model);
    assert.deepEqual(merged.subarray(0x91000, 0x91021), bytes.subarray(0x91000, 0x91021));
    assert.deepEqual(merged.subarray(0x50000, 0x50000 + model.length), model);
    const inner = new MemorySink();
    await makePackage(new FlashImageSink(inner, plan));
    assert.deepEqual(inner.take(), merged);
    await assert.rejects(plan(0x40001), /1 more than the model partition/);
  });

  it('finds the model partition by name before subtype, among data partitions only', () => {
    const row = (name: string, type: number, subtype: number): Partition => {
      return { name, type, subtype, offset: 0, size: 1, encrypted: false, readOnly: false };
    };
    assert.equal(findModelPartition([row('weights', 1, 0x40), row('model', 1, 6)])?.name, 'model');
    assert.equal(findModelPartition([row('weights', 1, 0x40)])?.name, 'weights');
    assert.equal(findModelPartition([row('model', 0, 0)]), null);
  });

  it('takes an application alone in ESP-IDF’s usual layout, as parts without a bootloader', async () => {
    const merged = fixture('merged.bin.gz');
    const alone = merged.subarray(0x10000, 0x50000);
    const own = await readIdfFirmware(source(alone, 'app.bin'));
    assert.equal(own.hasBootloader, false);
    const image = await planFlashImage(own, BOARD, 1000);
    assert.equal(image.bootable, false);
    assert.deepEqual(
      image.partitions.map(({ name, offset, size }) => [name, offset, size]),
      [
        ['nvs', 0x9000, 0x6000],
        ['phy_init', 0xf000, 0x1000],
        ['factory', 0x10000, 0xf0000],
        ['model', 0x100000, 0xfc000],
      ],
    );
    assert.deepEqual(
      partFiles(image).map(({ path, offset }) => [path, offset]),
      [
        ['partition-table.bin', 0x8000],
        ['application.bin', 0x10000],
        ['model.bin', 0x100000],
      ],
    );
    assert.throws(() => assembleFlashImage(image, noise(1000)), /needs a bootloader/);
    const sink = new FlashImageSink(new MemorySink(), () => Promise.resolve(image));
    await assert.rejects(sink.begin(64, 1000), UsageError);
  });

  it('refuses what is no ESP-IDF build, or a damaged one', async () => {
    await assert.rejects(readIdfFirmware(source(fixture('ram.bin'))), /maps no flash/);
    await assert.rejects(readIdfFirmware(source(noise(1000))), FormatError);
    const ours = await planFlashImage(firmware(0xc000), BOARD, 0);
    await assert.rejects(
      readIdfFirmware(source(assembleFlashImage(ours, new Uint8Array(0)))),
      /no application of ESP-IDF/,
    );
    const broken = fixture('merged.bin.gz');
    broken[0x10100] = (broken[0x10100] as number) ^ 1;
    await assert.rejects(readIdfFirmware(source(broken)), /image at 0x10000/);
    const empty = fixture('merged.bin.gz').fill(0xff, 0x10000, 0x50000);
    await assert.rejects(readIdfFirmware(source(empty)), /None of them holds an application/);
  });

  it('refuses a table that cannot take a model', async () => {
    const bytes = withTable((partitions) =>
      partitions.map((partition) =>
        partition.name === 'ota_1' ? { ...partition, name: 'model' } : partition,
      ),
    );
    const own = await readIdfFirmware(source(bytes, 'merged.bin'));
    await assert.rejects(planFlashImage(own, BOARD, 0), /no room for a data partition named "model"/);
  });
});

describe('describing an image', () => {
  it('shows an application image by itself', async () => {
    const merged = fixture('merged.bin.gz');
    for (const bytes of [fixture('ram.bin'), merged.slice(0x10000, 0x50000), merged.slice(0, 0x8000)]) {
      const found = await describeImage(source(bytes));
      assert.equal(found.table, null);
      assert.deepEqual(found.partitions, []);
    }
  });

  it('refuses a broken table, or something else in its place', async () => {
    const bytes = fixture('merged.bin.gz');
    bytes[0x8004] = 1;
    await assert.rejects(describeImage(source(bytes)), /partition table, MD5/);
    bytes[0x8000] = 0;
    await assert.rejects(describeImage(source(bytes)), /no partition table at 0x8000/);
  });

  it('reports a broken partition and still reads the others', async () => {
    const model = await makePackage();
    const image = await planFlashImage(firmware(0x9000), BOARD, model.length);
    const good = assembleFlashImage(image, model);
    const damaged = good.slice();
    damaged[0x100000 + 3] = 0;
    const found = await describeImage(source(damaged));
    const content = found.partitions.at(-1)?.content;
    assert.equal(content?.kind, 'damaged');
    assert.match(content.problem.message, /at 0x100000: magic/);

    // A weight is only looked at when asked for.
    damaged.set(good.subarray(0x100000), 0x100000);
    const last = damaged.length - 1;
    damaged[last] = (damaged[last] as number) ^ 1;
    assert.equal((await describeImage(source(damaged))).partitions.at(-1)?.content.kind, 'package');
    const verified = await describeImage(source(damaged), { verify: true });
    assert.equal(verified.partitions.at(-1)?.content.kind, 'damaged');

    const cut = await describeImage(source(good.slice(0, good.length - 64)));
    assert.equal(cut.partitions.at(-1)?.content.kind, 'damaged');
    const without = await describeImage(source(good.slice(0, 0x100000)));
    assert.equal(without.partitions.at(-1)?.content.kind, 'absent');
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    controller.abort();
    await assert.rejects(describeImage(source(fixture('ram.bin')), { signal: controller.signal }), {
      name: 'AbortError',
    });
  });
});

describe('a manifest', () => {
  it('lists the parts for installers, in their places', async () => {
    const image = await planFlashImage(firmware(0x2000), BOARD, 1000);
    const manifest = partsManifest(image, { name: 'home-commands', version: '0.1.0' });
    assert.deepEqual(JSON.parse(JSON.stringify(manifest)), {
      name: 'home-commands',
      version: '0.1.0',
      new_install_prompt_erase: true,
      new_install_improv_wait_time: 0,
      builds: [
        {
          chipFamily: 'ESP32-S3',
          parts: [
            { path: 'firmware.bin', offset: 0 },
            { path: 'partition-table.bin', offset: 0x8000 },
            { path: 'model.bin', offset: 0x100000 },
          ],
        },
      ],
    });
    const inlaid = await planFlashImage(firmware(0xc000), BOARD, 1000);
    assert.deepEqual(
      partFiles(inlaid).map(({ path }) => path),
      ['firmware.bin', 'model.bin'],
    );
  });

  it('gives parts different names whatever their partitions are called', async () => {
    const bytes = withTable((partitions) =>
      partitions.map((partition) => {
        if (partition.name === 'ota_0') return { ...partition, name: 'a/b' };
        return partition.name === 'pictures' ? { ...partition, name: 'a b' } : partition;
      }),
    );
    const own = await readIdfFirmware(source(bytes, 'merged.bin'));
    const paths = partFiles(await planFlashImage(own, BOARD, 0)).map(({ path }) => path);
    assert.deepEqual(paths, [
      'bootloader.bin',
      'partition-table.bin',
      '10000-a_b.bin',
      '91000-a_b.bin',
      'model.bin',
    ]);
  });

  it('gives parts no names of devices, nor such as a system does not tell apart', async () => {
    const bytes = withTable((partitions) =>
      partitions.map((partition) => {
        if (partition.name === 'ota_0') return { ...partition, name: 'NUL' };
        return partition.name === 'pictures' ? { ...partition, name: 'Model' } : partition;
      }),
    );
    const own = await readIdfFirmware(source(bytes, 'merged.bin'));
    const paths = partFiles(await planFlashImage(own, BOARD, 0)).map(({ path }) => path);
    assert.ok(paths.includes('10000-NUL.bin') && paths.includes('91000-Model.bin'), paths.join());
    assert.equal(new Set(paths.map((path) => path.toLowerCase())).size, paths.length, paths.join());
  });
});
