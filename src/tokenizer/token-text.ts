/** What each token adds to a text: its bytes in the TOKN section, with the flags that say how they are read. */
import { bytesOfToken } from './byte-level.js';
import { wrongPart } from './component.js';
import { Decoding, TokenFlag } from './format.js';
import type { DecoderPlan } from './pipeline.js';

/** How the bytes of tokens are written. */
export interface TextRules {
  /** What messages name. */
  readonly file: string;
  readonly decoder: DecoderPlan;
  readonly byteLevel: boolean;
  /** Tokens keep the bytes that the vocabulary has, since words are looked up by them; decoding reads them. */
  readonly spelled: boolean;
}

/** Bytes of one token, and its `TokenFlag` bits but for special ones. */
export interface TokenText {
  readonly bytes: Uint8Array;
  readonly flags: number;
}

/** @throws UnsupportedError for a token that the device would not write as the library does */
export function tokenText(text: string, rules: TextRules): TokenText {
  const { decoder, byteLevel } = rules;
  if (byteLevel) return { bytes: bytesOfToken(text) ?? encode(text), flags: 0 };
  if (decoder.kind === Decoding.Ends) return endedText(text, rules);
  const replaced = rules.spelled
    ? text
    : decoder.replacements.reduce((value, { pattern, content }) => value.split(pattern).join(content), text);
  // Rust's number parser, which the library uses here, takes a plus sign.
  const byte = decoder.byteFallback ? /^<0x([0-9a-fA-F]{2}|\+[0-9a-fA-F])>$/u.exec(replaced)?.[1] : undefined;
  if (byte !== undefined && rules.spelled) {
    if (byte.startsWith('+')) throw wrong(rules, text);
    return { bytes: encode(text), flags: TokenFlag.Byte };
  }
  if (byte !== undefined) return { bytes: Uint8Array.of(Number.parseInt(byte, 16)), flags: TokenFlag.Byte };
  return { bytes: encode(replaced), flags: decoder.kind === Decoding.Words ? wordFlags(text, rules) : 0 };
}

/**
 * The metaspace of tokens that keep their spelling: what decoding writes as a space.
 * @throws UnsupportedError for other replacements than that
 */
export function spelledMetaspace({ file, decoder }: TextRules): number | null {
  const [only, ...others] = decoder.replacements;
  if (only === undefined) return null;
  const point = only.pattern.codePointAt(0) ?? 0;
  const isOne = String.fromCodePoint(point) === only.pattern && point !== 0;
  if (others.length > 0 || !isOne || only.content !== ' ')
    throw wrongPart(
      { file },
      'decoder',
      'Of the replacements only that of one character by a space is supported here.',
    );
  return point;
}

/** A text with its suffix, which stands for a space or, behind the last token, for nothing. */
function endedText(text: string, rules: TextRules): TokenText {
  const { suffix } = rules.decoder;
  const ends = text.endsWith(suffix);
  const rest = ends ? text.slice(0, -suffix.length) : text;
  if (rest.includes(suffix)) throw wrong(rules, text);
  return { bytes: encode(rest), flags: ends ? TokenFlag.End : 0 };
}

/** Whether a space goes before a token that begins a word. What the cleanup does else depends on more than the device reads. */
function wordFlags(text: string, rules: TextRules): number {
  const { prefix, cleanup } = rules.decoder;
  const cleaned = (value: string): string => (cleanup ? cleanedUp(value) : value);
  const continues = prefix !== '' && text.startsWith(prefix);
  const rest = continues ? text.slice(prefix.length) : text;
  const spaced = cleaned(` ${text}`);
  if (cleaned(text) !== text || cleaned(rest) !== rest) throw wrong(rules, text);
  if (continues || spaced === ` ${text}`) return 0;
  if (spaced !== text) throw wrong(rules, text);
  return TokenFlag.Glued;
}

/** The library's cleanup of English: texts in their order, with what replaces them. */
const CLEANUP: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function cleanedUp(text: string): string {
  return CLEANUP.reduce((value, [pattern, content]) => value.replaceAll(pattern, content), text);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function wrong({ file }: TextRules, text: string): Error {
  return wrongPart(
    { file },
    'decoder',
    `What it makes of the token ${JSON.stringify(text)} is not supported.`,
  );
}
