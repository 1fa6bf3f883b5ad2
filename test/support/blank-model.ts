/** Llama folders of any size whose weights are all zero and take no memory: for limits. */
import type { ByteSource, ModelFolder } from '../../src/source/byte-source.js';
import { memoryFolder } from '../../src/source/memory-folder.js';

/** Sizes as the keys of config.json; what is absent is small. */
export type BlankConfig = Readonly<Record<string, unknown>> & {
  readonly hidden_size?: number;
  readonly num_hidden_layers?: number;
  readonly num_attention_heads?: number;
  readonly num_key_value_heads?: number;
  readonly head_dim?: number;
  readonly intermediate_size?: number;
  readonly vocab_size?: number;
};

const SMALL = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 1,
  num_key_value_heads: 1,
  head_dim: 2,
  intermediate_size: 2,
  vocab_size: 64,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: true,
  bos_token_id: 1,
  eos_token_id: 2,
};

/** A folder of such a model. */
export function blankFolder(changes: BlankConfig = {}): ModelFolder {
  const config = { ...SMALL, ...changes };
  const { hidden_size: hidden, intermediate_size: width } = config;
  const [query, key] = [config.num_attention_heads, config.num_key_value_heads].map(
    (heads) => heads * config.head_dim,
  ) as [number, number];
  const tensors: [string, number[]][] = [['model.embed_tokens.weight', [config.vocab_size, hidden]]];
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const shapes: Record<string, number[]> = {
      input_layernorm: [hidden],
      'self_attn.q_proj': [query, hidden],
      'self_attn.k_proj': [key, hidden],
      'self_attn.v_proj': [key, hidden],
      'self_attn.o_proj': [hidden, query],
      post_attention_layernorm: [hidden],
      'mlp.gate_proj': [width, hidden],
      'mlp.up_proj': [width, hidden],
      'mlp.down_proj': [hidden, width],
    };
    for (const [name, shape] of Object.entries(shapes)) {
      tensors.push([`model.layers.${layer}.${name}.weight`, shape]);
    }
  }
  tensors.push(['model.norm.weight', [hidden]]);
  const files = memoryFolder('blank', { 'config.json': new TextEncoder().encode(JSON.stringify(config)) });
  const weights = zeros('model.safetensors', tensors);
  return {
    name: 'blank',
    names: ['config.json', weights.name],
    open: (name, signal) => (name === weights.name ? Promise.resolve(weights) : files.open(name, signal)),
  };
}

/** A safetensors file of zeros in BF16. */
function zeros(name: string, tensors: readonly [string, readonly number[]][]): ByteSource {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [tensor, shape] of tensors) {
    const begin = end;
    end += 2 * shape.reduce((product, size) => product * size, 1);
    header[tensor] = { dtype: 'BF16', shape, data_offsets: [begin, end] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + text.length);
  new DataView(start.buffer).setBigUint64(0, BigInt(text.length), true);
  start.set(text, 8);
  return {
    name,
    size: start.length + end,
    read: (from, to) => {
      const bytes = new Uint8Array(to - from);
      if (from < start.length) bytes.set(start.subarray(from, to));
      return Promise.resolve(bytes);
    },
  };
}
