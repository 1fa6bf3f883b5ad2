/**
 * Folders as people find them: what transformers reads with the same result is read (version 5.24 gave the logits of the
 * plain folder for each that is read here, but for the names of wrapped models, which it takes for missing), and everything
 * else is named for what it is, with a remedy that helps.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dtype } from '../../src/checkpoint/checkpoint.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { loadReference } from '../../src/pipeline/reference.js';
import { FormatError, UnsupportedError } from '../../src/shared/errors.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { utf8, writeSafetensors, type TestTensor } from '../checkpoint/write-safetensors.js';
import { kernels } from '../kernels/load.js';
import { said } from '../said.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder, type SyntheticShape } from '../support/synthetic-model.js';

interface Found {
  config: Record<string, unknown>;
  tensors: Record<string, TestTensor & { data: Uint8Array }>;
  /** What else lies there, or stands in the place of what is made of the parts above. */
  files: Record<string, Uint8Array>;
}

/** The parts of a sound model with numbers in it. */
async function plain(shape: SyntheticShape = {}): Promise<Found> {
  const folder = syntheticFolder(shape);
  const [config, weights] = await Promise.all([folder.open('config.json'), folder.open('model.safetensors')]);
  assert.ok(config && weights);
  const bytes = await weights.read(0, weights.size);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
    string,
    { dtype: Dtype; shape: number[]; data_offsets: [number, number] }
  >;
  return {
    config: JSON.parse(new TextDecoder().decode(await config.read(0, config.size))) as Found['config'],
    tensors: Object.fromEntries(
      Object.entries(header).map(
        ([
          name,
          {
            dtype,
            shape: dimensions,
            data_offsets: [begin, end],
          },
        ]) => [name, { dtype, shape: dimensions, data: bytes.slice(8 + length + begin, 8 + length + end) }],
      ),
    ),
    files: {},
  };
}

const IDS = [1, 17, 3, 42, 42, 7, 90];

/** Logits after the ids, and what is noted. */
async function read(found: Found): Promise<{ logits: number[]; notes: string }> {
  const folder = memoryFolder('found', {
    'config.json': utf8(JSON.stringify(found.config)),
    'model.safetensors': writeSafetensors(found.tensors),
    ...found.files,
  });
  const { checkpoint, model, notes } = await openModel(folder, await testRuntime());
  const reference = await loadReference(kernels, checkpoint, model, {});
  const logits = [...reference.forward(IDS, 'last')];
  reference.dispose();
  return { logits, notes: said(notes.filter(({ code }) => code !== 'tokenizer-absent')) };
}

function renamed({ tensors }: Found, rename: (name: string) => string): Found['tensors'] {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [rename(name), tensor]));
}

