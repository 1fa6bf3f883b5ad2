/** Architectures that are not converted, what the nearest is that is, and what sets them apart. */

interface Relative {
  /** Architectures or model types. */
  readonly names: RegExp;
  /** The label of a family, as far as it stands before its architectures. */
  readonly nearest: string;
  readonly has: string;
}

const EXPERTS = 'experts in place of one feed-forward';

const RELATIVES: readonly Relative[] = [
  { names: /^(?:mixtral|Mixtral)/, nearest: 'Mistral', has: EXPERTS },
  { names: /^(?:qwen3_next|Qwen3Next)/, nearest: 'Qwen 3', has: 'layers of linear attention' },
  { names: /^(?:qwen3_moe|Qwen3Moe)/, nearest: 'Qwen 3', has: EXPERTS },
  { names: /^(?:qwen2_moe|Qwen2Moe)/, nearest: 'Qwen 2 and 2.5', has: EXPERTS },
  { names: /^(?:olmoe|Olmoe)/, nearest: 'OLMo 2', has: EXPERTS },
  { names: /^(?:olmo3|Olmo3)/, nearest: 'OLMo 2', has: 'layers with a window and a rotation of their own' },
  { names: /^(?:phimoe|PhiMoE|Phimoe)/, nearest: 'Phi-3 and Phi-4-mini', has: EXPERTS },
  { names: /^(?:granitemoe|GraniteMoe)/, nearest: 'Granite 3', has: EXPERTS },
  { names: /^(?:ernie4_5_moe|Ernie4_5_?Moe)/, nearest: 'ERNIE 4.5 without experts', has: EXPERTS },
  { names: /^(?:hunyuan_v1_moe|HunYuanMoE)/, nearest: 'Hunyuan without experts', has: EXPERTS },
  {
    names: /^(?:deepseek|Deepseek)/,
    nearest: 'Llama',
    has: 'experts, and keys and values that are compressed',
  },
  {
    names: /^(?:llama4|Llama4)/,
    nearest: 'Llama',
    has: 'experts, and layers that attend to pieces of the text',
  },
  {
    names: /^(?:gemma3n|Gemma3n|gemma4|Gemma4)/,
    nearest: 'Gemma 3 text models',
    has: 'embeddings for each layer',
  },
  { names: /^(?:bitnet|BitNet)/, nearest: 'Llama', has: 'ternary weights, and norms inside its halves' },
  { names: /^(?:openelm|OpenELM)/, nearest: 'Llama', has: 'another number of heads in each layer' },
  { names: /^(?:lfm2_moe|Lfm2Moe)/, nearest: 'LFM2', has: EXPERTS },
  {
    names: /^(?:codegen|CodeGen)/,
    nearest: 'GPT-J',
    has: 'query, key and value fused in an order of its own',
  },
  { names: /^(?:xglm|XGLM)/, nearest: 'OPT', has: 'positions that are computed as waves' },
  { names: /^(?:openai-gpt|OpenAIGPT)/, nearest: 'GPT-2', has: 'norms behind its halves' },
  {
    names:
      /^(?:mamba|Mamba|falcon_mamba|FalconMamba|rwkv|Rwkv|RWKV|falcon_h1|FalconH1|jamba|Jamba|zamba|Zamba|recurrent_gemma|RecurrentGemma)/,
    nearest: 'Llama',
    has: 'layers that carry a state in place of attention',
  },
];

/**
 * A sentence that names the nearest family and the difference.
 * @param name an architecture or model type
 * @returns empty for a name that tells nothing
 */
export function nearestByName(name: string): string {
  const relative = RELATIVES.find(({ names }) => names.test(name));
  return relative === undefined
    ? ''
    : `The nearest that is converted is ${relative.nearest}; this one has ${relative.has}. `;
}
