/** A family is a table: one with other names, keys and steps is read by the same builder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { buildFamily } from '../../src/model/builder.js';
import { ConfigFields } from '../../src/model/config-fields.js';
import type { DecoderModel } from '../../src/model/decoder.js';
import { LLAMA_BUILD } from '../../src/model/families/llama-build.js';
import type { FamilyTable, FamilyTraits, StepTable } from '../../src/model/family-table.js';
import { FormatError, UnsupportedError } from '../../src/shared/errors.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { utf8, writeSafetensors } from '../checkpoint/write-safetensors.js';
import type { TestTensor } from '../checkpoint/write-safetensors.js';

/** Attention and feed-forward side by side, behind one norm; everything is called otherwise. */
const SIDEWAYS: FamilyTable = {
  ...LLAMA_BUILD,
  name: 'sideways',
  label: 'Sideways',
  modelTypes: ['sideways'],
  architectures: ['SidewaysForCausalLM'],
  baseArchitectures: [],
  keys: { ...LLAMA_BUILD.keys, hiddenSize: 'n_embd', heads: 'n_head', layers: 'n_layer', width: 'n_inner' },
  names: { prefixes: ['transformer.'], embedding: 'wte', layers: 'h', finalNorm: 'ln_f', head: ['head'] },
  defaults: { maxPositions: 16, normEpsilon: 1e-5, kvHeads: null, function: 'swish', bos: null, eos: 0 },
  traits: () => ({ attentionBias: true, layer: () => ({ window: 3 }) }),
  steps: [
    { kind: 'norm', name: 'ln', reads: 'residual', writes: 'normed', adds: false },
    {
      kind: 'attention',
      query: 'attn.q',
      key: 'attn.k',
      value: 'attn.v',
      output: 'attn.o',
      reads: 'normed',
      writes: 'residual',
      adds: true,
    },
    {
      kind: 'mlp',
      mlp: 'gated',
      gate: 'ffn.g',
      up: 'ffn.u',
      down: 'ffn.d',
      reads: 'normed',
      writes: 'residual',
      adds: true,
    },
  ],
  unknown: [
    { names: /\.drop$/, meaning: ({ layer }) => `A leftover beside the window of ${layer?.(0).window}.` },
  ],
};

function withTraits(traits: FamilyTraits): FamilyTable {
  return { ...SIDEWAYS, traits: (source) => ({ ...SIDEWAYS.traits(source), ...traits }) };
}

const CONFIG = {
  model_type: 'sideways',
  n_embd: 8,
  n_head: 2,
  n_layer: 1,
  n_inner: 6,
  vocab_size: 5,
  tie_word_embeddings: false,
};

function tensors(): Record<string, TestTensor> {
  const shapes: Record<string, readonly number[]> = {
    'transformer.wte.weight': [5, 8],
    'transformer.h.0.ln.weight': [8],
    'transformer.h.0.ffn.g.weight': [6, 8],
    'transformer.h.0.ffn.u.weight': [6, 8],
    'transformer.h.0.ffn.d.weight': [8, 6],
    'transformer.ln_f.weight': [8],
    'head.weight': [5, 8],
  };
  for (const name of ['q', 'k', 'v', 'o']) {
    shapes[`transformer.h.0.attn.${name}.weight`] = [8, 8];
    shapes[`transformer.h.0.attn.${name}.bias`] = [8];
  }
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'F32', shape }]));
}

async function read(
  config: Record<string, unknown> = CONFIG,
  more: Record<string, TestTensor> = {},
  family: FamilyTable = SIDEWAYS,
): Promise<DecoderModel> {
  const input = hfFolderInput(
    memoryFolder('m', {
      'config.json': utf8(JSON.stringify(config)),
      'model.safetensors': writeSafetensors({ ...tensors(), ...more }),
    }),
  );
  const { fields, file } = await input.config();
  return buildFamily(family).read({
    architecture: 'SidewaysForCausalLM',
    config: new ConfigFields(fields, file),
    generation: null,
    checkpoint: await input.checkpoint(),
    notes: [],
    signal: undefined,
  });
}

test('a table with other names, keys and steps gives the model that it describes', async () => {
  const model = await read();
  assert.equal(model.family, 'sideways');
  assert.equal(model.embedding.name, 'transformer.wte.weight');
  assert.equal(model.head?.weight.name, 'head.weight');
  assert.equal(model.finalNorm.gain?.name, 'transformer.ln_f.weight');
  assert.deepEqual([model.maxPositions, model.bosId, model.eosIds], [16, null, [0]]);
  assert.deepEqual(
    model.blocks[0]?.steps.map(({ kind, reads, writes, adds }) => [kind, reads, writes, adds]),
    [
      ['norm', 'residual', 'normed', false],
      ['attention', 'normed', 'residual', true],
      ['mlp', 'normed', 'residual', true],
    ],
  );
  const [, attention, mlp] = model.blocks[0].steps;
  assert.ok(attention?.kind === 'attention' && mlp?.kind === 'mlp');
  assert.equal(attention.attention.window, 3);
  assert.equal(attention.attention.key.bias?.name, 'transformer.h.0.attn.k.bias');
  assert.deepEqual(mlp.mlp.down.weight.shape, [8, 6]);
  assert.equal(mlp.mlp.down.bias, null);
  const elements = Object.values(tensors()).reduce(
    (sum, { shape }) => sum + shape.reduce((product, d) => product * d, 1),
    0,
  );
  assert.equal(model.parameters, elements);
});

test('a table says whether norms and the head have biases, and whether there is a gate', async () => {
  const biases: Record<string, TestTensor> = {
    'transformer.h.0.ln.bias': { dtype: 'F32', shape: [8] },
    'transformer.ln_f.bias': { dtype: 'F32', shape: [8] },
    'head.bias': { dtype: 'F32', shape: [5] },
  };
  await assert.rejects(read(CONFIG, biases), /3 tensors that its architecture does not know/);
  const model = await read(CONFIG, biases, withTraits({ normBias: true, headBias: true }));
  assert.equal(model.blocks[0]?.steps[0]?.kind, 'norm');
  assert.equal(model.blocks[0].steps[0].norm.bias?.name, 'transformer.h.0.ln.bias');
  assert.equal(model.finalNorm.bias?.name, 'transformer.ln_f.bias');
  assert.deepEqual(model.head?.bias?.shape, [5]);
  await assert.rejects(read(CONFIG, {}, withTraits({ normBias: true })), /The tensor is missing/);
  const steps = SIDEWAYS.steps.map((step): StepTable => {
    if (step.kind !== 'mlp') return step;
    const { gate: _, ...rest } = step;
    return rest;
  });
  await assert.rejects(read(CONFIG, {}, { ...SIDEWAYS, steps }), /ffn\.g\.weight/);
});

test("refusals are said in the family's own keys and names", async () => {
  await assert.rejects(
    read({ ...CONFIG, n_head: 4, head_dim: 4 }),
    (error) => error instanceof FormatError && error.field === 'head_dim' && /8 rows/.test(error.message),
  );
  await assert.rejects(
    read({ ...CONFIG, n_layer: 2 }),
    (error) => error instanceof FormatError && error.field === 'n_layer',
  );
  await assert.rejects(
    read({ ...CONFIG, hidden_act: 'quick_gelu' }),
    (error) => error instanceof UnsupportedError && /Computed are silu, gelu, /.test(error.message),
  );
  await assert.rejects(
    read(CONFIG, { 'transformer.h.0.drop': { dtype: 'F32', shape: [1] } }),
    /A leftover beside the window of 3\./,
  );
});
