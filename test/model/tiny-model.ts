/** A tiny Llama folder for tests, to be changed at will before it is read. */
import type { Dtype } from '../../src/checkpoint/checkpoint.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import type { DecoderModel } from '../../src/model/decoder.js';
import { readDecoder } from '../../src/model/read.js';
import type { ModelFolder } from '../../src/source/byte-source.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { utf8, writeSafetensors } from '../checkpoint/write-safetensors.js';
import type { TestTensor } from '../checkpoint/write-safetensors.js';

/** The parts of a folder; change what a test is about. */
export interface TinyModel {
  config: Record<string, unknown>;
  generation: Record<string, unknown> | null;
  tensors: Record<string, TestTensor>;
  files: Record<string, Uint8Array>;
}

export const HIDDEN = 8;
export const VOCAB = 11;

/** A well-formed Llama: 2 layers, width 8, 2 heads of 4, 1 key/value head, separate head. */
export function tinyModel(): TinyModel {
  const tensors: Record<string, TestTensor> = {};
  const add = (name: string, shape: readonly number[], dtype: Dtype = 'BF16'): void => {
    tensors[name] = { dtype, shape };
  };
  add('model.embed_tokens.weight', [VOCAB, HIDDEN]);
  for (let layer = 0; layer < 2; layer++) {
    const at = `model.layers.${layer}.`;
    add(`${at}input_layernorm.weight`, [HIDDEN]);
    add(`${at}self_attn.q_proj.weight`, [8, HIDDEN]);
    add(`${at}self_attn.k_proj.weight`, [4, HIDDEN]);
    add(`${at}self_attn.v_proj.weight`, [4, HIDDEN]);
    add(`${at}self_attn.o_proj.weight`, [HIDDEN, 8]);
    add(`${at}post_attention_layernorm.weight`, [HIDDEN]);
    add(`${at}mlp.gate_proj.weight`, [12, HIDDEN]);
    add(`${at}mlp.up_proj.weight`, [12, HIDDEN]);
    add(`${at}mlp.down_proj.weight`, [HIDDEN, 12]);
  }
  add('model.norm.weight', [HIDDEN]);
  add('lm_head.weight', [VOCAB, HIDDEN]);
  return {
    config: {
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_size: HIDDEN,
      intermediate_size: 12,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      vocab_size: VOCAB,
      max_position_embeddings: 32,
      rms_norm_eps: 1e-5,
      rope_theta: 10000,
      hidden_act: 'silu',
      tie_word_embeddings: false,
      bos_token_id: 1,
      eos_token_id: 2,
    },
    generation: null,
    tensors,
    files: {},
  };
}

/** The folder of the parts. */
export function folderOf(model: TinyModel): ModelFolder {
  const files: Record<string, Uint8Array> = {
    'config.json': utf8(JSON.stringify(model.config)),
    'model.safetensors': writeSafetensors(model.tensors),
    ...model.files,
  };
  if (model.generation !== null) files['generation_config.json'] = utf8(JSON.stringify(model.generation));
  return memoryFolder('tiny', files);
}

/** Changes the tiny model and reads it. */
export async function readTiny(change: (model: TinyModel) => void = () => undefined): Promise<DecoderModel> {
  const model = tinyModel();
  change(model);
  const folder = folderOf(model);
  return readDecoder(hfFolderInput(folder));
}
