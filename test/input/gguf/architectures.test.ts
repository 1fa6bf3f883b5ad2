/**
 * The tiny checkpoints as llama.cpp converted them (`make.py`) are the models that their folders are: the same tensors to the
 * bit, and the logits that transformers computed.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint.js';
import { readGgufHeader } from '../../../src/checkpoint/gguf/header.js';
import type { GgufTensor } from '../../../src/checkpoint/gguf/tensors.js';
import { ggmlType } from '../../../src/checkpoint/gguf/types.js';
import { halves } from '../../../src/checkpoint/gguf/half.js';
import { readRows } from '../../../src/checkpoint/row-reader.js';
import { hfFolderInput } from '../../../src/input/hf-folder.js';
import type { ModelInput } from '../../../src/input/model-input.js';
import { openInput } from '../../../src/input/open-input.js';
import type { DecoderModel, TensorRef } from '../../../src/model/decoder.js';
import { readDecoder } from '../../../src/model/read.js';
import { MemorySource, memoryFolder } from '../../../src/source/memory-folder.js';
import { distance, type Expected } from '../../model/family-fixtures.js';
import { plainForward } from '../../model/plain-forward.js';
import { writeGguf, type TestValue } from '../../checkpoint/gguf/write-gguf.js';
import { concatenate, writeSafetensors } from '../../checkpoint/write-safetensors.js';

const FIXTURES = new URL('../../fixtures/', import.meta.url);

interface Changes {
  readonly source: Readonly<Record<string, string>>;
  /** What GGUF cannot say, by the name of the case. */
  readonly config: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly dropped: Readonly<Record<string, string>>;
}

const CHANGES = JSON.parse(await readFile(new URL('changes.json', import.meta.url), 'utf8')) as Changes;

/** Float32 against float64 through a few layers. */
const TOLERANCE = 2e-5;

/** As in the fixtures' own test; what it differs by is the rounding of numbers that GGUF has in 32 bits. */
async function folderOf(name: string): Promise<ModelInput> {
  const root = new URL(`${CHANGES.source[name]}/`, FIXTURES);
  const config = JSON.parse(await readFile(new URL('config.json', root), 'utf8')) as Record<string, unknown>;
  const weights = new Uint8Array(await readFile(new URL('model.safetensors', root)));
  const folder = (bytes: Uint8Array) =>
    hfFolderInput(
      memoryFolder(name, {
        'config.json': new TextEncoder().encode(JSON.stringify({ ...config, ...CHANGES.config[name] })),
        'model.safetensors': bytes,
      }),
    );
  const dropped = CHANGES.dropped[name];
  if (dropped === undefined) return folder(weights);
  const checkpoint = await folder(weights).checkpoint();
  const kept = [...checkpoint.tensors.values()].filter((tensor) => !new RegExp(dropped).test(tensor.name));
  return folder(
    writeSafetensors(
      Object.fromEntries(
        kept.map((tensor) => [
          tensor.name,
          { dtype: tensor.dtype, shape: tensor.shape, data: weights.slice(tensor.begin, tensor.end) },
        ]),
      ),
    ),
  );
}

interface Read {
  readonly model: DecoderModel;
  readonly checkpoint: Checkpoint;
}

async function read(input: ModelInput): Promise<Read> {
  return { model: await readDecoder(input), checkpoint: await input.checkpoint() };
}

/** Every tensor of a description with its place in it, and the description without tensors and names. */
function takeApart(model: DecoderModel): { readonly refs: Map<string, TensorRef>; readonly rest: unknown } {
  const refs = new Map<string, TensorRef>();
  const walk = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item, index) => walk(item, `${path}.${index}`));
    if (isTensorRef(value)) {
      refs.set(path, value);
      return [...value.shape];
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, `${path}.${key}`)]),
    );
  };
  const rest = walk({ ...model, readFrom: null, notes: null }, '');
  return { refs, rest };
}

function isTensorRef(value: object): value is TensorRef {
  return 'dtype' in value;
}

/** The elements of a tensor as F32. */
async function numbersOf(
  { checkpoint }: Read,
  { name, view, dtype, shape }: TensorRef,
): Promise<Float32Array> {
  const rows = shape.length < 2 ? 1 : (shape[0] ?? 1);
  const bytes = await readRows(checkpoint, { name, view }, 0, rows);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'F16')
    return Float32Array.from(
      { length: bytes.length / 2 },
      (_, i) => halves()[data.getUint16(2 * i, true)] ?? NaN,
    );
  assert.ok(dtype === 'F32' || dtype === 'BF16', dtype);
  if (dtype === 'F32')
    return Float32Array.from({ length: bytes.length / 4 }, (_, i) => data.getFloat32(4 * i, true));
  const wide = Uint32Array.from({ length: bytes.length / 2 }, (_, i) => data.getUint16(2 * i, true) << 16);
  return new Float32Array(wide.buffer);
}

