/** Which class of transformers (5.24) builds a model's tokenizer, of which files, and what it takes for granted. */
import type { JsonObject, JsonValue } from '../source/strict-json.js';

/** Names under which a SentencePiece model lies in folders; the first two also hold vocabularies of tiktoken. */
export const MODEL_FILES = ['tokenizer.model', 'tiktoken.model', 'spiece.model', 'sentencepiece.bpe.model'];
export const VOCAB_FILE = 'vocab.json';
export const MERGES_FILE = 'merges.txt';
export const WORDS_FILE = 'vocab.txt';

/** A key of a Unigram model in the form of tokenizer.json, of our own: its scores were never written as decimals. */
export const EXACT_SCORES = 'exact_scores';

/** Names of special tokens, as in tokenizer_config.json. */
export type TokenNames = Readonly<Record<string, string>>;

/** Types of models for which transformers has no class of its own: the files themselves say what holds. */
const GENERIC =
  /^(mistral\w*|ministral\w*|mixtral|stablelm|granite\w*|olmo[23_]\w*|gpt_bigcode|persimmon|glm4?(_\w+)?|beam|smolvlm|ernie4_5\w*|internlm[23]|minicpm\w*|nemotron|phi3\w*|phimoe|jamba|arctic)$/;

/** Types whose class is that of Gemma, of Qwen 2 and of GPT-NeoX when no file names one. */
const BY_TYPE: readonly (readonly [RegExp, string])[] = [
  [/^(recurrent_)?gemma\w*$/, 'GemmaTokenizer'],
  [/^qwen[23]\w*$/, 'Qwen2Tokenizer'],
  [/^(gpt_neox|mpt|mamba2?|rwkv|olmo|olmoe)$/, 'GPTNeoXTokenizer'],
  [/^(gpt2|gpt_neo|gptj|opt|codegen|phi|starcoder2|dbrx|emu3)$/, 'GPT2Tokenizer'],
];

/**
 * The class that builds the tokenizer, without "Fast"; `null` when it is built by the files alone.
 * @param config tokenizer_config.json
 * @param model config.json
 */
export function tokenizerClass(config: JsonObject | null, model: JsonObject | null): string | null {
  const type = textOf(model?.get('model_type')) ?? '';
  const named = textOf(config?.get('tokenizer_class')) ?? textOf(model?.get('tokenizer_class'));
  const generic = GENERIC.test(type);
  if (named === null) return generic ? null : (BY_TYPE.find(([types]) => types.test(type))?.[1] ?? null);
  const name = named.replace(/Fast$/, '');
  if (/^(PreTrainedTokenizer|TokenizersBackend|PythonBackend)$/.test(name)) return null;
  // Published files name Llama's class for many others, which are built as their files say.
  return generic && name === 'LlamaTokenizer' ? null : name;
}

/** The names that a class gives to its tokens unless a file has others. */
export const CLASS_NAMES: Readonly<Record<string, TokenNames>> = {
  LlamaTokenizer: { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' },
  GemmaTokenizer: {
    bos_token: '<bos>',
    eos_token: '<eos>',
    unk_token: '<unk>',
    pad_token: '<pad>',
    mask_token: '<mask>',
  },
  T5Tokenizer: { eos_token: '</s>', unk_token: '<unk>', pad_token: '<pad>' },
  GPT2Tokenizer: { bos_token: '<|endoftext|>', eos_token: '<|endoftext|>', unk_token: '<|endoftext|>' },
  CodeGenTokenizer: { bos_token: '<|endoftext|>', eos_token: '<|endoftext|>', unk_token: '<|endoftext|>' },
  Qwen2Tokenizer: { eos_token: '<|endoftext|>', unk_token: '<|endoftext|>', pad_token: '<|endoftext|>' },
  GPTNeoXTokenizer: {
    bos_token: '<|endoftext|>',
    eos_token: '<|endoftext|>',
    unk_token: '<|endoftext|>',
    pad_token: '<|padding|>',
  },
  BertTokenizer: {
    unk_token: '[UNK]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    mask_token: '[MASK]',
  },
};

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
