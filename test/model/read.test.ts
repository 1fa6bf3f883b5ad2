/** Reading config and tensors: defaults, both dialects, ids, tied heads, and every disagreement refused with both values. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DecoderModel } from '../../src/model/decoder.js';
import { allFamilies } from '../../src/model/families/index.js';
import { FormatError, UnsupportedError } from '../../src/shared/errors.js';
import { utf8 } from '../checkpoint/write-safetensors.js';
import { said } from '../said.js';
import { attentionOf, mlpOf } from '../support/blocks.js';
import { HIDDEN, readTiny, VOCAB } from './tiny-model.js';
import type { TinyModel } from './tiny-model.js';

type Change = (model: TinyModel) => void;

async function refused(change: Change, problem: RegExp, kind: 'format' | 'unsupported'): Promise<void> {
  await assert.rejects(readTiny(change), (error) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.equal(error instanceof UnsupportedError, kind === 'unsupported', error.message);
    assert.match(error.message, problem);
    return true;
  });
}

void test('describes a Llama', async () => {
  const model = await readTiny();
  assert.equal(model.family, 'llama');
  assert.equal(model.architecture, 'LlamaForCausalLM');
  assert.deepEqual(
    [model.hiddenSize, model.vocabSize, model.maxPositions, model.blocks.length],
    [HIDDEN, VOCAB, 32, 2],
  );
  const [block] = model.blocks;
  assert.ok(block !== undefined);
  assert.deepEqual(
    block.steps.map(({ kind, reads, writes, adds }) => [kind, reads, writes, adds]),
    [
      ['norm', 'residual', 'normed', false],
      ['attention', 'normed', 'residual', true],
      ['norm', 'residual', 'normed', false],
      ['mlp', 'normed', 'residual', true],
    ],
  );
  const { heads, kvHeads, headDim, scale, window, position, key } = attentionOf(model, 0);
  assert.deepEqual(
    { heads, kvHeads, headDim, scale, window, position },
    {
      heads: 2,
      kvHeads: 1,
      headDim: 4,
      scale: 0.5,
      window: null,
      position: { kind: 'rotary', table: 0 },
    },
  );
  assert.deepEqual(key, {
    weight: { name: 'model.layers.0.self_attn.k_proj.weight', dtype: 'BF16', shape: [4, HIDDEN] },
    bias: null,
  });
  assert.equal(mlpOf(model, 0).width, 12);
  assert.equal(model.head?.weight.name, 'lm_head.weight');
  assert.deepEqual(model.notes, []);
  assert.equal(model.parameters, 2 * VOCAB * HIDDEN + HIDDEN + 2 * (2 * HIDDEN + 2 * 64 + 2 * 32 + 3 * 96));
  assert.deepEqual(JSON.parse(JSON.stringify(model)), model);
});

void test('uses the defaults of the class for keys that are left out', async () => {
  const model = await readTiny(({ config }) => {
    for (const key of [
      'rms_norm_eps',
      'rope_theta',
      'hidden_act',
      'tie_word_embeddings',
      'max_position_embeddings',
      'bos_token_id',
      'eos_token_id',
      'vocab_size',
    ])
      delete config[key];
  });
  assert.equal(model.finalNorm.epsilon, 1e-6);
  assert.equal(model.maxPositions, 2048);
  assert.deepEqual([model.bosId, model.eosIds, model.padId], [1, [2], null]);
  assert.notEqual(model.head, null);
});

void test('as many key/value heads as heads when null or absent for Llama', async () => {
  for (const value of [null, undefined]) {
    const model = await readTiny(({ config, tensors }) => {
      config.num_key_value_heads = value;
      for (const layer of [0, 1]) {
        tensors[`model.layers.${layer}.self_attn.k_proj.weight`] = { dtype: 'F32', shape: [8, HIDDEN] };
        tensors[`model.layers.${layer}.self_attn.v_proj.weight`] = { dtype: 'F32', shape: [8, HIDDEN] };
      }
    });
    assert.equal(attentionOf(model, 1).kvHeads, 2);
  }
});

const mistral: Change = ({ config }) => {
  config.architectures = ['MistralForCausalLM'];
  config.model_type = 'mistral';
};

void test('Mistral: the window defaults to 4096, null means none', async () => {
  const windowOf = async (change: Change): Promise<number | null | undefined> =>
    attentionOf(await readTiny((model) => (mistral(model), change(model))), 1).window;
  assert.equal(await windowOf(() => undefined), 4096);
  assert.equal(await windowOf(({ config }) => (config.sliding_window = null)), null);
  assert.equal(await windowOf(({ config }) => (config.sliding_window = 7)), 7);
  await refused((model) => (mistral(model), (model.config.sliding_window = 0)), /sliding_window/, 'format');
  // A Llama has no window, whatever its config says.
  assert.equal(attentionOf(await readTiny(({ config }) => (config.sliding_window = 7)), 0).window, null);
});

void test('Mistral: key/value heads default to 8, as the class does', async () => {
  await refused(
    (model) => (mistral(model), delete model.config.num_key_value_heads),
    /num_key_value_heads/,
    'format',
  );
});

void test('generation_config.json overrides ids and gives sampling defaults', async () => {
  const model = await readTiny((tiny) => {
    tiny.generation = {
      eos_token_id: [3, 2, 3],
      bos_token_id: 4,
      pad_token_id: 0,
      do_sample: true,
      temperature: 0.6,
      top_p: 0.9,
    };
  });
  assert.deepEqual([model.bosId, model.eosIds, model.padId], [4, [3, 2], 0]);
  assert.deepEqual(model.generation, {
    doSample: true,
    temperature: 0.6,
    topK: 50,
    topP: 0.9,
    minP: null,
    repetitionPenalty: null,
    maxNewTokens: null,
  });
});

void test('ids: null means none, -1 too, ids beyond the vocabulary are left out with a note', async () => {
  const model = await readTiny(({ config }) =>
    Object.assign(config, { bos_token_id: null, eos_token_id: [2, 999], pad_token_id: -1 }),
  );
  assert.deepEqual([model.bosId, model.eosIds, model.padId], [null, [2], null]);
  assert.equal(model.notes.length, 1);
  assert.match(said(model.notes), /eos_token_id 999/);
  await refused(({ config }) => (config.eos_token_id = '2'), /eos_token_id/, 'format');
});

void test('sampling defaults are what transformers makes of them, and none refuses a model', async () => {
  const read = async (generation: Record<string, unknown>): Promise<DecoderModel> =>
    readTiny((tiny) => (tiny.generation = generation));
  const topK = async (generation: Record<string, unknown>): Promise<number | null> =>
    (await read(generation)).generation.topK;
  assert.equal((await readTiny(() => undefined)).generation.topK, 50);
  assert.equal(await topK({ do_sample: true }), 50);
  assert.equal(await topK({ top_k: null }), 50);
  assert.equal(await topK({ top_k: 7 }), 7);
  assert.equal(await topK({ top_k: 0 }), 0);
  const all = await read({ top_k: -1, top_p: -1, min_p: -1, max_new_tokens: -1, temperature: 0.7 });
  assert.deepEqual(all.notes, []);
  const off = { topK: 0, topP: 1, minP: 0, maxNewTokens: null };
  assert.deepEqual(all.generation, { doSample: false, temperature: 0.7, repetitionPenalty: null, ...off });

  const odd = await read({
    do_sample: 'yes',
    temperature: 'hot',
    top_k: 1.5,
    top_p: 2,
    min_p: -3,
    repetition_penalty: 0,
    max_new_tokens: 0,
  });
  const unset = { temperature: null, topP: null, minP: null, repetitionPenalty: null, maxNewTokens: null };
  assert.deepEqual(odd.generation, { doSample: false, topK: 50, ...unset });
  assert.equal(odd.notes.length, 7);
  assert.match(said(odd.notes), /temperature in generation_config\.json makes no sense and is ignored\./);
});

void test('a broken generation_config.json is left out with a note', async () => {
  for (const text of ['{"top_k": ', '[1]', '', 'version https://git-lfs.github.com/spec/v1\n']) {
    const broken = await readTiny(({ files }) => (files['generation_config.json'] = utf8(text)));
    assert.deepEqual(broken.eosIds, [2]);
    assert.equal(said(broken.notes), 'generation_config.json makes no sense and is ignored.', text);
  }
});

void test('a tied head is not stored twice', async () => {
  const tie: Change = ({ config, tensors }) => {
    config.tie_word_embeddings = true;
    delete tensors['lm_head.weight'];
  };
  const tied = await readTiny(tie);
  assert.equal(tied.head, null);
  assert.deepEqual(tied.notes, []);
  const copied = await readTiny(({ config, tensors }) => {
    config.tie_word_embeddings = true;
    const data = Uint8Array.from({ length: VOCAB * HIDDEN * 2 }, (_, i) => i % 13);
    for (const name of ['model.embed_tokens.weight', 'lm_head.weight'])
      tensors[name] = { dtype: 'BF16', shape: [VOCAB, HIDDEN], data };
  });
  assert.equal(copied.head, null);
  assert.deepEqual(copied.notes, []);
  assert.equal(copied.parameters, tied.parameters);
});

void test('a stored head that differs from the embedding is used, whatever the flag says', async () => {
  for (const flag of [true, false, null, undefined]) {
    const model = await readTiny(({ config }) => (config.tie_word_embeddings = flag));
    assert.equal(model.head?.weight.name, 'lm_head.weight', String(flag));
    assert.equal(
      said(model.notes),
      flag === true
        ? 'A head is stored that differs from the embedding: it is used, although tie_word_embeddings is set.'
        : '',
    );
  }
  // Of another element type, too.
  const wide = await readTiny(({ config, tensors }) => {
    config.tie_word_embeddings = true;
    tensors['lm_head.weight'] = { dtype: 'F32', shape: [VOCAB, HIDDEN] };
  });
  assert.equal(wide.head?.weight.dtype, 'F32');
});

void test('a head without an embedding serves as both when tied; without a head the embedding does', async () => {
  const headOnly = await readTiny(({ config, tensors }) => {
    config.tie_word_embeddings = true;
    delete tensors['model.embed_tokens.weight'];
  });
  assert.equal(headOnly.embedding.name, 'lm_head.weight');
  assert.equal(headOnly.head, null);
  const headless = await readTiny(({ tensors }) => delete tensors['lm_head.weight']);
  assert.equal(headless.head, null);
  assert.match(said(headless.notes), /No head is stored/);
});

void test('a bare decoder is read when its head is tied', async () => {
  const bare: Change = (model) => {
    model.config.architectures = ['LlamaModel'];
    delete model.tensors['lm_head.weight'];
    model.tensors = Object.fromEntries(
      Object.entries(model.tensors).map(([name, value]) => [name.replace(/^model\./, ''), value]),
    );
  };
  const model = await readTiny((tiny) => (bare(tiny), (tiny.config.tie_word_embeddings = true)));
  assert.equal(model.embedding.name, 'embed_tokens.weight');
  await refused(bare, /no language model head/, 'unsupported');
});

void test('biases are read where the config announces them, on all matrices of the part', async () => {
  const shapes: Record<string, number> = { q_proj: 8, k_proj: 4, v_proj: 4, o_proj: HIDDEN };
  const bias: Change = ({ config, tensors }) => {
    config.attention_bias = true;
    for (const layer of [0, 1]) {
      for (const [name, rows] of Object.entries(shapes))
        tensors[`model.layers.${layer}.self_attn.${name}.bias`] = { dtype: 'F32', shape: [rows] };
    }
  };
  const model = await readTiny(bias);
  assert.equal(attentionOf(model, 0).output.bias?.name, 'model.layers.0.self_attn.o_proj.bias');
  assert.equal(mlpOf(model, 0).gate?.bias, null);
  const partly = await readTiny(
    (tiny) => (bias(tiny), delete tiny.tensors['model.layers.1.self_attn.o_proj.bias']),
  );
  assert.notEqual(attentionOf(partly, 0).output.bias, null);
  assert.equal(attentionOf(partly, 1).output.bias, null);
  assert.match(
    said(partly.notes),
    /^1 bias that config\.json announces is not stored: it is taken as zero\.$/,
  );
  await refused(
    (tiny) => (bias(tiny), (tiny.config.attention_bias = false)),
    /attention_bias in config\.json is false/,
    'format',
  );
  await refused(
    (tiny) => (bias(tiny), mistral(tiny), delete tiny.config.attention_bias),
    /has a bias/,
    'format',
  );
  await refused(
    ({ tensors }) => (tensors['model.layers.0.mlp.up_proj.bias'] = { dtype: 'F32', shape: [12] }),
    /mlp_bias/,
    'format',
  );
});

void test('old rotary buffers are left out; other unknown tensors stop the reading, listed', async () => {
  const model = await readTiny(
    ({ tensors }) => (tensors['model.layers.0.self_attn.rotary_emb.inv_freq'] = { dtype: 'F32', shape: [2] }),
  );
  assert.match(
    said(model.notes),
    /^1 stored buffer .*, such as model\.layers\.0\.self_attn\.rotary_emb\.inv_freq\.$/,
  );
  await refused(
    ({ tensors }) => {
      tensors['model.layers.0.self_attn.q_norm.weight'] = { dtype: 'F32', shape: [4] };
      tensors['extra.weight'] = { dtype: 'F32', shape: [4] };
    },
    /2 tensors .*model\.layers\.0\.self_attn\.q_norm\.weight, extra\.weight/,
    'format',
  );
});

const disagreements: readonly (readonly [string, Change, RegExp])[] = [
  [
    'vocabulary',
    ({ config }) => (config.vocab_size = 12),
    /\[11, 8\], but vocab_size and hidden_size in config\.json makes? it \[12, 8\]/,
  ],
  ['width', ({ config }) => (config.hidden_size = 16), /16|head/],
  ['feed-forward', ({ config }) => (config.intermediate_size = 13), /\[12, 8\].*\[13, 8\]/],
  [
    'number of layers, too many',
    ({ config }) => (config.num_hidden_layers = 3),
    /3 layers, but the weights have 2/,
  ],
  [
    'number of layers, too few',
    ({ config }) => (config.num_hidden_layers = 1),
    /1 layers, but the weights have 2/,
  ],
  [
    'head size',
    ({ config }) => (config.head_dim = 8),
    /It says 8, but the query has 8 rows for 2 heads, 4 each/,
  ],
  ['number of heads', ({ config }) => (config.num_attention_heads = 3), /query has 8 rows for 3 heads/],
  [
    'key/value heads',
    ({ config }) => (config.num_key_value_heads = 2),
    /\[4, 8\].*num_key_value_heads.*\[8, 8\]/,
  ],
  [
    'uneven sharing',
    ({ config }) => Object.assign(config, { num_attention_heads: 3, num_key_value_heads: 2 }),
    /3 heads cannot share 2/,
  ],
  [
    'a missing tensor',
    ({ tensors }) => delete tensors['model.layers.1.mlp.up_proj.weight'],
    /layers\.1\.mlp\.up_proj\.weight: The tensor is missing/,
  ],
  [
    'a missing norm',
    ({ tensors }) => delete tensors['model.norm.weight'],
    /model\.norm\.weight: The tensor is missing/,
  ],
  [
    'a transposed matrix',
    ({ tensors }) => (tensors['model.layers.0.mlp.down_proj.weight'] = { dtype: 'F32', shape: [12, HIDDEN] }),
    /\[12, 8\].*\[8, 12\]/,
  ],
  [
    'architecture and model type',
    ({ config }) => (config.model_type = 'mistral'),
    /"mistral", but the architecture is LlamaForCausalLM/,
  ],
];
for (const [what, change, problem] of disagreements) {
  void test(`config and weights disagree: ${what}`, () => refused(change, problem, 'format'));
}

const malformed: readonly (readonly [string, Change, RegExp])[] = [
  [
    'no config.json',
    (model) => (model.files['config.json'] = utf8('')),
    /config\.json: The file is not valid JSON/,
  ],
  ['config.json that is a list', (model) => (model.files['config.json'] = utf8('[]')), /not an object/],
  [
    'config.json with a key twice',
    (model) => (model.files['config.json'] = utf8('{"a":1,"a":2}')),
    /occurs twice/,
  ],
  [
    'a pointer of Git LFS',
    (model) => (model.files['config.json'] = utf8('version https://git-lfs.github.com/spec/v1\n')),
    /Git LFS/,
  ],
  [
    'a size that is a text',
    ({ config }) => (config.hidden_size = '8'),
    /hidden_size: It is "8", but must be a number/,
  ],
  ['a size with a fraction', ({ config }) => (config.hidden_size = 8.5), /whole number/],
  ['a size of zero', ({ config }) => (config.intermediate_size = 0), /intermediate_size/],
  ['layers beyond reason', ({ config }) => (config.num_hidden_layers = 1e9), /num_hidden_layers/],
  ['a size that is missing', ({ config }) => delete config.hidden_size, /hidden_size: It is missing/],
  [
    'architectures that are a text',
    ({ config }) => (config.architectures = 'LlamaForCausalLM'),
    /architectures/,
  ],
];
for (const [what, change, problem] of malformed) {
  void test(`refuses ${what}`, () => refused(change, problem, 'format'));
}

const unsupported: readonly (readonly [string, Change, RegExp])[] = [
  [
    'another family, by name and with the list of known ones',
    ({ config }) => Object.assign(config, { architectures: ['BitNetForCausalLM'], model_type: 'bitnet' }),
    /BitNetForCausalLM is not converted yet\. The nearest that is converted is Llama; this one has ternary weights.* Supported are: Llama, Mistral, .*Cohere 2\./,
  ],
  [
    'another task',
    ({ config }) => (config.architectures = ['LlamaForSequenceClassification']),
    /LlamaForSequenceClassification/,
  ],
  [
    'an unknown model type',
    ({ config }) => Object.assign(config, { architectures: undefined, model_type: 'mamba' }),
    /mamba/,
  ],
  [
    'a quantized model',
    ({ config, tensors }) => {
      config.quantization_config = { quant_method: 'fbgemm_fp8' };
      tensors['model.layers.0.mlp.up_proj.weight'] = { dtype: 'F8_E4M3', shape: [12, HIDDEN] };
    },
    /already quantized \(fbgemm_fp8\)/,
  ],
  [
    'a mixture of experts',
    ({ config }) => Object.assign(config, { architectures: ['MixtralForCausalLM'], num_local_experts: 8 }),
    /mixture of 8 experts/,
  ],
  ['a multimodal wrapper', ({ config }) => (config.text_config = {}), /multimodal/],
  ['an encoder-decoder', ({ config }) => (config.is_encoder_decoder = true), /encoder/],
  [
    'an adapter that no weights can take up',
    ({ files }) =>
      Object.assign(files, {
        'adapter_config.json': utf8('{"peft_type":"PREFIX_TUNING"}'),
        'adapter_model.safetensors': utf8(''),
      }),
    /prefix tuning \(PREFIX_TUNING\)[\s\S]*cannot be merged/,
  ],
  ['another activation', ({ config }) => (config.hidden_act = 'quick_gelu'), /"quick_gelu"/],
  [
    'weights that are not floats',
    ({ tensors }) => (tensors['model.norm.weight'] = { dtype: 'I8', shape: [HIDDEN] }),
    /model\.norm\.weight: The weights are I8/,
  ],
  ['partly rotating heads', ({ config }) => (config.partial_rotary_factor = 0.5), /part of each head/],
];
for (const [what, change, problem] of unsupported) {
  void test(`refuses ${what}`, () => refused(change, problem, 'unsupported'));
}

void test('a folder without config.json is refused by its own name', async () => {
  const { hfFolderInput } = await import('../../src/input/hf-folder.js');
  const { readDecoder } = await import('../../src/model/read.js');
  const { memoryFolder } = await import('../../src/source/memory-folder.js');
  await assert.rejects(
    readDecoder(hfFolderInput(memoryFolder('empty', {}))),
    /empty: It has no config\.json/,
  );
});

void test('assumes the architecture of a known model type, and says so', async () => {
  const model = await readTiny(({ config }) => delete config.architectures);
  assert.equal(model.architecture, 'LlamaForCausalLM');
  assert.match(said(model.notes), /names no architecture/);
});

void test('harmless keys of real configs change nothing', async () => {
  const plain = await readTiny();
  const model = await readTiny(({ config }) =>
    Object.assign(config, {
      pretraining_tp: 2,
      attention_dropout: 0.1,
      use_cache: true,
      torch_dtype: 'float64',
      hidden_act: 'swish',
      partial_rotary_factor: 1,
      rope_scaling: null,
    }),
  );
  assert.deepEqual(model, plain);
});

void test('each family is listed once and its names are its own', async () => {
  const names = (await allFamilies()).flatMap((family) => [
    ...family.architectures,
    ...family.baseArchitectures,
  ]);
  assert.equal(new Set(names).size, names.length);
});