/** Numbers that went through 32 bits on one side. */
function close(found: unknown, expected: unknown, path: string): void {
  if (typeof found === 'number' && typeof expected === 'number') {
    assert.ok(Math.abs(found - expected) <= 2e-7 * Math.abs(expected), `${path}: ${found}, ${expected}`);
  } else if (
    typeof found === 'object' &&
    typeof expected === 'object' &&
    found !== null &&
    expected !== null
  ) {
    assert.deepEqual(Object.keys(found), Object.keys(expected), path);
    for (const [key, value] of Object.entries(found))
      close(value, (expected as Record<string, unknown>)[key], `${path}.${key}`);
  } else assert.deepEqual(found, expected, path);
}

for (const [name, source] of Object.entries(CHANGES.source)) {
  void test(`${name}: tensors, description and logits are those of the folder`, async () => {
    const bytes = new Uint8Array(await readFile(new URL(`${name}.gguf`, import.meta.url)));
    const found = await read(await openInput(memoryFolder('models', { [`${name}.gguf`]: bytes })));
    const folder = await read(await folderOf(name));
    const [mine, theirs] = [takeApart(found.model), takeApart(folder.model)];
    // No ids without a tokenizer, which the files do not have.
    const { bosId, eosIds, padId } = folder.model;
    close({ ...(mine.rest as object), bosId, eosIds, padId }, theirs.rest, name);
    assert.deepEqual([...mine.refs.keys()], [...theirs.refs.keys()]);
    for (const [path, ref] of mine.refs) {
      const expected = theirs.refs.get(path);
      assert.ok(expected !== undefined);
      assert.deepEqual(
        await numbersOf(found, ref),
        await numbersOf(folder, expected),
        `${path}: ${ref.name}`,
      );
    }
    const expected = JSON.parse(
      await readFile(new URL(`${source}/expected.json`, FIXTURES), 'utf8'),
    ) as Expected;
    const isChanged = CHANGES.config[name] !== undefined;
    const logits = isChanged
      ? (await plainForward(folder.model, folder.checkpoint, expected.ids)).flat()
      : expected.logits.flat();
    const off = distance((await plainForward(found.model, found.checkpoint, expected.ids)).flat(), logits);
    assert.ok(off <= TOLERANCE, `differs by ${off} of the largest logit`);
  });
}

void test('query, key and value of Phi in one tensor, as older files have them, are taken apart', async () => {
  const source = new MemorySource(
    'phi',
    new Uint8Array(await readFile(new URL('phi.gguf', import.meta.url))),
  );
  const { tensors, dataBegin, values } = await readGgufHeader(source);
  const dataOf = async ({ offset, bytes }: GgufTensor) =>
    source.read(dataBegin + offset, dataBegin + offset + bytes);
  const kinds = new Map([...Array(64).keys()].map((number) => [ggmlType(number)?.name, number]));
  const made = [];
  for (const tensor of tensors) {
    const [, layer, kind] = /^(blk\.\d+)\.attn_q\.(\w+)$/.exec(tensor.name) ?? [];
    if (/attn_[kv]\./.test(tensor.name)) continue;
    const parts = [
      tensor,
      ...['k', 'v'].map((part) => tensors.find(({ name }) => name === `${layer}.attn_${part}.${kind}`)),
    ];
    const all = layer === undefined ? [tensor] : parts.filter((part) => part !== undefined);
    const rows = all.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
    made.push({
      name: layer === undefined ? tensor.name : `${layer}.attn_qkv.${kind}`,
      type: kinds.get(tensor.type.name) ?? 0,
      shape: [rows, ...tensor.shape.slice(1)],
      data: concatenate(await Promise.all(all.map(dataOf))),
    });
  }
  const keys: [string, TestValue][] = [];
  for (const [key, value] of values) {
    if (typeof value === 'string') keys.push([key, { string: value }]);
    else if (typeof value === 'number')
      keys.push([key, Number.isInteger(value) ? { uint32: value } : { float32: value }]);
  }
  const fused = writeGguf({
    values: { ...Object.fromEntries(keys), 'phi2.attention.head_count_kv': { uint32: 2 } },
    tensors: made,
  });
  const found = await read(await openInput(memoryFolder('m', { 'm.gguf': fused })));
  const folder = await read(await folderOf('phi'));
  const [mine, theirs] = [takeApart(found.model), takeApart(folder.model)];
  assert.deepEqual([...mine.refs.keys()], [...theirs.refs.keys()]);
  for (const [path, ref] of mine.refs)
    assert.deepEqual(
      await numbersOf(found, ref),
      await numbersOf(folder, theirs.refs.get(path) ?? ref),
      path,
    );
});

void test('gains that are distances from 1 are read of every type of numbers', async () => {
  const values = { 'general.architecture': { string: 'gemma' } } as const;
  const half = Uint8Array.of(0x00, 0x3e, 0x00, 0x40); // 1.5, 2
  const wide = Uint8Array.of(0xc0, 0x3f, 0x00, 0x40);
  for (const [type, data] of [
    [1, half],
    [30, wide],
    [28, new Uint8Array(Float64Array.of(1.5, 2).buffer)],
  ] as const) {
    const file = writeGguf({ values, tensors: [{ name: 'output_norm.weight', type, shape: [2], data }] });
    const checkpoint = await (await openInput(memoryFolder('m', { 'm.gguf': file }))).checkpoint();
    const rows = await checkpoint.readRows('model.norm.weight', 0, 1);
    assert.deepEqual(new Float32Array(rows.slice().buffer), Float32Array.of(0.5, 1));
  }
});
