/** Which files of a folder are a model in GGUF: one, one that is split, several, and what lies beside other weights. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ggufFiles } from '../../../src/input/gguf/files.js';
import type { ModelInput } from '../../../src/input/model-input.js';
import { openInput } from '../../../src/input/open-input.js';
import { readDecoder } from '../../../src/model/read.js';
import { FormatError, UnsupportedError } from '../../../src/shared/errors.js';
import { httpFolder } from '../../../src/source/http-folder.js';
import { memoryFolder } from '../../../src/source/memory-folder.js';
import { nodeFolder } from '../../../src/source/node-folder.js';
import { writeGguf, type TestGgufTensor, type TestValue } from '../../checkpoint/gguf/write-gguf.js';

const SIZES = { hidden: 8, width: 16, vocab: 10 };

const tensor = (name: string, ...shape: number[]): TestGgufTensor => ({
  name,
  type: 0,
  shape,
  data: new Uint8Array(4 * shape.reduce((product, length) => product * length, 1)).fill(1),
});

const { hidden, width, vocab } = SIZES;
const TENSORS: readonly TestGgufTensor[] = [
  tensor('token_embd.weight', vocab, hidden),
  tensor('output_norm.weight', hidden),
  tensor('blk.0.attn_norm.weight', hidden),
  ...['q', 'k', 'v', 'output'].map((part) => tensor(`blk.0.attn_${part}.weight`, hidden, hidden)),
  tensor('blk.0.ffn_norm.weight', hidden),
  tensor('blk.0.ffn_gate.weight', width, hidden),
  tensor('blk.0.ffn_up.weight', width, hidden),
  tensor('blk.0.ffn_down.weight', hidden, width),
];

const VALUES: Readonly<Record<string, TestValue>> = {
  'general.architecture': { string: 'llama' },
  'general.license': { string: 'apache-2.0' },
  'general.sampling.temp': { float32: 0.6 },
  'llama.embedding_length': { uint32: hidden },
  'llama.block_count': { uint32: 1 },
  'llama.context_length': { uint32: 64 },
  'llama.attention.head_count': { uint32: 2 },
  'llama.attention.layer_norm_rms_epsilon': { float32: 1e-5 },
};

/** Part `index` of `count`; keys are in the first. */
function part(index: number, count: number): Uint8Array {
  const each = Math.ceil(TENSORS.length / count);
  return writeGguf({
    values: {
      ...(index === 0 ? VALUES : {}),
      ...(count > 1 ? { 'split.no': { uint32: index }, 'split.count': { uint32: count } } : {}),
    },
    tensors: TENSORS.slice(index * each, (index + 1) * each),
  });
}

const name = (index: number, count: number): string => `m-0000${index + 1}-of-0000${count}.gguf`;
const split = (count: number): Record<string, Uint8Array> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index, count), part(index, count)]));

async function reads(input: ModelInput): Promise<void> {
  const model = await readDecoder(input);
  assert.equal(model.hiddenSize, hidden);
  assert.equal((await input.checkpoint()).tensors.size, TENSORS.length);
}

test('one file, with what else it says of the model', async () => {
  const input = await openInput(memoryFolder('folder', { 'Tiny.Q8_0.gguf': part(0, 1) }));
  await reads(input);
  assert.equal(input.name, 'Tiny.Q8_0');
  assert.equal(await input.licence(), 'apache-2.0');
  assert.equal((await readDecoder(input)).generation.temperature, 0.6);
  assert.deepEqual(await input.files(), [
    { name: 'Tiny.Q8_0.gguf', needed: true },
    { name: 'README.md', needed: false },
  ]);
});

test('a file that is split is joined, whichever part was chosen', async () => {
  const folder = memoryFolder('folder', split(3));
  const input = await openInput(folder);
  await reads(input);
  assert.equal(input.name, 'm');
  await reads(await openInput({ ...folder, names: [name(1, 3)] }));
});

test('parts that are missing or in the wrong place are named', async () => {
  const { [name(1, 3)]: second, ...others } = split(3);
  assert.ok(second);
  await assert.rejects(
    (await openInput(memoryFolder('folder', others))).config(),
    (error) =>
      error instanceof FormatError &&
      error.code === 'missing-files' &&
      /1 of its 3 files are missing: m-00002-of-00003\.gguf/.test(error.message),
  );
  const swapped = { ...split(3), [name(1, 3)]: part(2, 3) };
  await assert.rejects(
    (await openInput(memoryFolder('folder', swapped))).config(),
    /m-00002-of-00003\.gguf: split\.no: It says that it is part 2 \(from 0\) of 3, but is taken for part 1 of 3/,
  );
  const alone = memoryFolder('folder', { 'renamed.gguf': part(0, 3) });
  await assert.rejects((await openInput(alone)).config(), /of 3, but is taken for part 0 of 1/);
});