function values(data: Uint8Array): number[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Array.from({ length: data.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function doubles(numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return new Uint8Array(view.buffer);
}

const zeros = (dtype: Dtype, shape: readonly number[], bytes: number): Found['tensors'][string] => ({
  dtype,
  shape,
  data: new Uint8Array(shape.reduce((product, size) => product * size, bytes)),
});

/** Changes that leave the model what it is, with what is noted of them. */
const SAME: Readonly<Record<string, readonly [(found: Found) => void, RegExp, SyntheticShape?]>> = {
  'names from torch.compile': [
    (found) => (found.tensors = renamed(found, (name) => `_orig_mod.${name}`)),
    /without _orig_mod\.,/,
  ],
  'names from data parallel training': [
    (found) => (found.tensors = renamed(found, (name) => `module.${name}`)),
    /without module\.,/,
  ],
  'names from PEFT': [
    (found) => (found.tensors = renamed(found, (name) => `base_model.model.${name}`)),
    /without base_model\.model\.,/,
  ],
  "names from a module of the maker's own, as Lightning saves them": [
    (found) => (found.tensors = renamed(found, (name) => `net.${name}`)),
    /without net\.,/,
  ],
  'the same where that module has the name of a part': [
    (found) => (found.tensors = renamed(found, (name) => `model.${name}`)),
    /without model\.,/,
  ],
  'names from wrappers around wrappers and around single layers': [
    (found) =>
      (found.tensors = renamed(
        found,
        (name) =>
          `module._orig_mod.${name.replace(/layers\.(\d+)\./, 'layers.$1._checkpoint_wrapped_module._fsdp_wrapped_module.')}`,
      )),
    /without _orig_mod\., _fsdp_wrapped_module\., _checkpoint_wrapped_module\., module\.,/,
  ],
  'buffers that were saved': [
    ({ tensors }) => {
      for (const layer of [0, 1]) {
        const at = `model.layers.${layer}.self_attn.`;
        tensors[`${at}rotary_emb.inv_freq`] = zeros('F32', [6], 4);
        tensors[`${at}rotary_emb.cos_cached`] = zeros('F32', [1, 1, 64, 12], 4);
        tensors[`${at}rotary_emb.sin_cached`] = zeros('F16', [1, 1, 64, 12], 2);
        tensors[`${at}bias`] = zeros('BOOL', [1, 1, 64, 64], 1);
        tensors[`${at}masked_bias`] = zeros('F32', [], 4);
      }
      tensors['model.position_ids'] = zeros('I64', [1, 64], 8);
      tensors['model.causal_mask'] = zeros('BOOL', [64, 64], 1);
    },
    /^12 stored buffers that are computed anew were left out, such as /,
  ],
  'a quantization left in the config by a merge': [
    ({ config }) => (config.quantization_config = { quant_method: 'bitsandbytes', load_in_4bit: true }),
    /^quantization_config in config\.json is ignored: the weights are numbers/,
  ],
  'a quantization of an older writer': [
    ({ config }) => (config.quantization_config = { load_in_8bit: true }),
    /^quantization_config in config\.json is ignored/,
  ],
  "an adapter's description beside the weights": [
    ({ files }) => (files['adapter_config.json'] = utf8('{"peft_type":"LORA"}')),
    /^adapter_config\.json is ignored/,
  ],
  'biases that are announced and not stored': [
    ({ config }) => Object.assign(config, { attention_bias: true, mlp_bias: true }),
    /^14 biases that config\.json announces are not stored: they are taken as zero\.$/,
  ],
  'an index that names the head of a tied model': [
    (found) => {
      const names = Object.keys(found.tensors);
      const parts = { 'one.safetensors': names.slice(0, 9), 'two.safetensors': names.slice(9) };
      const map: Record<string, string> = { 'lm_head.weight': 'two.safetensors' };
      for (const [file, inside] of Object.entries(parts)) {
        found.files[file] = writeSafetensors(
          Object.fromEntries(inside.map((name) => [name, found.tensors[name] as TestTensor])),
        );
        for (const name of inside) map[name] = file;
      }
      found.files['model.safetensors.index.json'] = utf8(JSON.stringify({ weight_map: map }));
      delete (found.files as Record<string, unknown>)['model.safetensors'];
      found.tensors = {};
    },
    /^$/,
  ],
  doubles: [
    (found) => {
      for (const [name, tensor] of Object.entries(found.tensors))
        found.tensors[name] = { ...tensor, dtype: 'F64', data: doubles(values(tensor.data)) };
    },
    /^20 tensors of doubles \(F64\) are read as F32\.$/,
  ],
};

for (const [what, [change, noted, shape]] of Object.entries(SAME)) {
  test(`read with the same logits: ${what}`, async () => {
    const found = await plain(shape);
    const before = await read(await plain(shape));
    assert.equal(before.notes, '');
    change(found);
    if (Object.keys(found.tensors).length === 0) {
      // The weights are in shards.
      const folder = memoryFolder('found', {
        'config.json': utf8(JSON.stringify(found.config)),
        ...found.files,
      });
      const { checkpoint, model, notes } = await openModel(folder, await testRuntime());
      const reference = await loadReference(kernels, checkpoint, model, {});
      assert.deepEqual([...reference.forward(IDS, 'last')], before.logits);
      assert.match(said(notes.filter(({ code }) => code !== 'tokenizer-absent')), noted);
      reference.dispose();
      return;
    }
    const after = await read(found);
    assert.deepEqual(after.logits, before.logits);
    assert.match(after.notes, noted);
  });
}

test('a double is read as the nearest float, and one beyond all floats is named', async () => {
  const [found, nearest] = [await plain(), await plain()];
  const name = 'model.layers.1.mlp.down_proj.weight';
  const numbers = values((found.tensors[name] as TestTensor & { data: Uint8Array }).data).map(
    (value, i) => value + value * (i % 3) * 2 ** -26,
  );
  const view = new DataView(new ArrayBuffer(4 * numbers.length));
  numbers.forEach((value, i) => view.setFloat32(4 * i, value, true));
  const { shape } = found.tensors[name] as TestTensor;
  found.tensors[name] = { dtype: 'F64', shape, data: doubles(numbers) };
  nearest.tensors[name] = { dtype: 'F32', shape, data: new Uint8Array(view.buffer) };
  assert.deepEqual((await read(found)).logits, (await read(nearest)).logits);

  found.tensors[name] = { dtype: 'F64', shape, data: doubles([1e300, ...numbers.slice(1)]) };
  await assert.rejects(read(found), (error) => {
    assert.ok(error instanceof FormatError && error.code === 'not-finite');
    assert.match(error.message, /Row 0, column 0/);
    return true;
  });
});

/** What cannot be read: its code, and what the message says of it and of the way out. */
const NAMED: Readonly<Record<string, readonly [(found: Found) => void, string, RegExp]>> = {
  'a GPTQ model without its key': [
    ({ tensors }) => quantized(tensors, ['qweight', 'qzeros', 'scales', 'g_idx']),
    'quantized',
    /already quantized \(GPTQ\).*Use the original model/,
  ],
  'an AWQ model without its key': [
    ({ tensors }) => quantized(tensors, ['qweight', 'qzeros', 'scales']),
    'quantized',
    /already quantized \(GPTQ or AWQ\)/,
  ],
  'an MLX model': [
    ({ config, tensors }) => {
      config.quantization = { group_size: 32, bits: 4 };
      for (const [name, tensor] of Object.entries(tensors)) {
        if (tensor.shape.length < 2) continue;
        const [rows = 0, columns = 0] = tensor.shape;
        const at = name.slice(0, -'weight'.length);
        tensors[name] = zeros('U32', [rows, columns / 8], 4);
        tensors[`${at}scales`] = zeros('F16', [rows, 1], 2);
        tensors[`${at}biases`] = zeros('F16', [rows, 1], 2);
      }
    },
    'quantized',
    /already quantized \(MLX\)/,
  ],
  'a bitsandbytes model of 4 bits': [
    ({ tensors }) => {
      const name = 'model.layers.0.mlp.up_proj.weight';
      tensors[name] = zeros('U8', [1920, 1], 1);
      tensors[`${name}.absmax`] = zeros('F32', [60], 4);
      tensors[`${name}.quant_map`] = zeros('F32', [16], 4);
      tensors[`${name}.quant_state.bitsandbytes__nf4`] = zeros('U8', [80], 1);
    },
    'quantized',
    /already quantized \(bitsandbytes\)/,
  ],
  'a bitsandbytes model of 8 bits': [
    ({ tensors }) => {
      tensors['model.layers.0.mlp.up_proj.weight'] = zeros('I8', [80, 48], 1);
      tensors['model.layers.0.mlp.up_proj.SCB'] = zeros('F32', [80], 4);
    },
    'quantized',
    /already quantized \(bitsandbytes\)/,
  ],
  'a model of compressed-tensors': [
    ({ tensors }) => quantized(tensors, ['weight_packed', 'weight_scale', 'weight_shape']),
    'quantized',
    /already quantized \(compressed-tensors\)/,
  ],
  'a model of 8-bit floats with scales': [
    ({ tensors }) => {
      tensors['model.layers.0.mlp.up_proj.weight'] = zeros('F8_E4M3', [80, 48], 1);
      tensors['model.layers.0.mlp.up_proj.weight_scale_inv'] = zeros('F32', [1, 1], 4);
    },
    'quantized',
    /already quantized \(with scales\)/,
  ],
  'weights of whole numbers that nothing explains': [
    ({ tensors }) => (tensors['model.layers.0.mlp.up_proj.weight'] = zeros('U32', [80, 6], 4)),
    'quantized',
    /The weights are U32; only F32, /,
  ],
  'a model that is quantized while it is loaded': [
    ({ config }) => (config.quantization_config = { quant_method: 'bitnet', quantization_mode: 'online' }),
    'quantized',
    /quantized while it is loaded \(bitnet\).*Remove quantization_config from config\.json if /,
  ],
  'LoRA layers that were not merged': [
    (found) => {
      found.tensors = renamed(found, (name) => name.replace('q_proj.', 'q_proj.base_layer.'));
      for (const layer of [0, 1]) {
        const at = `model.layers.${layer}.self_attn.q_proj.lora_`;
        found.tensors[`${at}A.default.weight`] = zeros('F32', [8, 48], 4);
        found.tensors[`${at}B.default.weight`] = zeros('F32', [48, 8], 4);
      }
    },
    'adapter',
    /adapter \(LoRA\) that was not merged.*merge_and_unload\(\)/,
  ],
  'LoRA layers under the names of PEFT': [
    (found) => {
      found.tensors = renamed(
        found,
        (name) => `base_model.model.${name.replace('q_proj.', 'q_proj.base_layer.')}`,
      );
      found.tensors['base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight'] = zeros(
        'F32',
        [8, 48],
        4,
      );
    },
    'adapter',
    /adapter \(LoRA\) that was not merged/,
  ],
  'an adapter of another model beside the weights': [
    ({ files }) => {
      files['adapter_config.json'] = utf8('{"peft_type":"LORA","base_model_name_or_path":"a/b"}');
      files['adapter_model.safetensors'] = writeSafetensors({ a: { dtype: 'F32', shape: [1] } });
    },
    'mixed-up',
    /a: The base model has no tensor of this name\. Take the base model .*"a\/b"/,
  ],
  'two copies of a tensor, one of them wrapped': [
    ({ tensors }) =>
      (tensors['_orig_mod.model.norm.weight'] = tensors['model.norm.weight'] as Found['tensors'][string]),
    '',
    /model\.norm\.weight: Two tensors have this name, with and without _orig_mod\./,
  ],
};

function quantized(tensors: Found['tensors'], parts: readonly string[]): void {
  for (const name of Object.keys(tensors)) {
    if (!name.includes('_proj.')) continue;
    delete tensors[name];
    for (const part of parts) tensors[name.replace(/weight$/, part)] = zeros('I32', [4, 4], 4);
  }
}

for (const [what, [change, code, message]] of Object.entries(NAMED)) {
  test(`named for what it is: ${what}`, async () => {
    const found = await plain();
    change(found);
    await assert.rejects(read(found), (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.equal(error instanceof UnsupportedError, !['', 'mixed-up'].includes(code), error.message);
      assert.equal(error.code ?? '', code, error.message);
      assert.match(error.message.replaceAll('\n', ' '), message);
      return true;
    });
  });
}

test('a tensor that an index promises and the model needs is missed by the name of its file', async () => {
  const found = await plain();
  const lost = 'model.layers.1.mlp.down_proj.weight';
  const { [lost]: _, ...rest } = found.tensors;
  const map = Object.fromEntries(Object.keys(found.tensors).map((name) => [name, 'one.safetensors']));
  const folder = memoryFolder('found', {
    'config.json': utf8(JSON.stringify(found.config)),
    'one.safetensors': writeSafetensors(rest),
    'model.safetensors.index.json': utf8(JSON.stringify({ weight_map: map })),
  });
  await assert.rejects(openModel(folder, await testRuntime()), (error) => {
    assert.ok(error instanceof FormatError && error.code === 'mixed-up');
    assert.equal(error.field, lost);
    assert.match(error.message, /The index places the tensor in one\.safetensors, but no file holds it/);
    return true;
  });
});

test('an adapter without a model says how it becomes one', async () => {
  const folder = memoryFolder('adapter', {
    'adapter_config.json': utf8('{"peft_type":"LORA"}'),
    'adapter_model.safetensors': writeSafetensors({ a: { dtype: 'F32', shape: [1] } }),
    'config.json': utf8('{}'),
  });
  await assert.rejects(openModel(folder, await testRuntime()), (error) => {
    assert.ok(error instanceof UnsupportedError && error.code === 'adapter', String(error));
    assert.match(
      error.message,
      /only the difference to a base model\. Put config\.json and the weights of its base model into/,
    );
    return true;
  });
});
