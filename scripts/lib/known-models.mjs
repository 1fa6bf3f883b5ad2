// Models by the sizes in their configs alone: no weight is read, and the model's own reader checks that config and
// tensors agree.
import './ts-register.mjs';

/** Tensors of a block and around it, by `model_type`: as the families in src/model/families name them. */
const LAYOUTS = {
  llama(c) {
    const [query, key] = [c.num_attention_heads, c.num_key_value_heads].map((heads) => heads * c.head_dim);
    const { hidden_size: hidden, intermediate_size: width } = c;
    return {
      architecture: 'LlamaForCausalLM',
      layers: c.num_hidden_layers,
      block: (at) => ({
        [`model.layers.${at}.input_layernorm.weight`]: [hidden],
        [`model.layers.${at}.post_attention_layernorm.weight`]: [hidden],
        [`model.layers.${at}.self_attn.q_proj.weight`]: [query, hidden],
        [`model.layers.${at}.self_attn.k_proj.weight`]: [key, hidden],
        [`model.layers.${at}.self_attn.v_proj.weight`]: [key, hidden],
        [`model.layers.${at}.self_attn.o_proj.weight`]: [hidden, query],
        [`model.layers.${at}.mlp.gate_proj.weight`]: [width, hidden],
        [`model.layers.${at}.mlp.up_proj.weight`]: [width, hidden],
        [`model.layers.${at}.mlp.down_proj.weight`]: [hidden, width],
      }),
      rest: { 'model.embed_tokens.weight': [c.vocab_size, hidden], 'model.norm.weight': [hidden] },
    };
  },
  gpt_neo(c) {
    const hidden = c.hidden_size;
    return {
      architecture: 'GPTNeoForCausalLM',
      layers: c.num_layers,
      block: (at) => ({
        ...layerNorms(`transformer.h.${at}.`, ['ln_1', 'ln_2'], hidden),
        ...Object.fromEntries(
          ['q_proj', 'k_proj', 'v_proj', 'out_proj'].map((name) => [
            `transformer.h.${at}.attn.attention.${name}.weight`,
            [hidden, hidden],
          ]),
        ),
        [`transformer.h.${at}.attn.attention.out_proj.bias`]: [hidden],
        ...linear(`transformer.h.${at}.mlp.c_fc`, [4 * hidden, hidden]),
        ...linear(`transformer.h.${at}.mlp.c_proj`, [hidden, 4 * hidden]),
      }),
      rest: gpt2Rest(c.vocab_size, c.max_position_embeddings, hidden),
    };
  },
  gpt2(c) {
    const hidden = c.n_embd;
    const conv1d = (name, [rows, cols]) => ({ [`${name}.weight`]: [cols, rows], [`${name}.bias`]: [rows] });
    return {
      architecture: 'GPT2LMHeadModel',
      layers: c.n_layer,
      block: (at) => ({
        ...layerNorms(`transformer.h.${at}.`, ['ln_1', 'ln_2'], hidden),
        ...conv1d(`transformer.h.${at}.attn.c_attn`, [3 * hidden, hidden]),
        ...conv1d(`transformer.h.${at}.attn.c_proj`, [hidden, hidden]),
        ...conv1d(`transformer.h.${at}.mlp.c_fc`, [4 * hidden, hidden]),
        ...conv1d(`transformer.h.${at}.mlp.c_proj`, [hidden, 4 * hidden]),
      }),
      rest: gpt2Rest(c.vocab_size, c.n_positions, hidden),
    };
  },
  gpt_neox(c) {
    const { hidden_size: hidden, intermediate_size: width } = c;
    return {
      architecture: 'GPTNeoXForCausalLM',
      layers: c.num_hidden_layers,
      block: (at) => ({
        ...layerNorms(`gpt_neox.layers.${at}.`, ['input_layernorm', 'post_attention_layernorm'], hidden),
        ...linear(`gpt_neox.layers.${at}.attention.query_key_value`, [3 * hidden, hidden]),
        ...linear(`gpt_neox.layers.${at}.attention.dense`, [hidden, hidden]),
        ...linear(`gpt_neox.layers.${at}.mlp.dense_h_to_4h`, [width, hidden]),
        ...linear(`gpt_neox.layers.${at}.mlp.dense_4h_to_h`, [hidden, width]),
      }),
      rest: {
        'gpt_neox.embed_in.weight': [c.vocab_size, hidden],
        'embed_out.weight': [c.vocab_size, hidden],
        ...layerNorms('gpt_neox.', ['final_layer_norm'], hidden),
      },
    };
  },
};

function linear(name, [rows, cols]) {
  return { [`${name}.weight`]: [rows, cols], [`${name}.bias`]: [rows] };
}

function layerNorms(prefix, names, hidden) {
  return Object.fromEntries(
    names.flatMap((name) => ['weight', 'bias'].map((kind) => [`${prefix}${name}.${kind}`, [hidden]])),
  );
}

function gpt2Rest(tokens, positions, hidden) {
  return {
    'transformer.wte.weight': [tokens, hidden],
    'transformer.wpe.weight': [positions, hidden],
    ...layerNorms('transformer.', ['ln_f'], hidden),
  };
}

/**
 * The description of a model, from its config.
 * @param {Record<string, any>} config
 * @returns {Promise<import('../../src/model/decoder.js').DecoderModel>}
 */
export async function modelOfConfig(config) {
  const { readDecoder } = await import('../../src/model/read.ts');
  const { parseJsonObject } = await import('../../src/source/strict-json.ts');
  const layout = LAYOUTS[config.model_type](config);
  const shapes = { ...layout.rest };
  for (let at = 0; at < layout.layers; at++) Object.assign(shapes, layout.block(at));
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const bytes = 2 * shape.reduce((product, size) => product * size, 1);
      return [name, { name, dtype: 'BF16', shape, file: 'model.safetensors', begin: 0, end: bytes }];
    }),
  );
  const whole = { architectures: [layout.architecture], bos_token_id: 1, eos_token_id: 2, ...config };
  const fields = parseJsonObject(JSON.stringify(whole));
  return readDecoder({
    config: async () => ({ fields, file: 'config.json' }),
    generation: async () => null,
    checkpoint: async () => ({
      tensors,
      remarks: { unwrapped: [], doubles: 0, promised: new Map() },
      bytes: [...tensors.values()].reduce((sum, { end }) => sum + end, 0),
    }),
  });
}
