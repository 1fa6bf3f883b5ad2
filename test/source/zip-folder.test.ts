import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../src/shared/crc32.js';
import { FormatError, UnsupportedError, UsageError } from '../../src/shared/errors.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { blobZipFolder } from '../../src/source/zip-blob.js';
import { nodeZipFolder } from '../../src/cli/zip-file.js';
import { CONFIG, WEIGHTS, modelZip, rawZip } from './zip-archives.js';
import { fuzzZips } from './zip.fuzz.js';

let scratch = '';
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'zip-test-'));
});
after(() => rm(scratch, { recursive: true, force: true }));

/** What is left over of unpacking. */
async function leftOver(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith('esp32-llm-converter-'));
}

async function onDisk(
  bytes: Uint8Array,
  name = 'tiny.zip',
): Promise<ModelFolder & { close(): Promise<void> }> {
  const path = join(scratch, name);
  await writeFile(path, bytes);
  return nodeZipFolder(path);
}

async function inPage(bytes: Uint8Array, name = 'tiny.zip'): Promise<ModelFolder> {
  return blobZipFolder(new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
}

async function content(folder: ModelFolder, name: string): Promise<Uint8Array> {
  const source = await folder.open(name);
  assert.ok(source !== null, name);
  assert.equal(source.name, name);
  return source.read(0, source.size);
}

const packed = (data: Uint8Array): { data: Uint8Array; size: number; method: number; crc: number } => ({
  data: deflateRawSync(data),
  size: data.length,
  method: 8,
  crc: crc32(data),
});

for (const [where, open] of [
  ['on disk', onDisk],
  ['in a page', inPage],
] as const) {
  describe(`a model in a zip archive ${where}`, () => {
    for (const [kind, bytes, name] of [
      ['packed, in a folder', modelZip(), 'tiny'],
      ['stored, in a folder', modelZip(0), 'tiny'],
      ['packed, without a folder', modelZip(6, ''), 'tiny'],
      [
        'with the fields of large archives',
        rawZip(
          [
            { name: 'big/config.json', ...packed(CONFIG) },
            { name: 'big/model.safetensors', data: WEIGHTS, crc: crc32(WEIGHTS) },
          ],
          true,
        ),
        'big',
      ],
      [
        'with the separators of another system',
        rawZip([
          { name: 'win\\config.json', ...packed(CONFIG) },
          { name: 'win\\model.safetensors', data: WEIGHTS },
        ]),
        'win',
      ],
    ] as const) {
      it(`is read: ${kind}`, async () => {
        const folder = await open(bytes);
        assert.equal(folder.name, name);
        assert.deepEqual(folder.names, ['config.json', 'model.safetensors']);
        assert.deepEqual(await content(folder, 'config.json'), new Uint8Array(CONFIG));
        const weights = await folder.open('model.safetensors');
        assert.ok(weights !== null);
        // In any order, and the same one every time.
        assert.deepEqual(await weights.read(40_000, 40_010), WEIGHTS.slice(40_000, 40_010));
        assert.deepEqual(await weights.read(5, 15), WEIGHTS.slice(5, 15));
        assert.equal(await folder.open('model.safetensors'), weights);
        await assert.rejects(weights.read(0, weights.size + 1), RangeError);
        assert.equal(await folder.open('other.json'), null);
        await folder.close?.();
      });
    }

    const config = { name: 'config.json', ...packed(CONFIG) };
    for (const [what, bytes, problem] of [
      ['more bytes than it names', rawZip([{ ...config, size: 100 }]), /other than the 100 bytes/],
      ['fewer bytes than it names', rawZip([{ ...config, size: CONFIG.length + 1 }]), /other than/],
      ['another checksum', rawZip([{ ...config, crc: 1 }]), /checksum is wrong/],
      ['what is not deflated', rawZip([{ ...config, data: new Uint8Array(50).fill(7) }]), /damaged/],
      ['a promise that deflate cannot keep', rawZip([{ ...config, size: 2 ** 31 }]), /cannot become/],
      ['stored bytes of two lengths', rawZip([{ ...config, method: 0, size: 5 }]), /two sizes differ/],
    ] as const) {
      it(`is refused with ${what}`, async () => {
        const folder = await open(bytes);
        await assert.rejects(folder.open('config.json'), (error) => {
          assert.ok(error instanceof FormatError);
          assert.match(error.message, problem);
          assert.match(error.message, /tiny\.zip/);
          return true;
        });
        await folder.close?.();
      });
    }

    it('is refused where members overlap, as those that are made to fill memories', async () => {
      const kernel = packed(new Uint8Array(1 << 20));
      const bomb = rawZip([
        { name: 'a', ...kernel },
        { name: 'b', ...kernel, header: 2 },
      ]);
      await assert.rejects(open(bomb), /It overlaps/);
      const twice = rawZip([
        { name: 'config.json', ...kernel },
        { name: 'model.bin', ...kernel, header: 0 },
      ]);
      await assert.rejects(open(twice), /It overlaps/);
    });

    it('stops at the first byte too many of a bomb', async () => {
      const zeros = deflateRawSync(new Uint8Array(64 << 20));
      const folder = await open(rawZip([{ name: 'config.json', data: zeros, method: 8, size: 1000 }]));
      const before = process.memoryUsage().rss;
      await assert.rejects(folder.open('config.json'), /other than the 1000 bytes/);
      assert.ok(process.memoryUsage().rss - before < 48 << 20, 'it was unpacked as a whole');
      await folder.close?.();
    });

    it('never leaves its folder', async () => {
      const evil = ['../config.json', '/etc/passwd', 'a/../../b', 'C:\\x', 'a\u0000b', '..\\..\\c'];
      const folder = await open(
        rawZip([...evil.map((name) => ({ name, data: CONFIG })), { name: 'config.json', data: CONFIG }]),
      );
      assert.deepEqual(folder.names, ['config.json', 'etc/passwd']);
      await assert.rejects(folder.open('../config.json'), RangeError);
      await folder.close?.();
    });

    it('says what is locked, packed otherwise, twice there or too many', async () => {
      const locked = await open(rawZip([{ ...config, flags: 1 }]));
      await assert.rejects(locked.open('config.json'), UnsupportedError);
      await locked.close?.();
      const other = await open(rawZip([{ ...config, method: 14 }]));
      await assert.rejects(other.open('config.json'), /method 14/);
      await other.close?.();
      await assert.rejects(open(rawZip([config, config])), UsageError);
      const many = Array.from({ length: 10_001 }, (_, index) => ({
        name: `f${index}`,
        data: new Uint8Array(0),
      }));
      await assert.rejects(open(rawZip(many)), /10001 files/);
      await assert.rejects(open(new Uint8Array(100)), FormatError);
      await assert.rejects(open(new Uint8Array(0)), FormatError);
    });
  });
}

it('leaves nothing on the disk, also after a fault', async () => {
  const there = await leftOver();
  const folder = await onDisk(modelZip());
  await folder.open('config.json');
  assert.notDeepEqual(await leftOver(), there, 'it was not unpacked to files');
  await folder.close();
  const faulty = await onDisk(rawZip([{ name: 'config.json', ...packed(CONFIG), crc: 1 }]));
  await assert.rejects(faulty.open('config.json'));
  await faulty.close();
  await assert.rejects(onDisk(new Uint8Array(30)));
  assert.deepEqual(await leftOver(), there);
});

it('mutated archives are had as they were packed, or refused', async () => {
  const { iterations, accepted, refused } = await fuzzZips(3000, 1);
  assert.ok(accepted > 50 && refused > 500, `${accepted} accepted, ${refused} refused`);
  assert.equal(accepted + refused, iterations);
});
