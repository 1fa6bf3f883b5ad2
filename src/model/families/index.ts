/** All families that can be converted, of which those that most models belong to are there at once. */
import type { Family } from '../family.js';
import { llama } from './llama.js';
import { mistral } from './mistral.js';
import { qwen2 } from './qwen2.js';
import { qwen3 } from './qwen3.js';

const FIRST: readonly Family[] = [llama, mistral, qwen2, qwen3];

/** The first that is the one, of all. @throws what an `import()` throws */
export async function findFamily(is: (family: Family) => boolean): Promise<Family | undefined> {
  return FIRST.find(is) ?? (await allFamilies()).find(is);
}

/** @throws what an `import()` throws */
export async function allFamilies(): Promise<readonly Family[]> {
  return [...FIRST, ...(await import('./others.js')).OTHER_FAMILIES];
}

/** A sentence that names them, for messages. */
export async function supportedFamilies(): Promise<string> {
  // Without their architectures, which would fill a screen.
  const labels = (await allFamilies()).map(({ label }) => label.replace(/ \(.*\)$/, ''));
  return `Supported are: ${labels.join(', ')}.`;
}
