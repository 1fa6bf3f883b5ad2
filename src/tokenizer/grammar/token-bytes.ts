/** What each token adds to a text that goes on, out of a TOKN section (docs/tokenizer-tables.md). */
import { UnsupportedError } from '../../shared/errors.js';
import { NO_ID, TOKN_HEADER_BYTES, TokenFlag, ToknFlag } from '../format.js';

/** Header fields. */
const FLAGS_AT = 4;
const VOCAB_AT = 8;
const DECODER_AT = 24;
const METASPACE_AT = 36;
/** Tables are pairs of offset and count. */
const TOKENS_AT = 48;
const BYTES_AT = 56;

/** Decoders whose tokens are the same text wherever they stand, but for a first space. */
const DECODER = { bytes: 1, pieces: 2, metaspace: 3 } as const;

/**
 * @returns `null` for special and absent tokens, which are no text
 * @throws UnsupportedError for tokenizers that put spaces between tokens by rules of their own
 */
export function tokenBytes(section: Uint8Array): (Uint8Array | null)[] {
  const view = new DataView(section.buffer, section.byteOffset, section.byteLength);
  const word = (at: number): number => view.getUint32(at, true);
  const decoder = word(DECODER_AT);
  const isKnown = Object.values(DECODER).some((known) => known === decoder);
  if (section.length < TOKN_HEADER_BYTES || !isKnown || (word(FLAGS_AT) & ToknFlag.Spelled) !== 0)
    throw new UnsupportedError(
      'A grammar needs tokens that are the same text wherever they stand, which those of this tokenizer are not.',
      { file: 'the tokenizer', remedy: 'Convert the model without a grammar.' },
    );
  const tokens = word(TOKENS_AT);
  const bytes = word(BYTES_AT);
  const metaspace = decoder === DECODER.metaspace ? word(METASPACE_AT) : NO_ID;
  return Array.from({ length: word(VOCAB_AT) }, (_, id) => {
    const entry = word(tokens + 4 * id);
    const end = word(tokens + 4 * id + 4) & 0xff_ffff;
    const flags = entry >>> 24;
    if ((flags & (TokenFlag.Special | TokenFlag.Absent)) !== 0) return null;
    const own = section.subarray(bytes + (entry & 0xff_ffff), bytes + end);
    return metaspace === NO_ID || (flags & TokenFlag.Byte) !== 0 ? own : spaced(own, metaspace);
  });
}

function spaced(bytes: Uint8Array, metaspace: number): Uint8Array {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return new TextEncoder().encode(text.replaceAll(String.fromCodePoint(metaspace), ' '));
}
