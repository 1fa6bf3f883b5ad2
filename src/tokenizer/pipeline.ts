/** What happens to text around the merging: normalizer, pre-tokenizer, decoder and post-processor of tokenizer.json. */
import { ConfigFields } from '../model/config-fields.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonValue } from '../source/strict-json.js';
import { codePoint, components, pattern, text, wrongPart } from './component.js';
import type { Component } from './component.js';
import { Decoding, MetaspaceScheme, NormalKind, SplitRule, StageKind } from './format.js';

/** One normalizer step. */
export interface NormalStep {
  readonly kind: NormalKind;
  readonly pattern: string;
  readonly content: string;
}

/** One pre-tokenizer stage; `a` and `b` as docs/tokenizer-tables.md has them. */
export interface Stage {
  readonly kind: StageKind;
  readonly a: number;
  readonly b: number;
}

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
}

/** Limits of the table format (docs/tokenizer-tables.md gives the reasons). */
const MAX_STEPS = 4;
const MAX_STEP_BYTES = 64;
const MAX_GROWTH = 5;
const MAX_STAGES = 4;
const MAX_STRIP = 16;
const MAX_EXTRA_IDS = 16;

const utf8Length = (value: string): number => new TextEncoder().encode(value).length;

/** Reads the normalizer. @throws FormatError, UnsupportedError */
export function readNormalizer(root: ConfigFields): NormalStep[] {
  const steps: NormalStep[] = [];
  let growth = 1;
  for (const part of components(root, 'normalizer', 'normalizers')) {
    if (part.type === 'Prepend') {
      const content = text(part.fields, 'prepend');
      if (content !== '') steps.push({ kind: NormalKind.Prepend, pattern: '', content });
    } else if (part.type === 'Replace') {
      const { kind, value } = pattern(part.fields, 'pattern');
      if (kind === 'Regex')
        throw wrongPart(
          root,
          part.path,
          `Replacing by the regular expression ${JSON.stringify(value)} is not supported.`,
        );
      if (value === '') throw wrongPart(root, part.path, 'Its pattern is empty.');
      const content = text(part.fields, 'content');
      growth *= Math.max(1, Math.ceil(utf8Length(content) / utf8Length(value)));
      steps.push({ kind: NormalKind.Replace, pattern: value, content });
    } else throw wrongPart(root, part.path, `The normalizer ${part.type} is not supported.`);
  }
  if (steps.length > MAX_STEPS) throw wrongPart(root, 'normalizer', `It has more than ${MAX_STEPS} steps.`);
  if (growth > MAX_GROWTH)
    throw wrongPart(root, 'normalizer', `It makes text more than ${MAX_GROWTH} times as long.`);
  if (
    steps.some(
      (step) => utf8Length(step.pattern) > MAX_STEP_BYTES || utf8Length(step.content) > MAX_STEP_BYTES,
    )
  ) {
    throw wrongPart(root, 'normalizer', `A pattern or replacement has more than ${MAX_STEP_BYTES} bytes.`);
  }
  return steps;
}

/** What the normalizer makes of a text that is not empty. */
export function normalize(steps: readonly NormalStep[], value: string): string {
  return steps.reduce((result, step) => {
    if (result === '') return result;
    if (step.kind === NormalKind.Prepend) return step.content + result;
    return result.split(step.pattern).join(step.content);
  }, value);
}

/** The regular expressions that are known, as they are spelled in published tokenizer.json files. */
const KNOWN_EXPRESSIONS: ReadonlyMap<string, SplitRule> = new Map([
  [String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, SplitRule.Gpt2],
  [String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, SplitRule.Gpt2],
  [
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    SplitRule.Llama3,
  ],
  [
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    SplitRule.Qwen2,
  ],
  [String.raw`\p{N}`, SplitRule.Number],
  [String.raw`\p{N}{1,3}`, SplitRule.Numbers3],
  ['[0-9]', SplitRule.Digit],
]);

/** Rules whose expression matches every character: nothing lies between two matches. */
const COVERING: ReadonlySet<SplitRule> = new Set([SplitRule.Gpt2, SplitRule.Llama3, SplitRule.Qwen2]);

