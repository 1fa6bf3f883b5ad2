/** Models by the sizes in their configs alone: no weight is read, and the families' own readers check that config and tensors agree. */
import type { Checkpoint, TensorInfo } from '../../checkpoint/checkpoint.js';
import type { DecoderModel } from '../../model/decoder.js';
import { readDecoder } from '../../model/read.js';
import { parseJsonObject, type JsonObject } from '../../source/strict-json.js';

/** Fields of a config.json, as plain JSON. */
export type ConfigSizes = Readonly<Record<string, unknown>>;

/** Shapes by the names of their tensors. */
type Shapes = Readonly<Record<string, readonly number[]>>;

interface Layout {
  readonly architecture: string;
  /** Field with the number of blocks. */
  readonly layers: string;
  readonly block: (size: (field: string) => number, prefix: string) => Shapes;
  readonly rest: (size: (field: string) => number) => Shapes;
}

const LLAMA: Layout = {
  architecture: 'LlamaForCausalLM',
  layers: 'num_hidden_layers',
  block(size, prefix) {
    const [hidden, width] = [size('hidden_size'), size('intermediate_size')];
    const query = size('num_attention_heads') * size('head_dim');
    const key = size('num_key_value_heads') * size('head_dim');
    return {
      [`${prefix}input_layernorm.weight`]: [hidden],
      [`${prefix}post_attention_layernorm.weight`]: [hidden],
      [`${prefix}self_attn.q_proj.weight`]: [query, hidden],
      [`${prefix}self_attn.k_proj.weight`]: [key, hidden],
      [`${prefix}self_attn.v_proj.weight`]: [key, hidden],
      [`${prefix}self_attn.o_proj.weight`]: [hidden, query],
      [`${prefix}mlp.gate_proj.weight`]: [width, hidden],
      [`${prefix}mlp.up_proj.weight`]: [width, hidden],
      [`${prefix}mlp.down_proj.weight`]: [hidden, width],
    };
  },
  rest: (size) => ({
    'model.embed_tokens.weight': [size('vocab_size'), size('hidden_size')],
    'model.norm.weight': [size('hidden_size')],
    // An untied head is a tensor of its own.
    ...(size('tie_word_embeddings') === 0
      ? { 'lm_head.weight': [size('vocab_size'), size('hidden_size')] }
      : {}),
  }),
};

const QWEN3: Layout = {
  ...LLAMA,
  architecture: 'Qwen3ForCausalLM',
  block: (size, prefix) => ({
    ...LLAMA.block(size, prefix),
    [`${prefix}self_attn.q_norm.weight`]: [size('head_dim')],
    [`${prefix}self_attn.k_norm.weight`]: [size('head_dim')],
  }),
};

/** Tensors of a block and around it, by `model_type`: as the families in src/model/families name them. */
const LAYOUTS: Readonly<Record<string, Layout>> = {
  llama: LLAMA,
  qwen3: QWEN3,
  gemma3_text: {
    ...QWEN3,
    architecture: 'Gemma3ForCausalLM',
    block: (size, prefix) => ({
      ...QWEN3.block(size, prefix),
      [`${prefix}pre_feedforward_layernorm.weight`]: [size('hidden_size')],
      [`${prefix}post_feedforward_layernorm.weight`]: [size('hidden_size')],
    }),
  },
  gpt_neo: {
    architecture: 'GPTNeoForCausalLM',
    layers: 'num_layers',
    block(size, prefix) {
      const hidden = size('hidden_size');
      return {
        ...norms(prefix, ['ln_1', 'ln_2'], hidden),
        ...Object.fromEntries(
          ['q_proj', 'k_proj', 'v_proj'].map((name) => [
            `${prefix}attn.attention.${name}.weight`,
            [hidden, hidden],
          ]),
        ),
        ...linear(`${prefix}attn.attention.out_proj`, hidden, hidden),
        ...linear(`${prefix}mlp.c_fc`, 4 * hidden, hidden),
        ...linear(`${prefix}mlp.c_proj`, hidden, 4 * hidden),
      };
    },
    rest: (size) => gpt2Rest(size('vocab_size'), size('max_position_embeddings'), size('hidden_size')),
  },
  gpt2: {
    architecture: 'GPT2LMHeadModel',
    layers: 'n_layer',
    block(size, prefix) {
      const hidden = size('n_embd');
      return {
        ...norms(prefix, ['ln_1', 'ln_2'], hidden),
        ...conv1d(`${prefix}attn.c_attn`, 3 * hidden, hidden),
        ...conv1d(`${prefix}attn.c_proj`, hidden, hidden),
        ...conv1d(`${prefix}mlp.c_fc`, 4 * hidden, hidden),
        ...conv1d(`${prefix}mlp.c_proj`, hidden, 4 * hidden),
      };
    },
    rest: (size) => gpt2Rest(size('vocab_size'), size('n_positions'), size('n_embd')),
  },
  gpt_neox: {
    architecture: 'GPTNeoXForCausalLM',
    layers: 'num_hidden_layers',
    block(size, prefix) {
      const [hidden, width] = [size('hidden_size'), size('intermediate_size')];
      return {
        ...norms(prefix, ['input_layernorm', 'post_attention_layernorm'], hidden),
        ...linear(`${prefix}attention.query_key_value`, 3 * hidden, hidden),
        ...linear(`${prefix}attention.dense`, hidden, hidden),
        ...linear(`${prefix}mlp.dense_h_to_4h`, width, hidden),
        ...linear(`${prefix}mlp.dense_4h_to_h`, hidden, width),
      };
    },
    rest: (size) => ({
      'gpt_neox.embed_in.weight': [size('vocab_size'), size('hidden_size')],
      'embed_out.weight': [size('vocab_size'), size('hidden_size')],
      ...norms('gpt_neox.', ['final_layer_norm'], size('hidden_size')),
    }),
  },
  opt: {
    architecture: 'OPTForCausalLM',
    layers: 'num_hidden_layers',
    block(size, prefix) {
      const [hidden, width] = [size('hidden_size'), size('ffn_dim')];
      return {
        ...norms(prefix, ['self_attn_layer_norm', 'final_layer_norm'], hidden),
        ...linear(`${prefix}self_attn.q_proj`, hidden, hidden),
        ...linear(`${prefix}self_attn.k_proj`, hidden, hidden),
        ...linear(`${prefix}self_attn.v_proj`, hidden, hidden),
        ...linear(`${prefix}self_attn.out_proj`, hidden, hidden),
        ...linear(`${prefix}fc1`, width, hidden),
        ...linear(`${prefix}fc2`, hidden, width),
      };
    },
    rest: (size) => ({
      'model.decoder.embed_tokens.weight': [size('vocab_size'), size('hidden_size')],
      // The first two rows are no positions.
      'model.decoder.embed_positions.weight': [size('max_position_embeddings') + 2, size('hidden_size')],
      ...norms('model.decoder.', ['final_layer_norm'], size('hidden_size')),
    }),
  },
};

