/** Each validity rule of safetensors: what keeps it is read, what breaks it is refused with file, tensor and remedy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  MAX_HEADER_BYTES,
  MAX_NAME_LENGTH,
  parseSafetensorsHeader,
  readSafetensorsHeader,
} from '../../src/checkpoint/safetensors.js';
import { FormatError } from '../../src/shared/errors.js';
import type { ByteSource } from '../../src/source/byte-source.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { assemble, concatenate, utf8, writeSafetensors } from './write-safetensors.js';

const read = (file: Uint8Array) => readSafetensorsHeader(new MemorySource('model.safetensors', file));

async function refused(file: Uint8Array, problem: RegExp, field?: string): Promise<void> {
  await assert.rejects(read(file), (error) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.equal(error.file, 'model.safetensors');
    assert.match(error.message, problem);
    if (field !== undefined) assert.equal(error.field, field);
    assert.ok(error.remedy.length > 10);
    return true;
  });
}

/** A header with one tensor of 4 bytes, its entry written by hand. */
const entry = (text: string, data = new Uint8Array(4)): Uint8Array => assemble(`{"t":${text}}`, data);

void test('reads tensors, metadata and places', async () => {
  const file = writeSafetensors(
    {
      b: { dtype: 'BF16', shape: [2, 3] },
      a: { dtype: 'F32', shape: [2] },
      s: { dtype: 'F8_E4M3', shape: [] },
    },
    { format: 'pt' },
  );
  const { tensors, metadata } = await read(file);
  assert.deepEqual(metadata, { format: 'pt' });
  assert.deepEqual(
    tensors.map(({ name, dtype, shape, end, begin }) => [name, dtype, shape, end - begin]),
    [
      ['b', 'BF16', [2, 3], 12],
      ['a', 'F32', [2], 8],
      ['s', 'F8_E4M3', [], 1],
    ],
  );
  assert.equal(tensors[0]?.begin, file.length - 21);
});

void test('relies neither on order nor on alignment nor on metadata', async () => {
  const header =
    '{"z":{"dtype":"F32","shape":[1],"data_offsets":[1,5]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
  const { tensors, metadata } = await read(assemble(header, new Uint8Array(5)));
  assert.deepEqual(
    tensors.map((tensor) => tensor.name),
    ['a', 'z'],
  );
  assert.deepEqual(metadata, {});
});

void test('reads scalars, empty dimensions, an empty file and padding by spaces', async () => {
  const file = writeSafetensors({
    none: { dtype: 'F32', shape: [0, 7] },
    one: { dtype: 'F32', shape: [] },
    last: { dtype: 'F16', shape: [3, 0] },
  });
  assert.equal((await read(file)).tensors.length, 3);
  assert.equal((await read(assemble('{}'))).tensors.length, 0);
  assert.equal((await read(assemble('{}      '))).tensors.length, 0);
});

void test('reads a header longer than the first read', async () => {
  const tensors = Object.fromEntries(
    Array.from({ length: 1500 }, (_, i) => [`layer.${i}`, { dtype: 'U8' as const, shape: [1] }]),
  );
  const file = writeSafetensors(tensors);
  assert.ok(file.length > 64 * 1024);
  assert.equal((await read(file)).tensors.length, 1500);
});

void test('takes the names of other writers for the same types', async () => {
  const { tensors } = await read(entry('{"dtype":"E8M0","shape":[4],"data_offsets":[0,4]}'));
  assert.equal(tensors[0]?.dtype, 'F8_E8M0');
});

void test('ignores unknown fields of an entry, as the reference reader does', async () => {
  assert.equal(
    (await read(entry('{"dtype":"U8","note":[1,{"a":2}],"shape":[4],"data_offsets":[0,4]}'))).tensors.length,
    1,
  );
});

