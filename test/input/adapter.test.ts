/** Adapters beside their base models: merged as peft merges them, bit for bit; every other kind refused by name. */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { rowLayout, type Checkpoint, type FloatDtype } from '../../src/checkpoint/checkpoint.js';
import { floatsOf } from '../../src/checkpoint/floats.js';
import { openWeightFile } from '../../src/checkpoint/open-checkpoint.js';
import { openInput } from '../../src/input/open-input.js';
import type { ModelInput } from '../../src/input/model-input.js';
import { readDecoder } from '../../src/model/read.js';
import { FormatError, UnsupportedError } from '../../src/shared/errors.js';
import { fileListFolder } from '../../src/source/file-list-folder.js';
import { MemorySource, memoryFolder } from '../../src/source/memory-folder.js';
import { utf8, writeSafetensors } from '../checkpoint/write-safetensors.js';

const ROOT = new URL('../fixtures/adapters/', import.meta.url);

/** Adapters by name, with the base of each. */
const ADAPTERS: Readonly<Record<string, string>> = {
  linear: 'llama',
  patterns: 'llama',
  embedding: 'llama',
  biases: 'llama',
  'biases-of-layers': 'gpt2',
  'bias-beside-b': 'llama',
  conv1d: 'gpt2',
  dora: 'llama',
  'dora-conv1d': 'gpt2',
  'tied-head': 'gpt2',
};

/**
 * Units in the last place by which the lengths of DoRA may move a weight: torch sums their squares in floats, and in an
 * order that depends on the processor.
 */
const DORA_UNITS = 4;

type Files = Record<string, Uint8Array>;

async function filesOf(name: string): Promise<Files> {
  const files: Files = {};
  for (const file of await readdir(new URL(name, ROOT)))
    if (file !== 'merged.safetensors')
      files[file] = new Uint8Array(await readFile(new URL(`${name}/${file}`, ROOT)));
  return files;
}

async function changedConfig(name: string, change: Record<string, unknown>): Promise<Uint8Array> {
  const text = await readFile(new URL(`${name}/adapter_config.json`, ROOT), 'utf8');
  return utf8(JSON.stringify({ ...(JSON.parse(text) as Record<string, unknown>), ...change }));
}

async function numbers(
  checkpoint: Checkpoint,
  name: string,
  rowBegin = 0,
  rowEnd?: number,
): Promise<Float32Array> {
  const info = checkpoint.tensors.get(name);
  assert.ok(info, name);
  return floatsOf(
    info.dtype as FloatDtype,
    await checkpoint.readRows(name, rowBegin, rowEnd ?? rowLayout(info).rows),
  );
}

/** Distance of two floats in units in the last place. */
function units(a: number, b: number): number {
  const order = (value: number): number => {
    const bits = new Int32Array(Float32Array.of(value).buffer)[0] as number;
    return bits < 0 ? -(bits & 0x7fffffff) : bits;
  };
  return Math.abs(order(a) - order(b));
}

async function checkMerged(input: ModelInput, name: string, base: Checkpoint): Promise<void> {
  const checkpoint = await input.checkpoint();
  const bytes = new Uint8Array(await readFile(new URL(`${name}/merged.safetensors`, ROOT)));
  const merged = await openWeightFile(new MemorySource('merged.safetensors', bytes));
  const most = name.startsWith('dora') ? DORA_UNITS : 0;
  for (const tensor of base.tensors.keys()) {
    const expected = await numbers(merged.tensors.has(tensor) ? merged : base, tensor);
    const found = await numbers(checkpoint, tensor);
    assert.equal(found.length, expected.length);
    const worst = found.reduce((far, value, i) => Math.max(far, units(value, expected[i] as number)), 0);
    assert.ok(worst <= most, `${tensor}: ${worst} units`);
  }
}

for (const [name, of] of Object.entries(ADAPTERS)) {
  test(`merged as peft merges it: ${name}`, async () => {
    const [base, adapter] = [await filesOf(of), await filesOf(name)];
    const plain = await (await openInput(memoryFolder('base', base))).checkpoint();
    const input = await openInput(memoryFolder('both', { ...base, ...adapter }));
    await checkMerged(input, name, plain);
    const model = await readDecoder(input);
    const note = model.notes.find(({ code }) => code === 'adapter-merged');
    assert.ok(note?.code === 'adapter-merged' && note.tensors > 0);
    assert.deepEqual(
      (await input.files()).filter(({ needed }) => needed).map((file) => file.name),
      [
        'model.safetensors',
        'adapter_config.json',
        Object.keys(adapter).find((file) => file.startsWith('adapter_model')),
      ],
    );
  });
}

