/** What happens around ids: decoder and post-processor of tokenizer.json. */
import { ConfigFields } from '../model/config-fields.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonValue } from '../source/strict-json.js';
import { codePoint, components, pattern, text, wrongPart } from './component.js';
import type { Component } from './component.js';
import { Decoding, MetaspaceScheme } from './format.js';
import { metaspaceScheme } from './metaspace.js';

/** How texts of tokens are joined. */
export interface DecoderPlan {
  readonly kind: Decoding;
  /** Replacements in every token's text, in order. */
  readonly replacements: readonly { readonly pattern: string; readonly content: string }[];
  /** `<0xNN>` tokens are raw bytes. */
  readonly byteFallback: boolean;
  readonly stripCharacter: number;
  readonly stripCount: number;
  /** Code point of the metaspace, `null` when the decoder has none. */
  readonly metaspace: number | null;
  /** Words: what tokens begin with that continue a word; empty for nothing. */
  readonly prefix: string;
  /** Words: spaces before punctuation are left out, in each token by itself. */
  readonly cleanup: boolean;
  /** Ends: what tokens end with that end a word. */
  readonly suffix: string;
}

/** Limits of the table format (docs/tokenizer-tables.md gives the reasons). */
const MAX_STRIP = 16;
const MAX_EXTRA_IDS = 16;

const PLAIN = {
  replacements: [],
  byteFallback: false,
  stripCharacter: 0,
  stripCount: 0,
  metaspace: null,
  prefix: '',
  cleanup: false,
  suffix: '',
};

/** Reads the decoder. @throws FormatError, UnsupportedError */
export function readDecoder(root: ConfigFields): DecoderPlan {
  const parts = components(root, 'decoder', 'decoders');
  const types = parts.map((part) => part.type).join(', ');
  const [only] = parts;
  // Without a decoder the library puts a space between tokens.
  if (only === undefined) return { ...PLAIN, kind: Decoding.Words };
  if (only.type === 'WordPiece' && parts.length === 1) {
    const [prefix, cleanup] = [text(only.fields, 'prefix'), only.fields.boolean('cleanup', true)];
    return { ...PLAIN, kind: Decoding.Words, prefix, cleanup };
  }
  if (only.type === 'BPEDecoder' && parts.length === 1) {
    const suffix = text(only.fields, 'suffix');
    if (suffix === '') throw wrongPart(root, only.path, 'An empty suffix is not supported.');
    return { ...PLAIN, kind: Decoding.Ends, suffix };
  }
  if (only.type === 'ByteLevel' && parts.slice(1).every((part) => part.type === 'Fuse')) {
    return { ...PLAIN, kind: Decoding.Bytes };
  }
  if (only.type === 'Metaspace' && parts.slice(1).every((part) => part.type === 'Fuse')) {
    const scheme = metaspaceScheme(only.fields, only.path);
    return {
      ...PLAIN,
      kind: Decoding.Metaspace,
      metaspace: codePoint(only.fields, 'replacement'),
      stripCount: Number(scheme !== MetaspaceScheme.Never),
    };
  }
  return readPieces(parts, types);
}

/** Replace…, ByteFallback, Fuse, Strip: each at most once but Replace, in this order. */
function readPieces(parts: readonly Component[], types: string): DecoderPlan {
  const order = ['Replace', 'ByteFallback', 'Fuse', 'Strip'];
  const replacements: { pattern: string; content: string }[] = [];
  let last = 0;
  let byteFallback = false;
  let fused = false;
  let stripCharacter = 0;
  let stripCount = 0;
  for (const { type, fields, path } of parts) {
    const place = order.indexOf(type);
    if (place < 0)
      throw wrongPart(
        fields,
        path,
        `The decoder ${type} is not supported${parts.length > 1 ? ' here' : ''}.`,
      );
    if (place < last || (place === last && place > 0))
      throw wrongPart(fields, 'decoder', `The order ${types} is not supported.`);
    last = place;
    if (type === 'Replace') {
      const { kind, value } = pattern(fields, 'pattern');
      if (kind === 'Regex' || value === '')
        throw wrongPart(fields, path, `Replacing ${kind} ${JSON.stringify(value)} is not supported.`);
      replacements.push({ pattern: value, content: text(fields, 'content') });
    } else if (type === 'ByteFallback') byteFallback = true;
    else if (type === 'Fuse') fused = true;
    else {
      if (!fused) throw wrongPart(fields, path, 'Strip is only supported after Fuse.');
      if (fields.integer('stop', undefined, { min: 0 }) !== 0)
        throw wrongPart(fields, path, 'Stripping the end is not supported.');
      stripCharacter = codePoint(fields, 'content');
      stripCount = fields.integer('start', undefined, { min: 0, max: MAX_STRIP });
    }
  }
  return { ...PLAIN, kind: Decoding.Pieces, replacements, byteFallback, stripCharacter, stripCount };
}