void test('refuses a file without a header, cut off, or of another kind', async () => {
  await refused(new Uint8Array(0), /only 0 bytes/);
  await refused(new Uint8Array(7), /only 7 bytes/);
  await refused(assemble('{}').subarray(0, 9), /header says it is 2 bytes/);
  await refused(utf8('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n'), /Git LFS/);
  await refused(utf8('GGUF\x03\0\0\0\0\0\0\0\0\0'), /GGUF/);
  await refused(Uint8Array.of(0x80, 2, 0x7d, 0x71, 0, 0x58, 1, 0, 0, 0), /PyTorch/);
  await refused(Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 8, 8, 0, 0), /PyTorch/);
  await refused(utf8('<!DOCTYPE html><html></html>'), /page of the web/);
});

void test('a header of 640 bytes, which begins like a pickle, is read', async () => {
  const file = assemble('{}'.padEnd(0x280));
  assert.deepEqual([...file.subarray(0, 2)], [0x80, 2]);
  assert.equal((await read(file)).tensors.length, 0);
});

void test('refuses a header over the cap without reading it', async () => {
  const start = new Uint8Array(64);
  new DataView(start.buffer).setBigUint64(0, BigInt(MAX_HEADER_BYTES) + 1n, true);
  const huge: ByteSource = {
    name: 'model.safetensors',
    size: 10 * MAX_HEADER_BYTES,
    read: async (begin, end) => {
      assert.ok(end <= 64 * 1024, 'only the first read may happen');
      return concatenate([start, new Uint8Array(end - begin - start.length)]);
    },
  };
  await assert.rejects(readSafetensorsHeader(huge), /at most 25000000/);
  const enormous = new Uint8Array(16).fill(255);
  await refused(enormous, /18446744073709551615/);
});

void test('refuses text that is not a strict JSON object from its first byte on', async () => {
  await refused(assemble(' {}'), /start with/, 'header');
  await refused(assemble('[]'), /start with/, 'header');
  await refused(assemble(''), /start with/, 'header');
  await refused(assemble('{}\n'), /end with/, 'header');
  await refused(assemble('{}\0\0'), /end with/, 'header');
  await refused(assemble('{} {}'), /follows the end/, 'header');
  await refused(assemble('{"t":{"dtype":"U8",}}'), /not valid JSON/, 'header');
  await refused(assemble(concatenate([utf8('{"'), Uint8Array.of(0xff), utf8('":1}')])), /UTF-8/, 'header');
  await refused(assemble('{"\\ud800":1}'), /surrogate/, 'header');
  await refused(assemble(`{"t":${'['.repeat(50)}${']'.repeat(50)}}`), /levels/, 'header');
});

void test('refuses a key that occurs twice, at both levels', async () => {
  const one = '{"dtype":"U8","shape":[4],"data_offsets":[0,4]}';
  await refused(assemble(`{"t":${one},"t":${one}}`, new Uint8Array(4)), /"t" occurs twice/, 'header');
  await refused(assemble(`{"t":${one},"\\u0074":${one}}`, new Uint8Array(4)), /"t" occurs twice/, 'header');
  await refused(entry('{"dtype":"U8","shape":[4],"shape":[4],"data_offsets":[0,4]}'), /"shape" occurs twice/);
  await refused(assemble('{"__metadata__":{"a":"1","a":"2"}}'), /"a" occurs twice/);
});

void test('refuses metadata that is not a map from text to text', async () => {
  for (const value of ['1', 'null', '[]', '"x"', '{"a":1}', '{"a":null}', '{"a":{"b":"c"}}']) {
    await refused(assemble(`{"__metadata__":${value}}`), /metadata/, '__metadata__');
  }
});

void test('refuses unknown types and malformed entries, naming the tensor', async () => {
  await refused(entry('{"dtype":"I4","shape":[8],"data_offsets":[0,4]}'), /"I4"/, 't');
  await refused(entry('{"dtype":"f32","shape":[1],"data_offsets":[0,4]}'), /"f32"/, 't');
  await refused(entry('{"dtype":"constructor","shape":[1],"data_offsets":[0,4]}'), /"constructor"/, 't');
  await refused(entry('{"shape":[1],"data_offsets":[0,4]}'), /missing/, 't');
  await refused(entry('{"dtype":"F32","data_offsets":[0,4]}'), /shape/, 't');
  await refused(entry('{"dtype":"F32","shape":[true],"data_offsets":[0,4]}'), /shape/, 't');
  await refused(entry('{"dtype":"F32","shape":[1]}'), /offsets/, 't');
  await refused(entry('{"dtype":"F32","shape":[1],"data_offsets":[0]}'), /offsets/, 't');
  await refused(entry('{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}'), /offsets/, 't');
  await refused(entry('7'), /not an object/, 't');
});