test('rows by themselves, in any order, are those of the whole', async () => {
  for (const name of ['linear', 'conv1d', 'dora-conv1d', 'embedding']) {
    const files = { ...(await filesOf(ADAPTERS[name] as string)), ...(await filesOf(name)) };
    const checkpoint = await (await openInput(memoryFolder('both', files))).checkpoint();
    for (const info of [...checkpoint.tensors.values()].filter(({ shape }) => shape.length === 2)) {
      const { rows, columns, rowBytes } = rowLayout(info);
      const whole = await checkpoint.readRows(info.name, 0, rows);
      for (const row of [rows - 1, 0, 1]) {
        const target = new Uint8Array(rowBytes);
        await checkpoint.readRowsInto(target, info.name, row, row + 1);
        assert.deepEqual(
          target,
          whole.subarray(row * rowBytes, (row + 1) * rowBytes),
          `${info.name} of ${columns}`,
        );
      }
    }
  }
});

test('base and adapter as two folders in one are merged, whichever lies in which', async () => {
  const [base, adapter] = [await filesOf('llama'), await filesOf('linear')];
  const plain = await (await openInput(memoryFolder('base', base))).checkpoint();
  const inside = (folder: string, files: Files): Files =>
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]));
  for (const files of [
    { ...inside('the base', base), ...inside('mine', adapter) },
    { ...inside('base', base), ...adapter },
  ]) {
    const folder = fileListFolder(
      Object.entries(files).map(([path, bytes]) => ({
        path: `parent/${path}`,
        file: new File([bytes.slice()], path.split('/').at(-1) ?? path),
      })),
    );
    const input = await openInput(folder);
    await checkMerged(input, 'linear', plain);
    for (const { name, needed } of await input.files())
      if (needed) assert.ok((await folder.open(name)) !== null, `${name} is in the folder`);
  }
});

/** Changes of an adapter's description: the code, and what is said. */
const REFUSED: Readonly<Record<string, readonly [Record<string, unknown>, RegExp]>> = {
  'prefix tuning': [
    { peft_type: 'PREFIX_TUNING' },
    /prefix tuning \(PREFIX_TUNING\).*Train a LoRA adapter instead/,
  ],
  'prompt tuning': [{ peft_type: 'PROMPT_TUNING' }, /prompt tuning \(PROMPT_TUNING\)/],
  'another kind': [{ peft_type: 'LOKR' }, /of the kind LOKR.*merge_and_unload\(\)/],
  'an adapter of MLX': [{ peft_type: undefined, fine_tune_type: 'lora' }, /MLX.*mlx_lm\.fuse/],
  'layers that were repeated': [{ layer_replication: [[0, 2]] }, /layer_replication is set/],
  'parameters that are no layers': [{ target_parameters: ['x'] }, /target_parameters is set/],
  'tokens that are trained': [{ trainable_token_indices: [1] }, /trainable_token_indices is set/],
  'a base model that was changed at the start': [{ init_lora_weights: 'pissa_niter_16' }, /pissa_niter_16/],
  'a pattern that takes for ever': [
    { alpha_pattern: { '(a+)+': 2 } },
    /alpha_pattern\.\(a\+\)\+: It has a pattern/,
  ],
};

for (const [what, [change, message]] of Object.entries(REFUSED)) {
  test(`refused by name: ${what}`, async () => {
    const files = { ...(await filesOf('llama')), ...(await filesOf('linear')) };
    files['adapter_config.json'] = await changedConfig('linear', change);
    await assert.rejects((await openInput(memoryFolder('both', files))).config(), (error) => {
      assert.ok(error instanceof UnsupportedError && error.code === 'adapter', String(error));
      assert.match(error.message.replaceAll('\n', ' '), message);
      return true;
    });
  });
}

test('an adapter without its base names it, and following the advice helps', async () => {
  const adapter = await filesOf('linear');
  await assert.rejects((await openInput(memoryFolder('alone', adapter))).config(), (error) => {
    assert.ok(error instanceof UnsupportedError && error.code === 'adapter', String(error));
    assert.match(
      error.message,
      /only the difference to a base model: "someone\/llama".*Put config\.json and the weights of "someone\/llama"/,
    );
    return true;
  });
});

test('a base that the adapter does not belong to is told by the tensor that does not fit', async () => {
  const adapter = await filesOf('linear');
  await assert.rejects(
    (await openInput(memoryFolder('both', { ...(await filesOf('gpt2')), ...adapter }))).checkpoint(),
    (error) =>
      error instanceof FormatError &&
      error.code === 'mixed-up' &&
      /has no layer of this name\..*base model that the adapter was trained on, "someone\/llama"/.test(
        error.message,
      ),
  );
  const narrow = { dtype: 'F32', shape: [4, 8] } as const;
  const at = 'base_model.model.model.layers.0.self_attn.q_proj.lora_';
  const files = {
    ...(await filesOf('llama')),
    ...adapter,
    'adapter_model.safetensors': writeSafetensors({
      [`${at}A.weight`]: narrow,
      [`${at}B.weight`]: { dtype: 'F32', shape: [16, 4] },
    }),
  };
  await assert.rejects(
    (await openInput(memoryFolder('both', files))).checkpoint(),
    (error) =>
      error instanceof FormatError && /one of \[16, 8\], and the base .* has \[16, 16\]/.test(error.message),
  );
});
