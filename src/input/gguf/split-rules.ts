/**
 * How byte-level tokenizers cut texts into words, by the name that GGUF has for it (`tokenizer.ggml.pre`), in the form of
 * tokenizer.json as the models have it that the names were made for. The names: get_vocab_base_pre of llama.cpp's converter.
 */
import type { JsonObject, JsonValue } from '../../source/strict-json.js';
import { objectOf } from '../sentencepiece.js';

/** What a name stands for. */
export interface SplitName {
  /** Before everything else, texts are put into Unicode's composed form. */
  readonly composes?: true;
  readonly steps: readonly JsonObject[];
  /** A word that is a token is taken whole. */
  readonly takesWords?: true;
  /** Encoding begins with the begin token where the file does not say. */
  readonly addBos?: true;
}

const split = (expression: string): JsonObject =>
  objectOf({
    type: 'Split',
    pattern: objectOf({ Regex: expression }),
    behavior: 'Isolated',
    invert: false,
  });

/** The alphabet of bytes, with or without GPT-2's expression. */
const byteLevel = (cuts: boolean): JsonObject =>
  objectOf({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: cuts });

const DIGITS = (single: boolean): JsonObject => objectOf({ type: 'Digits', individual_digits: single });

/** The expression of GPT-4 with digits in groups of so many. */
const gpt4 = (digits: string): string =>
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|` +
  digits +
  String.raw`| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** The expression of GPT-4o; Tekken's is without contractions, and with digits one by one. */
const gpt4o = (contractions: string, digits: string): string =>
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${contractions}|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${contractions}|${digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

const GPT2: SplitName = { steps: [byteLevel(true)] };
const LLAMA3: SplitName = {
  steps: [split(gpt4(String.raw`\p{N}{1,3}`)), byteLevel(false)],
  takesWords: true,
  addBos: true,
};
const QWEN2: SplitName = { composes: true, steps: [split(gpt4(String.raw`\p{N}`)), byteLevel(false)] };
const STARCODER: SplitName = { steps: [DIGITS(true), byteLevel(true)] };
/** The tokenizer of GPT-NeoX, which OLMo and MPT took. */
const NEOX: SplitName = { composes: true, steps: [byteLevel(true)] };
const GPT4O: SplitName = {
  steps: [split(gpt4o(`(?i:'s|'t|'re|'ve|'m|'ll|'d)?`, String.raw`\p{N}{1,3}`)), byteLevel(false)],
};
const HAN = '[一-龥ࠀ-一가-\ud7ff]+';
const DEEPSEEK3: SplitName = {
  steps: [
    split(String.raw`\p{N}{1,3}`),
    split('[一-龥\u3040-ゟ゠-ヿ]+'),
    split(
      String.raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_` +
        '`' +
        String.raw`{|}~][A-Za-z]+|[^` +
        '\r\n' +
        String.raw`\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[` +
        '\r\n' +
        String.raw`]*|\s*[` +
        '\r\n' +
        String.raw`]+|\s+(?!\S)|\s+`,
    ),
    byteLevel(false),
  ],
};

const NAMES: ReadonlyMap<string, SplitName> = new Map<string, SplitName>([
  ['gpt-2', GPT2],
  ['phi-2', GPT2],
  ['llama-bpe', LLAMA3],
  ['llama3', LLAMA3],
  ['llama-v3', LLAMA3],
  ['dbrx', { steps: LLAMA3.steps }],
  ['smaug-bpe', { steps: LLAMA3.steps }],
  ['qwen2', QWEN2],
  ['deepseek-r1-qwen', QWEN2],
  ['stablelm2', { steps: QWEN2.steps }],
  ['hunyuan', { steps: QWEN2.steps }],
  ['starcoder', STARCODER],
  ['refact', STARCODER],
  ['smollm', STARCODER],
  ['command-r', { composes: true, steps: STARCODER.steps }],
  ['mpt', NEOX],
  ['olmo', NEOX],
  ['gpt-4o', GPT4O],
  [
    'tekken',
    { steps: [split(gpt4o('', String.raw`\p{N}`)), byteLevel(false)], takesWords: true, addBos: true },
  ],
  ['deepseek-v3', DEEPSEEK3],
  ['hunyuan-dense', DEEPSEEK3],
  [
    'deepseek-coder',
    {
      steps: [
        split('[\r\n]'),
        split(String.raw`\s?\p{L}+`),
        split(String.raw`\s?\p{P}+`),
        split(HAN),
        DIGITS(true),
        byteLevel(false),
      ],
    },
  ],
  [
    'falcon',
    {
      steps: [
        objectOf({ type: 'Punctuation', behavior: 'Contiguous' }),
        byteLevel(true),
        DIGITS(false),
        split('[0-9][0-9][0-9]'),
      ],
    },
  ],
  ['bloom', { steps: [split(String.raw` ?[^(\s|[.,!?…。，、।۔،])]+`), byteLevel(false)] }],
]);

/** What files from before there were names cut by, where their architecture tells. */
const BY_ARCHITECTURE: ReadonlyMap<string, string> = new Map([
  ['gpt2', 'gpt-2'],
  ['phi2', 'phi-2'],
  ['gptneox', 'olmo'],
  ['mpt', 'mpt'],
  ['olmo', 'olmo'],
  ['falcon', 'falcon'],
  ['bloom', 'bloom'],
  ['starcoder', 'starcoder'],
  ['starcoder2', 'starcoder'],
  ['qwen2', 'qwen2'],
  ['qwen3', 'qwen2'],
  ['command-r', 'command-r'],
]);

/** What a name stands for, `null` for one that is not known. */
export function splitByName(name: string): SplitName | null {
  return NAMES.get(name) ?? null;
}

/** The name that files of an architecture mean when they have none, `null` where it does not tell. */
export function nameByArchitecture(architecture: string): string | null {
  return BY_ARCHITECTURE.get(architecture) ?? null;
}

/** Every name, for messages. */
export function splitNames(): readonly string[] {
  return [...NAMES.keys()];
}

/** Several steps as one part of tokenizer.json. */
export function sequenceOf(steps: readonly JsonObject[]): JsonValue {
  return steps.length === 1 ? (steps[0] ?? null) : objectOf({ type: 'Sequence', pretokenizers: steps });
}
