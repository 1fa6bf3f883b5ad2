/** Ids of the tokens that have names. */
import type { Metadata } from './metadata.js';

/** The kind of tokenizer. */
export const MODEL = 'tokenizer.ggml.model';

/** Tokens that keys name, as these spell them. */
export type TokenName = 'unknown' | 'bos' | 'eos' | 'padding' | 'seperator';

/** Ids that hold where the file does not say them, by the kind of tokenizer, as in llama.cpp. */
const USUAL_IDS: ReadonlyMap<string, Readonly<Partial<Record<TokenName, number>>>> = new Map([
  ['llama', { unknown: 0, bos: 1, eos: 2 }],
  ['t5', { padding: 0, eos: 1, unknown: 2 }],
  ['bert', { padding: 0, unknown: 100, bos: 101, seperator: 102 }],
]);

/** The id of a token with a name, `null` when there is none. @throws FormatError */
export function namedId(metadata: Metadata, name: TokenName): number | null {
  const own = metadata.number(`tokenizer.ggml.${name}_token_id`);
  // What BERT begins a text with has a key of its own in older files.
  const id = own ?? (name === 'bos' ? metadata.number('tokenizer.ggml.cls_token_id') : null);
  return id ?? USUAL_IDS.get(metadata.text(MODEL) ?? '')?.[name] ?? null;
}