/** Reads the pre-tokenizer. @throws FormatError, UnsupportedError */
export function readStages(root: ConfigFields): { stages: Stage[]; metaspace: number | null } {
  let metaspace: number | null = null;
  const parts = components(root, 'pre_tokenizer', 'pretokenizers');
  const stages = parts.map((part, index): Stage => {
    switch (part.type) {
      case 'ByteLevel': {
        if (index + 1 !== parts.length)
          throw wrongPart(root, part.path, 'ByteLevel is only supported as the last pre-tokenizer.');
        if (!part.fields.has('add_prefix_space')) throw part.fields.missing('add_prefix_space');
        const prefix = part.fields.boolean('add_prefix_space', true);
        return {
          kind: StageKind.ByteLevel,
          a: Number(prefix),
          b: Number(part.fields.boolean('use_regex', true)),
        };
      }
      case 'Split':
        return splitStage(part);
      case 'Digits':
        return { kind: StageKind.Digits, a: Number(part.fields.boolean('individual_digits', false)), b: 0 };
      case 'Metaspace':
        if (parts.length !== 1)
          throw wrongPart(root, part.path, 'Metaspace is only supported as the only pre-tokenizer.');
        metaspace = codePoint(part.fields, 'replacement');
        return metaspaceStage(part);
      default:
        throw wrongPart(root, part.path, `The pre-tokenizer ${part.type} is not supported.`);
    }
  });
  if (stages.length > MAX_STAGES)
    throw wrongPart(root, 'pre_tokenizer', `It has more than ${MAX_STAGES} stages.`);
  return { stages, metaspace };
}

function splitStage({ fields, path }: Component): Stage {
  const { kind, value } = pattern(fields, 'pattern');
  const rule = kind === 'Regex' ? KNOWN_EXPRESSIONS.get(value) : undefined;
  if (rule === undefined)
    throw wrongPart(fields, path, `Splitting by ${kind} ${JSON.stringify(value)} is not supported.`);
  const behavior = text(fields, 'behavior');
  const invert = fields.boolean('invert', false);
  // Isolated keeps matches and what is between them, whichever of the two is called the match. Where everything is
  // matched, removing what is not (Removed, inverted) removes nothing.
  const isolated = behavior === 'Isolated' || (behavior === 'Removed' && invert && COVERING.has(rule));
  if (!isolated) {
    throw wrongPart(
      fields,
      path,
      `Splitting with the behavior ${behavior}${invert ? ', inverted,' : ''} is not supported.`,
    );
  }
  return { kind: StageKind.Split, a: rule, b: 0 };
}

/** Metaspace in its old (`add_prefix_space`) and new (`prepend_scheme`) spelling. */
function metaspaceStage({ fields, path }: Component): Stage {
  return {
    kind: StageKind.Metaspace,
    a: metaspaceScheme(fields, path),
    b: Number(fields.boolean('split', true)),
  };
}

function metaspaceScheme(fields: ConfigFields, path: string): MetaspaceScheme {
  const named = fields.optionalText('prepend_scheme') ?? 'always';
  const scheme = {
    first: MetaspaceScheme.First,
    always: MetaspaceScheme.Always,
    never: MetaspaceScheme.Never,
  }[named];
  if (scheme === undefined) throw fields.wrong('prepend_scheme', '"first", "always" or "never"');
  // The library refuses the old key beside another scheme.
  if (
    fields.isSet('add_prefix_space') &&
    !fields.boolean('add_prefix_space', true) &&
    scheme !== MetaspaceScheme.Never
  ) {
    throw wrongPart(fields, path, 'add_prefix_space is false, but prepend_scheme is not "never".');
  }
  return scheme;
}

/** Reads the decoder. @throws FormatError, UnsupportedError */
export function readDecoder(root: ConfigFields): DecoderPlan {
  const parts = components(root, 'decoder', 'decoders');
  const types = parts.map((part) => part.type).join(', ');
  const plain = { replacements: [], byteFallback: false, stripCharacter: 0, stripCount: 0, metaspace: null };
  const [only] = parts;
  if (only === undefined) throw wrongPart(root, 'decoder', 'A tokenizer without a decoder is not supported.');
  if (only.type === 'ByteLevel' && parts.slice(1).every((part) => part.type === 'Fuse')) {
    return { ...plain, kind: Decoding.Bytes };
  }
  if (only.type === 'Metaspace' && parts.slice(1).every((part) => part.type === 'Fuse')) {
    const scheme = metaspaceScheme(only.fields, only.path);
    return {
      ...plain,
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
  return { kind: Decoding.Pieces, replacements, byteFallback, stripCharacter, stripCount, metaspace: null };
}

/** Reads the post-processor: the ids that it puts before and after a text. @throws FormatError, UnsupportedError */
export function readPostProcessor(root: ConfigFields): { prefixIds: number[]; suffixIds: number[] } {
  const templates = components(root, 'post_processor', 'processors').filter((part) => {
    if (part.type === 'ByteLevel') return false; // moves offsets only
    if (part.type !== 'TemplateProcessing')
      throw wrongPart(root, part.path, `The post-processor ${part.type} is not supported.`);
    return true;
  });
  const [template] = templates;
  if (template === undefined) return { prefixIds: [], suffixIds: [] };
  if (templates.length > 1)
    throw wrongPart(root, 'post_processor', 'More than one template is not supported.');
  const { prefixIds, suffixIds } = readTemplate(template);
  if (prefixIds.length > MAX_EXTRA_IDS || suffixIds.length > MAX_EXTRA_IDS) {
    throw wrongPart(root, template.path, `It adds more than ${MAX_EXTRA_IDS} ids.`);
  }
  return { prefixIds, suffixIds };
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
