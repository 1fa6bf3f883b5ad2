/** What tensors mean that no step names, as far as it is the same in every family. */
import type { ConfigFields } from './config-fields.js';
import type { FamilyTraits, UnknownTensor } from './family-table.js';

/** Leftovers that mean the same in every family. */
export const UNKNOWN_TENSORS: readonly UnknownTensor[] = [
  {
    names:
      /\.(?:qweight|qzeros|scales|g_idx|absmax|quant_map|weight_scale(?:_inv)?|weight_packed|_blocks|_scales)$/,
    meaning: () => 'The weights are already quantized.',
  },
  { names: /\.(?:experts|block_sparse_moe)\./, meaning: () => 'The model is a mixture of experts.' },
  {
    names: /(?:^|\.)lora_[AB]\./,
    meaning: () => 'The weights are an adapter (LoRA) that was not merged.',
  },
];

/** What an unknown tensor means, `null` when its name does not tell. */
export function explainUnknown(
  list: readonly UnknownTensor[],
  name: string,
  traits: FamilyTraits,
  config: ConfigFields,
): string | null {
  for (const { names, meaning } of list) {
    const sentence = names.test(name) ? meaning(traits, config) : null;
    if (sentence !== null) return sentence;
  }
  return null;
}
