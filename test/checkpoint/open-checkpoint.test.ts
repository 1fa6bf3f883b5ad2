/** Finding weights in a folder: single, sharded, oddly named, missing, or in a container that is not read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { FormatError, UnsupportedError } from '../../src/shared/errors.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { utf8, writeSafetensors } from './write-safetensors.js';

const A = writeSafetensors({ a: { dtype: 'U8', shape: [2, 3] } }, { format: 'pt' });
const B = writeSafetensors({ b: { dtype: 'F16', shape: [4] } });
const index = (map: unknown): Uint8Array =>
  utf8(JSON.stringify({ metadata: { total_size: 14 }, weight_map: map }));
const folder = (files: Record<string, Uint8Array>) => memoryFolder('model', files);
const INDEX = 'model.safetensors.index.json';

void test('opens a single file and reads rows as bytes', async () => {
  const checkpoint = await openCheckpoint(folder({ 'model.safetensors': A, 'other.safetensors': B }));
  assert.deepEqual([...checkpoint.tensors.keys()], ['a']);
  assert.equal(checkpoint.bytes, 6);
  assert.deepEqual(checkpoint.metadata, { format: 'pt' });
  assert.deepEqual([...(await checkpoint.readRows('a', 1, 2))], [3, 4, 5]);
  const target = new Uint8Array(6);
  await checkpoint.readRowsInto(target, 'a', 0, 2);
  assert.deepEqual([...target], [0, 1, 2, 3, 4, 5]);
});

void test('refuses rows outside of a tensor, and unknown tensors', async () => {
  const checkpoint = await openCheckpoint(folder({ 'model.safetensors': A }));
  for (const [begin, end] of [
    [0, 3],
    [-1, 1],
    [2, 1],
    [0.5, 1],
    [NaN, 1],
  ] as const) {
    await assert.rejects(checkpoint.readRows('a', begin, end), RangeError);
  }
  await assert.rejects(checkpoint.readRows('b', 0, 1), RangeError);
  await assert.rejects(checkpoint.readRowsInto(new Uint8Array(5), 'a', 0, 2), RangeError);
});

void test('a vector is one row, a scalar one row of one element', async () => {
  const file = writeSafetensors({ v: { dtype: 'F16', shape: [4] }, s: { dtype: 'F32', shape: [] } });
  const checkpoint = await openCheckpoint(folder({ 'model.safetensors': file }));
  assert.equal((await checkpoint.readRows('v', 0, 1)).length, 8);
  assert.equal((await checkpoint.readRows('s', 0, 1)).length, 4);
  await assert.rejects(checkpoint.readRows('v', 0, 2), RangeError);
});

void test('opens shards and the only file of another name', async () => {
  const sharded = await openCheckpoint(
    folder({
      [INDEX]: index({ a: 'one.safetensors', b: 'two.safetensors' }),
      'one.safetensors': A,
      'two.safetensors': B,
    }),
  );
  assert.deepEqual([...sharded.tensors.keys()], ['a', 'b']);
  assert.deepEqual([...(await sharded.readRows('b', 0, 1))], [0, 1, 2, 3, 4, 5, 6, 7]);
  const only = await openCheckpoint(folder({ 'weights.safetensors': B }));
  assert.deepEqual([...only.tensors.keys()], ['b']);
});

void test('a mapped tensor that no shard holds is remembered for whoever needs it', async () => {
  const files = { [INDEX]: index({ a: 'one.safetensors', z: 'one.safetensors' }), 'one.safetensors': A };
  const { tensors, remarks } = await openCheckpoint(folder(files));
  assert.deepEqual([...tensors.keys()], ['a']);
  assert.deepEqual([...(remarks?.promised ?? [])], [['z', 'one.safetensors']]);
});

const broken: readonly (readonly [string, Record<string, Uint8Array>, RegExp])[] = [
  [
    'shards that are missing, all of them named',
    {
      [INDEX]: index({ a: 'one.safetensors', b: 'two.safetensors', c: 'three.safetensors' }),
      'one.safetensors': A,
    },
    /2 of 3 .* three\.safetensors, two\.safetensors/,
  ],
  [
    'a tensor in two shards',
    {
      [INDEX]: index({ a: 'one.safetensors', b: 'two.safetensors' }),
      'one.safetensors': A,
      'two.safetensors': A,
    },
    /two files, one\.safetensors and two\.safetensors/,
  ],
  [
    'a tensor in another shard than mapped',
    {
      [INDEX]: index({ a: 'two.safetensors', b: 'one.safetensors' }),
      'one.safetensors': A,
      'two.safetensors': B,
    },
    /is in one\.safetensors/,
  ],
  ['an index without a map', { [INDEX]: utf8('{}') }, /weight_map/],
  ['an empty map', { [INDEX]: index({}) }, /0 tensors/],
  ['a map that is a list', { [INDEX]: index([]) }, /weight_map/],
  ['an index that is not JSON', { [INDEX]: utf8('{"weight_map":{') }, /not valid JSON/],
  [
    'a duplicate key in the map',
    { [INDEX]: utf8('{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}') },
    /occurs twice/,
  ],
  ['two files and no index', { 'x.safetensors': A, 'y.safetensors': B }, /2 files of weights/],
  ['an empty folder', {}, /no weights/],
];
for (const [what, files, problem] of broken) {
  void test(`refuses ${what}`, async () => {
    await assert.rejects(openCheckpoint(folder(files)), (error) => {
      assert.ok(error instanceof FormatError && !(error instanceof UnsupportedError), String(error));
      assert.match(error.message, problem);
      return true;
    });
  });
}

for (const name of [
  '../one.safetensors',
  '/etc/one.safetensors',
  'https://x/one.safetensors',
  'sub/one.safetensors',
  'a\\b.safetensors',
  '..',
  '',
  'config.json',
  7,
  null,
  'x\0.safetensors',
]) {
  void test(`refuses the shard name ${JSON.stringify(name)}`, async () => {
    await assert.rejects(openCheckpoint(folder({ [INDEX]: index({ a: name }) })), /plain names/);
  });
}

void test('refuses other containers kindly, with the way out', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['model.h5', /Keras/],
    ['model.onnx', /ONNX/],
  ];
  for (const [name, message] of cases) {
    await assert.rejects(openCheckpoint(folder({ [name]: new Uint8Array(9) })), (error) => {
      assert.ok(error instanceof UnsupportedError);
      assert.equal(error.file, name);
      assert.match(error.message, message);
      return true;
    });
  }
  const unlisted = { ...folder({ 'pytorch_model.bin': new Uint8Array(9) }), names: null };
  await assert.rejects(openCheckpoint(unlisted), /not one that torch\.save wrote/);
});

void test('an abort ends the opening with its reason', async () => {
  await assert.rejects(openCheckpoint(folder({ 'model.safetensors': A }), AbortSignal.abort()), {
    name: 'AbortError',
  });
});