/** Reads the post-processor: the ids that it puts before and after a text. @throws FormatError, UnsupportedError */
export function readPostProcessor(root: ConfigFields): { prefixIds: number[]; suffixIds: number[] } {
  const templates = components(root, 'post_processor', 'processors').filter((part) => {
    if (part.type === 'ByteLevel') return false; // moves offsets only
    if (!['TemplateProcessing', 'BertProcessing', 'RobertaProcessing'].includes(part.type))
      throw wrongPart(root, part.path, `The post-processor ${part.type} is not supported.`);
    return true;
  });
  const [template] = templates;
  if (template === undefined) return { prefixIds: [], suffixIds: [] };
  if (templates.length > 1)
    throw wrongPart(root, 'post_processor', 'More than one template is not supported.');
  const { prefixIds, suffixIds } =
    template.type === 'TemplateProcessing' ? readTemplate(template) : readAround(template);
  if (prefixIds.length > MAX_EXTRA_IDS || suffixIds.length > MAX_EXTRA_IDS) {
    throw wrongPart(root, template.path, `It adds more than ${MAX_EXTRA_IDS} ids.`);
  }
  return { prefixIds, suffixIds };
}

/** The processors of BERT and RoBERTa: one token before a text and one behind it, each a text with its id. */
function readAround({ fields }: Component): { prefixIds: number[]; suffixIds: number[] } {
  const id = (key: string): number => {
    const pair = fields.raw(key);
    const value = Array.isArray(pair) && pair.length === 2 ? (pair as readonly JsonValue[])[1] : null;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw fields.wrong(key, 'a token with its id');
    return value;
  };
  return { prefixIds: [id('cls')], suffixIds: [id('sep')] };
}

/** `single` is a list of `{"SpecialToken": {"id": name}}` and `{"Sequence": {"id": "A"}}`; names are looked up beside it. */
function readTemplate({ fields, path }: Component): { prefixIds: number[]; suffixIds: number[] } {
  const single = fields.raw('single');
  if (!Array.isArray(single)) throw fields.wrong('single', 'a list');
  if (single.length > MAX_EXTRA_IDS * 2 + 1) throw wrongPart(fields, path, 'It has too many parts.');
  const named = fields.object('special_tokens');
  const prefixIds: number[] = [];
  const suffixIds: number[] = [];
  let texts = 0;
  (single as readonly JsonValue[]).forEach((value, index) => {
    const place = `${path}.single[${index}]`;
    const item = isJsonObject(value) ? new ConfigFields(value, fields.file, `${place}.`) : null;
    const token = item?.object('SpecialToken') ?? null;
    const sequence = item?.object('Sequence') ?? null;
    if (token !== null) {
      const name = text(token, 'id');
      const ids = named?.object(name)?.idList('ids') ?? null;
      if (ids === null)
        throw wrongPart(fields, place, `The special token ${JSON.stringify(name)} is not described.`);
      (texts === 0 ? prefixIds : suffixIds).push(...ids);
    } else if (sequence !== null && text(sequence, 'id') === 'A') texts++;
    else throw wrongPart(fields, place, 'It is neither a special token nor the text.');
  });
  if (texts !== 1) throw wrongPart(fields, `${path}.single`, 'It must hold the text exactly once.');
  return { prefixIds, suffixIds };
}
