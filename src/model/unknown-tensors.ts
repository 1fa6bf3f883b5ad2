/** What tensors mean that no step names and that a family knows; what is the same in all is in `stored-kinds.ts`. */
import type { ConfigFields } from './config-fields.js';
import type { FamilyTraits, UnknownTensor } from './family-table.js';

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