test('several models are named; parts of other models and what lies beside safetensors are none', async () => {
  const bytes = part(0, 1);
  await assert.rejects(
    openInput(memoryFolder('repo', { 'm.Q8_0.gguf': bytes, 'm.Q4_K_M.gguf': bytes, ...split(2) })),
    (error) =>
      error instanceof FormatError &&
      error.code === 'two-models' &&
      /It holds 3 models in GGUF: m-00001-of-00002\.gguf, m\.Q4_K_M\.gguf, m\.Q8_0\.gguf\. Choose one/.test(
        error.message,
      ),
  );
  await reads(await openInput(memoryFolder('repo', { 'm.gguf': bytes, 'mmproj-m.gguf': bytes })));
  await reads(await openInput(memoryFolder('repo', { 'config.json': bytes, 'm.gguf': bytes })));
  const beside = memoryFolder('repo', { 'm.gguf': bytes, 'model.safetensors': bytes });
  await assert.rejects((await openInput(beside)).config(), /It has no config\.json/);
  assert.deepEqual(ggufFiles(['Q8/m.gguf', 'a.txt']), [{ name: 'Q8/m', files: ['Q8/m.gguf'] }]);
  assert.deepEqual(ggufFiles(['m-00001-of-99999.gguf']), [{ name: 'm', files: ['m-00001-of-99999.gguf'] }]);
});

test('files that hold no model, and architectures that are not read, are named', async () => {
  const refused = async (values: Readonly<Record<string, TestValue>>, code: string, expected: RegExp) =>
    assert.rejects(
      (await openInput(memoryFolder('m', { 'm.gguf': writeGguf({ values }) }))).config(),
      (error) => error instanceof UnsupportedError && error.code === code && expected.test(error.message),
    );
  const architecture = (name: string) => ({ 'general.architecture': { string: name } });
  await refused(architecture('mamba'), 'family', /mamba is not read from GGUF\. Read are: llama, qwen2, /);
  await refused(architecture('clip'), 'other-format', /holds no model by itself/);
  await refused(
    { ...architecture('llama'), 'general.type': { string: 'adapter' } },
    'adapter',
    /Merge the adapter into its model/,
  );
  const huge = { ...VALUES, 'llama.block_count': { uint32: 2 ** 31 } };
  await assert.rejects(
    (
      await openInput(memoryFolder('m', { 'm.gguf': writeGguf({ values: huge, tensors: TENSORS }) }))
    ).config(),
    /llama\.block_count: It is 2147483648, but must be a whole number from 1 to 4096/,
  );
  const nameless = await openInput(memoryFolder('m', { 'm.gguf': writeGguf({}) }));
  await assert.rejects(nameless.config(), /general\.architecture: It is missing/);
});

test('a file on disk, and one behind an address, is a folder that holds it', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'gguf-'));
  try {
    for (const [file, bytes] of Object.entries(split(2))) await writeFile(join(scratch, file), bytes);
    await writeFile(join(scratch, 'other.gguf'), part(0, 1));
    const folder = await nodeFolder(join(scratch, name(0, 2)));
    try {
      await reads(await openInput(folder));
    } finally {
      await folder.close();
    }
    await assert.rejects(nodeFolder(join(scratch, 'other.gguf.txt')), /cannot be read|is a file/);
  } finally {
    await rm(scratch, { recursive: true });
  }
  const served: string[] = [];
  const fetch = (async (url: string | URL | Request) => {
    const address = new URL(url instanceof Request ? url.url : url);
    served.push(address.pathname);
    const bytes = split(2)[address.pathname.slice('/models/'.length)];
    return new Response(bytes === undefined ? null : bytes.slice(), {
      status: bytes === undefined ? 404 : 200,
    });
  }) as typeof globalThis.fetch;
  await reads(await openInput(httpFolder(`https://example.org/models/${name(0, 2)}`, { fetch })));
  assert.deepEqual([...new Set(served)], [`/models/${name(0, 2)}`, `/models/${name(1, 2)}`]);
});
