/** What families have that is not converted is refused by its key, with a way out; what only looks like it is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { stepsOf } from '../../src/model/decoder.js';
import { allFamilies } from '../../src/model/families/index.js';
import { readDecoder } from '../../src/model/read.js';
import { summarizeModel } from '../../src/model/summarize.js';
import { FormatError, UnsupportedError } from '../../src/shared/errors.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { writeSafetensors } from '../checkpoint/write-safetensors.js';
import { fixtureFolder, openFixture } from './family-fixtures.js';
import { HIDDEN, folderOf, tinyModel } from './tiny-model.js';

const REFUSED: readonly (readonly [
  fixture: string,
  field: string,
  changes: Readonly<Record<string, unknown>>,
])[] = [
  ['opt', '_remove_final_layer_norm', { _remove_final_layer_norm: true }],
  ['granite4', 'layer_types', { layer_types: ['attention', 'mamba'] }],
  ['granite4', 'num_local_experts', { num_local_experts: 8 }],
  ['gemma3', 'use_bidirectional_attention', { use_bidirectional_attention: true }],
  ['gpt2', 'add_cross_attention', { add_cross_attention: true }],
  ['mpt', 'attn_config.alibi', { attn_config: { alibi: false } }],
  ['mpt', 'attn_config.qk_ln', { attn_config: { qk_ln: true } }],
  ['mpt', 'no_bias', { no_bias: false }],
  ['qwen2', 'num_experts', { num_experts: 8 }],
  ['qwen2', 'hidden_act', { hidden_act: 'quick_gelu' }],
];

for (const [fixture, field, changes] of REFUSED) {
  void test(`${fixture}: ${field} is refused by its name`, async () => {
    const folder = await fixtureFolder(fixture, (config) => Object.assign(config, changes));
    await assert.rejects(readDecoder(hfFolderInput(folder)), (error) => {
      assert.ok(error instanceof UnsupportedError, String(error));
      assert.equal(error.field, field);
      return true;
    });
  });
}

const MALFORMED: readonly (readonly [
  fixture: string,
  field: string,
  changes: Readonly<Record<string, unknown>>,
])[] = [
  ['gpt-neo', 'attention_types', { attention_types: [[['global', 'sideways'], 2]] }],
  ['gpt-neo', 'attention_types', { attention_types: [['global', 2]] }],
  ['cohere2', 'layer_types', { layer_types: ['sliding_attention', 'chunked_attention'] }],
  ['lfm2', 'layer_types', { layer_types: ['conv', 'mamba', 'full_attention', 'conv'] }],
  ['lfm2', 'conv_L_cache', { conv_L_cache: 9 }],
  ['lfm2', 'conv_L_cache', { conv_L_cache: 4 }],
  ['gptj', 'rotary_dim', { rotary_dim: 5 }],
  ['gpt-neox', 'rotary_pct', { rotary_pct: 0.05 }],
  ['gpt2', 'n_embd', { n_embd: 25 }],
  ['gemma2', 'final_logit_softcapping', { final_logit_softcapping: -30 }],
  ['bloom', 'n_head', { n_head: 5 }],
];

for (const [fixture, field, changes] of MALFORMED) {
  void test(`${fixture}: a wrong ${field} is refused by its name: ${JSON.stringify(changes)}`, async () => {
    const folder = await fixtureFolder(fixture, (config) => Object.assign(config, changes));
    await assert.rejects(readDecoder(hfFolderInput(folder)), (error) => {
      assert.ok(error instanceof FormatError, String(error));
      assert.ok(error.field === field || error.message.includes(field), error.message);
      return true;
    });
  });
}

void test('keys of experts in a dense model that says so refuse nothing', async () => {
  const { model } = await openFixture('minimind');
  assert.equal(model.family, 'minimind');
  assert.equal(model.architecture, 'MiniMindForCausalLM');
  const experts = await fixtureFolder('minimind', (config) => Object.assign(config, { use_moe: true }));
  await assert.rejects(readDecoder(hfFolderInput(experts)), /mixture of 4 experts/);
});

void test('a cap of scores in the config of a Gemma 3 means nothing, as in transformers', async () => {
  const folder = await fixtureFolder('gemma3', (config) =>
    Object.assign(config, { attn_logit_softcapping: 2 }),
  );
  const model = await readDecoder(hfFolderInput(folder));
  for (const { step } of stepsOf(model, 'attention')) assert.equal(step.attention.scoreCap, null);
});

void test('heads of an odd size are refused where they rotate as a whole, and only there', async () => {
  const { model } = await openFixture('gpt2-odd-heads');
  for (const { step } of stepsOf(model, 'attention')) assert.equal(step.attention.headDim, 5);
  const tiny = tinyModel();
  tiny.config['head_dim'] = 3;
  for (const [name, tensor] of Object.entries(tiny.tensors)) {
    const rows = { q_proj: 6, k_proj: 3, v_proj: 3 }[/[qkv]_proj/.exec(name)?.[0] ?? ''];
    if (rows !== undefined) tiny.tensors[name] = { ...tensor, shape: [rows, HIDDEN] };
    else if (name.includes('o_proj')) tiny.tensors[name] = { ...tensor, shape: [HIDDEN, 6] };
  }
  await assert.rejects(readDecoder(hfFolderInput(folderOf(tiny))), (error) => {
    assert.ok(error instanceof UnsupportedError, String(error));
    assert.match(error.message, /odd size 3/);
    return true;
  });
});

const OWN_NAME = { architectures: ['MyOwnForCausalLM'], model_type: 'my_own' };

const NEAREST: readonly (readonly [
  fixture: string,
  changes: Readonly<Record<string, unknown>>,
  says: RegExp,
])[] = [
  ['gpt-neox', {}, /named as those of GPT-NeoX.*write "GPTNeoXForCausalLM".*"gpt_neox" for its model_type/],
  ['gpt2', {}, /named as those of GPT-2.*write "GPT2LMHeadModel"/],
  ['lfm2', {}, /nearest that is converted is LFM2; this one has also model\.layers\.\*\.conv\.conv/],
  ['qwen3', {}, /nearest that is converted is Llama; this one has also model\.layers\.\*\.self_attn\.k_norm/],
  ['bloom', {}, /nearest that is converted is BLOOM/],
  [
    'falcon',
    { num_attention_heads: null, n_head: null },
    /Falcon; this one does not say num_attention_heads in config\.json/,
  ],
  // A name that is known says more than its tensors.
  [
    'qwen3',
    { architectures: ['Qwen3NextForCausalLM'], model_type: 'qwen3_next' },
    /layers of linear attention/,
  ],
];

for (const [fixture, changes, says] of NEAREST) {
  void test(`${fixture} under an unknown name: ${String(says)}`, async () => {
    const folder = await fixtureFolder(fixture, (config) => Object.assign(config, OWN_NAME, changes));
    await assert.rejects(readDecoder(hfFolderInput(folder)), (error) => {
      assert.ok(error instanceof UnsupportedError, String(error));
      assert.match(error.message, says);
      assert.match(error.message, /Supported are: Llama/);
      return true;
    });
    const { problem, convertible } = await summarizeModel(hfFolderInput(folder));
    assert.equal(convertible, false);
    assert.match(problem ?? '', says);
  });
}

void test('weights that are like nothing, or that cannot be read, add nothing to the refusal of a name', async () => {
  const config = new TextEncoder().encode(JSON.stringify(OWN_NAME));
  for (const [weights, bytes] of [
    [
      'one tensor of its own',
      writeSafetensors({ 'encoder.strange.weight': { dtype: 'F32', shape: [2, 2] } }),
    ],
    ['no checkpoint', new Uint8Array([1, 2, 3])],
  ] as const) {
    const folder = memoryFolder('own', { 'config.json': config, 'model.safetensors': bytes });
    await assert.rejects(
      readDecoder(hfFolderInput(folder)),
      /MyOwnForCausalLM is not converted yet\. Supported are/,
      weights,
    );
  }
});

void test('masks and angles in a file are left out with a note', async () => {
  for (const name of ['gpt2', 'gpt-neo', 'gpt-neox']) {
    const { model } = await openFixture(name);
    assert.ok(
      model.notes.some(({ code }) => code === 'buffers-recomputed'),
      name,
    );
  }
});

void test('no two families read the same architecture, or have one name', async () => {
  const families = await allFamilies();
  const architectures = families.flatMap((family) => [...family.architectures, ...family.baseArchitectures]);
  const names = families.flatMap(({ name, modelTypes }) => [
    name,
    ...modelTypes.filter((type) => type !== name),
  ]);
  assert.equal(new Set(architectures).size, architectures.length);
  assert.equal(new Set(names).size, names.length);
});
