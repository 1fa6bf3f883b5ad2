/** Ids of the tokens that have names. */
import type { Metadata } from './metadata.js';

/** The kind of tokenizer. */
export const MODEL = 'tokenizer.ggml.model';

/** Ids that hold in SentencePiece's models where the file does not say them, as in llama.cpp. */
const USUAL_IDS: Readonly<Record<string, number>> = { unknown: 0, bos: 1, eos: 2 };

/** The id of a token with a name, `null` when there is none. @throws FormatError */
export function namedId(metadata: Metadata, name: 'bos' | 'eos' | 'unknown' | 'padding'): number | null {
  const id = metadata.number(`tokenizer.ggml.${name}_token_id`);
  return id ?? (metadata.text(MODEL) === 'llama' ? (USUAL_IDS[name] ?? null) : null);
}