/** What comes before a block's number. */
const BLOCKS: Readonly<Record<string, string>> = {
  gpt_neo: 'transformer.h.',
  gpt2: 'transformer.h.',
  gpt_neox: 'gpt_neox.layers.',
  opt: 'model.decoder.layers.',
};

function linear(name: string, rows: number, cols: number): Shapes {
  return { [`${name}.weight`]: [rows, cols], [`${name}.bias`]: [rows] };
}

/** Transposed, as GPT-2 has them. */
function conv1d(name: string, rows: number, cols: number): Shapes {
  return { [`${name}.weight`]: [cols, rows], [`${name}.bias`]: [rows] };
}

function norms(prefix: string, names: readonly string[], hidden: number): Shapes {
  return Object.fromEntries(
    names.flatMap((name) => ['weight', 'bias'].map((kind) => [`${prefix}${name}.${kind}`, [hidden]])),
  );
}

function gpt2Rest(tokens: number, positions: number, hidden: number): Shapes {
  return {
    'transformer.wte.weight': [tokens, hidden],
    'transformer.wpe.weight': [positions, hidden],
    ...norms('transformer.', ['ln_f'], hidden),
  };
}

/**
 * The description of a model, from its config.
 * @param config as published; where the library derives `head_dim` and `num_key_value_heads` they are written out
 * @throws RangeError for a `model_type` without a layout here, or a size that is missing; FormatError, UnsupportedError as the
 *   model's family does
 */
export async function modelOfConfig(config: ConfigSizes): Promise<DecoderModel> {
  const type = String(config.model_type);
  const layout = LAYOUTS[type];
  if (layout === undefined) throw new RangeError(`No tensors are known of the model type ${type}.`);
  const size = (field: string): number => {
    const value = Number(config[field] ?? Number.NaN);
    if (Number.isNaN(value)) throw new RangeError(`The config of a ${type} has no ${field}.`);
    return value;
  };
  const shapes = { ...layout.rest(size) };
  for (let at = 0; at < size(layout.layers); at++)
    Object.assign(shapes, layout.block(size, `${BLOCKS[type] ?? 'model.layers.'}${at}.`));
  const whole = {
    architectures: [layout.architecture],
    bos_token_id: 1,
    eos_token_id: 2,
    ...config,
  };
  const fields = parseJsonObject(JSON.stringify(whole)) as JsonObject;
  return readDecoder({
    config: async () => ({ fields, file: 'config.json' }),
    generation: async () => null,
    checkpoint: async () => checkpointOf(shapes),
  });
}

/** The directory of tensors that nobody reads. */
function checkpointOf(shapes: Shapes): Checkpoint {
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]): [string, TensorInfo] => {
      const end = 2 * shape.reduce((product, size) => product * size, 1);
      return [name, { name, dtype: 'BF16', shape, file: 'model.safetensors', begin: 0, end }];
    }),
  );
  const unread = (name: string): Promise<never> =>
    Promise.reject(new RangeError(`${name}: only its shape is known.`));
  return {
    tensors,
    metadata: {},
    bytes: [...tensors.values()].reduce((sum, { end }) => sum + end, 0),
    readRows: unread,
    readRowsInto: (_, name) => unread(name),
  };
}