void test('refuses numbers that are not plain safe integers', async () => {
  for (const number of ['-1', '1.0', '1e0', '-0', '01', '9007199254740993', '1e400', 'NaN']) {
    await refused(
      entry(`{"dtype":"F32","shape":[${number}],"data_offsets":[0,4]}`),
      /not valid JSON/,
      'header',
    );
    await refused(
      entry(`{"dtype":"F32","shape":[1],"data_offsets":[0,${number}]}`),
      /not valid JSON/,
      'header',
    );
  }
  await refused(
    entry('{"dtype":"F32","shape":[1],"data_offsets":[9007199254740987,9007199254740991]}'),
    /too large/,
    't',
  );
});

void test('refuses sizes that do not follow from type and shape', async () => {
  await refused(entry('{"dtype":"F32","shape":[2],"data_offsets":[0,4]}'), /8 bytes/, 't');
  await refused(entry('{"dtype":"F32","shape":[],"data_offsets":[0,8]}', new Uint8Array(8)), /4 bytes/, 't');
  await refused(entry('{"dtype":"F32","shape":[1],"data_offsets":[4,0]}'), /4 to 0/, 't');
  await refused(entry('{"dtype":"F4","shape":[7],"data_offsets":[0,4]}'), /whole bytes/, 't');
  assert.equal((await read(entry('{"dtype":"F4","shape":[8],"data_offsets":[0,4]}'))).tensors.length, 1);
});

void test('refuses products that overflow, even when a zero follows', async () => {
  await refused(
    entry('{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}'),
    /too many/,
    't',
  );
  await refused(
    entry('{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}'),
    /too many/,
    't',
  );
  await refused(entry('{"dtype":"F64","shape":[4294967296,2097151],"data_offsets":[0,4]}'), /too many/, 't');
  await refused(entry('{"dtype":"U8","shape":[4294967297],"data_offsets":[0,4]}'), /dimension/, 't');
});

void test('refuses holes, overlaps and bytes that belong to no tensor', async () => {
  const u8 = (begin: number, end: number): string =>
    `{"dtype":"U8","shape":[${end - begin}],"data_offsets":[${begin},${end}]}`;
  const two = (first: string, second: string, bytes: number): Uint8Array =>
    assemble(`{"a":${first},"b":${second}}`, new Uint8Array(bytes));
  assert.equal((await read(two(u8(0, 2), u8(2, 4), 4))).tensors.length, 2);
  await refused(two(u8(1, 2), u8(2, 4), 4), /1 bytes before/, 'a');
  await refused(two(u8(0, 1), u8(2, 4), 4), /1 bytes before/, 'b');
  await refused(two(u8(0, 3), u8(2, 4), 4), /overlaps .* by 1 bytes/, 'b');
  await refused(two(u8(0, 2), u8(0, 2), 2), /overlaps/, 'b');
  await refused(two(u8(0, 2), u8(2, 4), 5), /1 bytes at the end/);
  await refused(two(u8(0, 2), u8(2, 4), 3), /only/);
  await refused(assemble('{}', new Uint8Array(1)), /1 bytes at the end/);
});

void test('refuses names and ranks beyond reason', async () => {
  const name = 'n'.repeat(MAX_NAME_LENGTH + 1);
  await refused(
    assemble(`{"${name}":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}`, new Uint8Array(1)),
    /1025 characters/,
  );
  const ones = Array.from({ length: 65 }, () => 1).join(',');
  await refused(entry(`{"dtype":"F32","shape":[${ones}],"data_offsets":[0,4]}`), /65 dimensions/, 't');
});

void test('a tensor may be called like a property of objects', () => {
  const header = utf8('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}');
  const { tensors } = parseSafetensorsHeader(header, 'f', header.length + 9);
  assert.equal(tensors[0]?.name, '__proto__');
});
