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

const CONTRACTIONS = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`;

/** The expression of GPT-4 with digits in groups of so many. */
const gpt4 = (digits: string): string =>
  CONTRACTIONS +
  String.raw`|[^\r\n\p{L}\p{N}]?\p{L}+|` +
  digits +
  String.raw`| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** The expression of GPT-4o; Tekken's is without contractions, and with digits one by one. */
const gpt4o = (contractions: string, digits: string): string =>
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${contractions}|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${contractions}|${digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** One expression, then the alphabet of bytes. */
const cutBy = (...expressions: readonly string[]): readonly JsonObject[] => [
  ...expressions.map(split),
  byteLevel(false),
];

const GPT2: SplitName = { steps: [byteLevel(true)] };
const LLAMA3: SplitName = { steps: cutBy(gpt4(String.raw`\p{N}{1,3}`)), takesWords: true, addBos: true };
const QWEN2: SplitName = { composes: true, steps: cutBy(gpt4(String.raw`\p{N}`)) };
const STARCODER: SplitName = { steps: [DIGITS(true), byteLevel(true)] };
/** The tokenizer of GPT-NeoX, which OLMo and MPT took. */
const NEOX: SplitName = { composes: true, steps: [byteLevel(true)] };
const GPT4O: SplitName = { steps: cutBy(gpt4o(`${CONTRACTIONS}?`, String.raw`\p{N}{1,3}`)) };
const BLOOM = String.raw` ?[^(\s|[.,!?…。，、।۔،])]+`;
const HAN = '[一-龥ࠀ-一가-\ud7ff]+';
const KANA_AND_HAN = '[一-龥\u3040-ゟ゠-ヿ]+';
/** Most letters that have cases, as DeepSeek LLM spells them; Armenian and Georgian small letters are not among them. */
const CASED =
  '[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]';
const LINES = '[\r\n]';

/** The longest of DeepSeek V3's expressions, with what may follow signs, and what line breaks are. */
const deepseek = (behindSigns: string, breaks: string): string =>
  String.raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_` +
  '`' +
  String.raw`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+${behindSigns}|${breaks}|\s+(?!\S)|\s+`;
const DEEPSEEK3: SplitName = {
  steps: cutBy(String.raw`\p{N}{1,3}`, KANA_AND_HAN, deepseek(`${LINES}*`, String.raw`\s*${LINES}+`)),
};
const BAILING: SplitName = {
  steps: cutBy(
    String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+`,
  ),
};

/** Names of one rule, with a space between them. */
const RULES: readonly (readonly [names: string, rule: SplitName])[] = [
  [
    'gpt-2 phi-2 jina-es jina-de jina-v2-es jina-v2-de jina-v1-en jina-v2-code roberta-bpe gigachat a.x-4.0 mellum modern-bert jais exaone4 trillion granite-docling',
    GPT2,
  ],
  ['llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano', LLAMA3],
  ['dbrx smaug-bpe chatglm-bpe', { steps: LLAMA3.steps }],
  ['glm4 glm5', { steps: LLAMA3.steps, takesWords: true }],
  ['qwen2 deepseek-r1-qwen megrez f2llmv2', QWEN2],
  ['stablelm2 hunyuan solar-open grok-2 kormo', { steps: QWEN2.steps }],
  [
    'qwen35',
    {
      composes: true,
      steps: cutBy(
        String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
      ),
    },
  ],
  ['starcoder refact smollm codeshell exaone minerva-7b mellum2', STARCODER],
  ['command-r', { composes: true, steps: STARCODER.steps }],
  ['mpt olmo', NEOX],
  ['gpt-4o llama4 kanana2 talkie minimax-m2', GPT4O],
  ['granite-embed-multi-97m', { steps: GPT4O.steps, takesWords: true }],
  ['tekken', { steps: cutBy(gpt4o('', String.raw`\p{N}`)), takesWords: true, addBos: true }],
  ['deepseek-v3 hunyuan-dense hy_v4 joyai-llm', DEEPSEEK3],
  [
    'deepseek-coder',
    {
      steps: [
        ...[LINES, String.raw`\s?\p{L}+`, String.raw`\s?\p{P}+`, HAN].map(split),
        DIGITS(true),
        byteLevel(false),
      ],
    },
  ],
  [
    'deepseek-llm',
    {
      steps: [
        ...[LINES, `\\s?${CASED}+`, '\\s?[!-/:-~！-／：-～‘-‟　-。]+', String.raw`\s+$`, HAN].map(split),
        DIGITS(true),
        byteLevel(false),
      ],
    },
  ],
  [
    'spark2_5',
    {
      steps: cutBy(String.raw`\p{N}{1,3}`, KANA_AND_HAN, deepseek('', LINES), String.raw`\p{N}`),
    },
  ],
  [
    'youtu',
    {
      steps: cutBy(
        `[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|${KANA_AND_HAN}`,
        gpt4o(`${CONTRACTIONS}?`, String.raw`\p{N}`),
      ),
      takesWords: true,
    },
  ],
  ['minicpm5', { steps: cutBy(String.raw`\p{N}{1,3}`, gpt4(String.raw`\p{N}+`)), takesWords: true }],
  ['bailingmoe bailingmoe2 llada-moe', BAILING],
  [
    'seed-coder',
    {
      steps: cutBy(
        String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+`,
      ),
    },
  ],
  ['ufakzeka', { steps: cutBy(gpt4(String.raw`\p{N}`).slice(CONTRACTIONS.length + 1)) }],
  ['laguna', { steps: cutBy(String.raw`[^\n]+|[\n]+`, gpt4(String.raw`\p{N}`)) }],
  [
    'exaone-moe',
    {
      steps: cutBy(
        String.raw`${CONTRACTIONS}|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+`,
      ),
    },
  ],
  [
    'chameleon',
    {
      steps: [
        ...[
          '<sentinel:[0-9]+>',
          '(IMGIMG)((A|B|C|D|E|F|G|H|I){1,4})Z',
          String.raw`([\t\n]|    |  )`,
          String.raw`\p{N}`,
          '[\\p{P}!-/:-@\\[-`{-~]',
        ].map(split),
        byteLevel(true),
      ],
      addBos: true,
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
  ['bloom poro-chat gpt3-finnish', { steps: cutBy(BLOOM) }],
  ['viking', { steps: cutBy(BLOOM, String.raw`\p{N}`) }],
];

const NAMES: ReadonlyMap<string, SplitName> = new Map(
  RULES.flatMap(([names, rule]) => names.split(' ').map((name) => [name, rule] as const)),
);

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
