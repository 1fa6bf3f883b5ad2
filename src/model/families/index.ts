/** All families that can be converted. A new one is a file here and a line in this list. */
import type { Family } from '../family.js';
import { llama } from './llama.js';
import { mistral } from './mistral.js';

export const FAMILIES: readonly Family[] = [llama, mistral];

/** A sentence that names them, for messages. */
export function supportedFamilies(): string {
  return `Supported are: ${FAMILIES.map((family) => family.label).join('; ')}.`;
}
