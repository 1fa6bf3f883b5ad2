/** Files that torch.save wrote (`pytorch/make.py`), in all its forms; what is no data is refused by its name. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { PickleObject } from '../../src/checkpoint/pickle-values.js';
import { readPickle } from '../../src/checkpoint/pickle.js';
import { readPytorch } from '../../src/checkpoint/pytorch.js';
import { PickleMap } from '../../src/checkpoint/pickle-values.js';
import { FormatError, UnsupportedError } from '../../src/shared/errors.js';
import { MemorySource, memoryFolder } from '../../src/source/memory-folder.js';
import { fuzz } from './pytorch.fuzz.js';
import { utf8, writeSafetensors } from './write-safetensors.js';

interface Described {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly values: readonly number[];
}

const FIXTURES = JSON.parse(readFileSync(new URL('pytorch/files.json', import.meta.url), 'utf8')) as {
  files: Record<string, { file: string; tensors: Record<string, Described> }>;
  refused: Record<string, { file: string; says: string }>;
};

const bytesOf = (file: string): Uint8Array => new Uint8Array(Buffer.from(file, 'base64'));
const file = (name: string): Uint8Array => bytesOf(FIXTURES.files[name]?.file ?? '');

/** The numbers of little-endian bytes. */
function numbers(bytes: Uint8Array, dtype: string): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const f16 = (bits: number): number => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
  };
  const readers: Record<string, [number, (at: number) => number]> = {
    'torch.float32': [4, (at) => view.getFloat32(at, true)],
    'torch.float16': [2, (at) => f16(view.getUint16(at, true))],
    'torch.bfloat16': [
      2,
      (at) => new Float32Array(Uint32Array.of(view.getUint16(at, true) << 16).buffer)[0] as number,
    ],
    'torch.int64': [8, (at) => Number(view.getBigInt64(at, true))],
    'torch.uint8': [1, (at) => view.getUint8(at)],
    'torch.bool': [1, (at) => view.getUint8(at)],
  };
  const [size, read] = readers[dtype] ?? [1, () => NaN];
  return Array.from({ length: bytes.length / size }, (_, i) => read(i * size));
}

for (const [name, { file: text, tensors }] of Object.entries(FIXTURES.files)) {
  test(`${name}: every tensor has the numbers that torch saved`, async () => {
    const checkpoint = await openCheckpoint(memoryFolder('model', { 'pytorch_model.bin': bytesOf(text) }));
    assert.deepEqual([...checkpoint.tensors.keys()], Object.keys(tensors));
    for (const [key, { shape, dtype, values }] of Object.entries(tensors)) {
      assert.deepEqual(checkpoint.tensors.get(key)?.shape, shape);
      if (dtype.startsWith('torch.float8')) continue;
      const bytes = await checkpoint.readRows(key, 0, shape.length < 2 ? 1 : (shape[0] ?? 1));
      // Doubles are read as F32, as everywhere.
      const found = numbers(bytes, dtype === 'torch.float64' ? 'torch.float32' : dtype);
      assert.deepEqual(found, dtype === 'torch.float64' ? values.map(Math.fround) : values, key);
    }
  });
}

test('what a training keeps beside the model can be looked at', async () => {
  for (const name of ['training', 'training, before 1.6', 'training, protocol 4']) {
    const { beside } = await readPytorch(new MemorySource('ckpt.pt', file(name)));
    const args = beside.get('model_args');
    assert.ok(args instanceof PickleMap);
    assert.deepEqual(
      [...args.entries],
      [
        ['n_layer', 2],
        ['dropout', 0.1],
        ['bias', false],
        ['name', null],
        ['big', 2n ** 70n],
      ],
    );
    assert.equal(beside.get('iter_num'), 40000);
  }
});

for (const [name, { file: text, says }] of Object.entries(FIXTURES.refused)) {
  test(`${name} is refused, and says what it is`, async () => {
    const folder = memoryFolder('model', { 'pytorch_model.bin': bytesOf(text) });
    await assert.rejects(openCheckpoint(folder), (error: unknown) => {
      assert.ok(error instanceof UnsupportedError);
      assert.ok(error.message.includes(says), error.message);
      assert.match(error.remedy, /torch\.save\(/);
      return true;
    });
  });
}

test('a pickle that would run a command is known by the name of what it calls, and nothing is run', () => {
  const program = utf8('\u0002cposix\nsystem\nX\u0004\u0000\u0000\u0000true\u0085R.');
  const pickle = Uint8Array.of(0x80, ...program.filter((byte) => byte !== 0xc2));
  const { value } = readPickle(pickle);
  assert.ok(value instanceof PickleObject);
  assert.equal(value.name, 'posix.system');
});

test('safetensors come first, then the usual name, the index, and the only file of another name', async () => {
  const weights = file('plain');
  const index = (map: unknown): Uint8Array => utf8(JSON.stringify({ weight_map: map }));
  const open = (files: Record<string, Uint8Array>) => openCheckpoint(memoryFolder('model', files));
  const safetensors = writeSafetensors({ a: { dtype: 'F32', shape: [2] } });
  const names = async (files: Record<string, Uint8Array>) => [...(await open(files)).tensors.keys()];
  assert.deepEqual(await names({ 'model.safetensors': safetensors, 'pytorch_model.bin': weights }), ['a']);
  const expected = ['first.weight', 'first.bias', 'second.weight'];
  const beside = { 'training_args.bin': weights, 'optimizer.pt': weights, 'rng_state_0.pth': weights };
  assert.deepEqual(await names({ 'model.ckpt': weights, ...beside }), expected);
  const shards = {
    'pytorch_model.bin.index.json': index({ 'first.weight': 'one.bin', e4m3: 'two.bin' }),
    'one.bin': weights,
    'two.bin': file('float8'),
  };
  assert.deepEqual(await names(shards), [...expected, 'e4m3', 'e5m2']);
  await assert.rejects(open({ ...shards, 'two.bin': weights }), /is in two files, one\.bin and two\.bin/);
  await assert.rejects(open({ 'a.pt': weights, 'b.pth': weights }), /2 files of weights and no index/);
});

test('a pointer of Git LFS, a cut-off file and another kind of file are named for what they are', async () => {
  const read = (bytes: Uint8Array) => readPytorch(new MemorySource('pytorch_model.bin', bytes));
  await assert.rejects(read(utf8('version https://git-lfs.github.com/spec/v1\noid')), /git lfs pull/);
  for (const name of ['plain', 'plain, before 1.6']) {
    const bytes = file(name);
    for (const length of [70, 400, bytes.length - 1])
      await assert.rejects(
        read(bytes.subarray(0, length)),
        /damaged or its download was cut off/,
        `${name} ${length}`,
      );
  }
  await assert.rejects(read(utf8('<html>')), FormatError);
  await assert.rejects(read(new Uint8Array(0)), FormatError);
});

test('mutated files give a sound directory or a FormatError, quickly', async () => {
  const result = await fuzz(20_000, 20261130);
  assert.ok(result.accepted > 1000, `accepted ${result.accepted}`);
  assert.ok(result.refused > 5000, `refused ${result.refused}`);
  assert.ok(result.slowest < 5000, `slowest ${result.slowest} ms`);
});
