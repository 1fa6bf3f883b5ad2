/** Headers of GGUF: every type of value, the directory of tensors, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGguf, readGgufHeader } from '../../../src/checkpoint/gguf/header.js';
import { GgufList } from '../../../src/checkpoint/gguf/values.js';
import { FormatError, UnsupportedError } from '../../../src/shared/errors.js';
import { MemorySource } from '../../../src/source/memory-folder.js';
import { concatenate } from '../write-safetensors.js';
import { f32, text, u32, u64, writeGguf, type TestGguf } from './write-gguf.js';

const read = (bytes: Uint8Array) => readGgufHeader(new MemorySource('m.gguf', bytes));
const TENSOR = { name: 'a', type: 0, shape: [2, 4], data: new Uint8Array(32) };

async function refused(file: TestGguf | Uint8Array, expected: RegExp): Promise<void> {
  const bytes = file instanceof Uint8Array ? file : writeGguf(file);
  await assert.rejects(read(bytes), (error) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, expected);
    return true;
  });
}

test('values of all types, lists, and lists in lists', async () => {
  const scalar = (type: number, bytes: Uint8Array) => ({ raw: concatenate([u32(type), bytes]) });
  const { values, version } = await read(
    writeGguf({
      version: 2,
      values: {
        uint8: scalar(0, Uint8Array.of(200)),
        int8: scalar(1, Uint8Array.of(200)),
        uint16: scalar(2, Uint8Array.of(0, 200)),
        int16: scalar(3, Uint8Array.of(0, 200)),
        uint32: { uint32: 4e9 },
        int32: scalar(5, u32(0xffffffff)),
        float32: { float32: 0.5 },
        bool: { bool: true },
        string: { string: 'ü' },
        uint64: { uint64: 2n ** 53n },
        int64: scalar(11, u64(2n ** 64n - 5n)),
        float64: scalar(12, new Uint8Array(Float64Array.of(0.1).buffer)),
        texts: { strings: ['a', '', 'ü'] },
        numbers: { numbers: [1, 2.5] },
        nested: scalar(
          9,
          concatenate([u32(9), u64(2), u32(0), u64(1), Uint8Array.of(7), u32(8), u64(1), text('x')]),
        ),
      },
    }),
  );
  assert.equal(version, 2);
  const scalars = [...values].filter(([, value]) => !(value instanceof GgufList));
  assert.deepEqual(Object.fromEntries(scalars), {
    uint8: 200,
    int8: -56,
    uint16: 51200,
    int16: -14336,
    uint32: 4e9,
    int32: -1,
    float32: 0.5,
    bool: true,
    string: 'ü',
    uint64: 2n ** 53n,
    int64: -5,
    float64: 0.1,
  });
  const list = (key: string): GgufList => {
    const value = values.get(key);
    assert.ok(value instanceof GgufList);
    return value;
  };
  assert.deepEqual(list('texts').texts(), ['a', '', 'ü']);
  assert.deepEqual(list('numbers').numbers(), [1, 2.5]);
  assert.equal(list('nested').length, 2);
  assert.throws(
    () => list('nested').numbers(),
    /m\.gguf: nested: It is a list of array, but must be one of numbers/,
  );
  assert.throws(() => list('texts').numbers(), FormatError);
  assert.throws(() => list('numbers').texts(), FormatError);
});

test('a header that is longer than the first read is read in steps, and no further than it goes', async () => {
  const tokens = Array.from({ length: 60_000 }, (_, id) => `token ${id}`);
  const bytes = writeGguf({ values: { tokens: { strings: tokens } }, tensors: [TENSOR] });
  const reads: number[] = [];
  class Counted extends MemorySource {
    override read(begin: number, end: number): Promise<Uint8Array> {
      reads.push(begin, end);
      return super.read(begin, end);
    }
  }
  const header = await readGgufHeader(new Counted('m.gguf', bytes));
  assert.deepEqual((header.values.get('tokens') as GgufList).texts(), tokens);
  assert.deepEqual(reads, [0, 262_144, 262_144, 1_048_576, 1_048_576, bytes.length]);
  assert.equal(header.dataBegin, bytes.length - 32);
});

test('tensors: shapes outermost first, offsets behind the padding of the alignment', async () => {
  const { tensors, dataBegin, alignment } = await read(
    writeGguf({
      alignment: 64,
      values: { 'general.alignment': { uint32: 64 } },
      tensors: [
        { name: 'q', type: 8, shape: [3, 64], data: new Uint8Array(204) },
        { name: 'scalar', type: 1, shape: [], data: new Uint8Array(2) },
      ],
    }),
  );
  assert.equal(alignment, 64);
  assert.equal(dataBegin % 64, 0);
  assert.deepEqual(
    tensors.map(({ name, type, shape, offset, bytes }) => [name, type.name, shape, offset, bytes]),
    [
      ['q', 'Q8_0', [3, 64], 0, 204],
      ['scalar', 'F16', [], 256, 2],
    ],
  );
});

test('versions and byte orders that are not read are named', async () => {
  const unsupported = async (bytes: Uint8Array, expected: RegExp) =>
    assert.rejects(read(bytes), (error) => error instanceof UnsupportedError && expected.test(error.message));
  await unsupported(writeGguf({ version: 1 }), /GGUF of version 1; versions 2 and 3 are read/);
  await unsupported(writeGguf({ version: 4 }), /version 4/);
  await unsupported(writeGguf({ version: 0x03000000 }), /big-endian.*--bigendian/);
  await unsupported(concatenate([new TextEncoder().encode('tjgg'), new Uint8Array(60)]), /from before GGUF/);
  await unsupported(
    writeGguf({ tensors: [{ ...TENSOR, type: 31, shape: [2, 32] }] }),
    /m\.gguf: a: Its elements are of type Q4_0_4_4, which is not read\. .*Q8_0/,
  );
  await unsupported(writeGguf({ tensors: [{ ...TENSOR, type: 99 }] }), /type number 99/);
});

test('other files are named for what they are', async () => {
  const bytes = (start: string) => concatenate([new TextEncoder().encode(start), new Uint8Array(64)]);
  await refused(bytes('version https://git-lfs.github.com/spec/v1'), /m\.gguf: .*LFS/);
  await refused(bytes('<!DOCTYPE html>'), /a web page/);
  await refused(bytes('\x80\x02'), /another kind of file/);
  assert.equal(await isGguf(new MemorySource('a', bytes('GGUF'))), true);
  assert.equal(await isGguf(new MemorySource('a', bytes('GGU'))), false);
  assert.equal(await isGguf(new MemorySource('a', new Uint8Array(3))), false);
});

test('what a header says of itself has limits', async () => {
  await refused({ counts: [2n ** 40n, 0n] }, /It lists 1099511627776 tensors; at most 200000/);
  await refused({ counts: [0n, 2n ** 64n - 1n] }, /keys; at most 4096/);
  await refused(
    { values: { a: { raw: concatenate([u32(8), u64(2n ** 63n)]) } } },
    /a: The text has .* bytes; at most/,
  );
  await refused({ values: { a: { raw: concatenate([u32(9), u32(4), u64(2n ** 62n)]) } } }, /a: The list has/);
  await refused(
    { values: { a: { raw: concatenate([u32(9), u32(8), u64(9n), u64(2n ** 50n)]) } } },
    /ends inside/,
  );
  const deep = Array.from({ length: 20 }, () => [u32(9), u64(1)]).flat();
  await refused(
    { values: { a: { raw: concatenate([u32(9), ...deep, u32(0), u64(1)]) } } },
    /nested more than 4 deep/,
  );
  await refused({ values: { a: { raw: u32(13) } } }, /a: Its value is of type 13/);
  await refused({ values: { a: { raw: concatenate([u32(9), u32(77), u64(0n)]) } } }, /of type 77/);
  await refused(writeGguf({ tensors: [TENSOR] }).subarray(0, 40), /It ends inside of its header/);
});

test('keys, texts and names must be what they say', async () => {
  const twice = concatenate([u32(4), u32(1), text('a'), u32(4), u32(1)]);
  await refused({ values: { a: { raw: twice } }, counts: [0n, 2n] }, /a: The key is there twice/);
  const broken = concatenate([u32(8), u64(1n), Uint8Array.of(0xff)]);
  await refused({ values: { a: { raw: broken } } }, /a: The text is not UTF-8/);
  await refused({ tensors: [TENSOR, TENSOR] }, /a: The tensor is listed twice/);
  await refused({ tensors: [{ ...TENSOR, name: 'x'.repeat(1025) }] }, /The name of a tensor has 1025 bytes/);
  await refused(
    { values: { 'general.alignment': { uint32: 33 } } },
    /general\.alignment: It is not a power of two/,
  );
  await refused({ values: { 'general.alignment': { uint32: 0 } } }, /general\.alignment/);
  await refused({ values: { 'general.alignment': { string: '32' } } }, /general\.alignment/);
  const list = await read(
    writeGguf({
      values: { a: { raw: concatenate([u32(9), u32(8), u64(1n), u64(1n), Uint8Array.of(0xff)]) } },
    }),
  );
  assert.throws(() => (list.values.get('a') as GgufList).texts(), /a: .*UTF-8 texts, but number 0 is none/);
});

test('tensors must have a shape, whole blocks, and bytes of their own inside the file', async () => {
  await refused({ tensors: [{ ...TENSOR, shape: [1, 1, 1, 1, 1] }] }, /a: The tensor has 5 dimensions/);
  await refused({ tensors: [{ ...TENSOR, shape: [0, 4] }] }, /a: The shape \[0, 4\] is none/);
  await refused({ tensors: [{ ...TENSOR, shape: [2 ** 40, 2 ** 40] }] }, /a: The shape/);
  await refused({ tensors: [{ ...TENSOR, type: 8, shape: [2, 33] }] }, /Rows of 33 elements .* blocks of 32/);
  await refused({ tensors: [{ ...TENSOR, offset: 4n }] }, /a: It begins at byte 4, .* multiple of 32/);
  await refused({ tensors: [TENSOR, { ...TENSOR, name: 'b', offset: 0n }] }, /b: It shares bytes with a/);
  await refused({ tensors: [{ ...TENSOR, offset: 3200n }] }, /a: It ends at byte \d+, but the file has \d+/);
  await refused({ tensors: [{ ...TENSOR, offset: 2n ** 63n }] }, /a: It/);
  await refused(writeGguf({ tensors: [TENSOR] }).slice(0, -1), /but the file has/);
});

test('a list of numbers gives truth values and refuses what is not exact', async () => {
  const list = async (type: number, bytes: Uint8Array) => {
    const { values } = await read(
      writeGguf({ values: { a: { raw: concatenate([u32(9), u32(type), u64(1n), bytes]) } } }),
    );
    return values.get('a') as GgufList;
  };
  assert.deepEqual((await list(7, Uint8Array.of(1))).booleans(), [true]);
  assert.deepEqual((await list(4, u32(0))).booleans(), [false]);
  assert.deepEqual((await list(6, f32(0.25))).numbers(), [0.25]);
  const large = await list(10, u64(2n ** 60n));
  assert.throws(() => large.numbers(), /beyond counting/);
});
