/** The tokenizer of a model in GGUF, in the form of tokenizer.json. */
import { FormatError, UnsupportedError } from '../../shared/errors.js';
import type { JsonObject, JsonValue } from '../../source/strict-json.js';
import type { JsonPart, TokenizerPart } from '../model-input.js';
import { objectOf, sentencePieceDefinition, type Piece, type PieceKind } from '../sentencepiece.js';
import type { Metadata } from './metadata.js';
import { MODEL, namedId } from './special-ids.js';
import { nameByArchitecture, sequenceOf, splitByName, splitNames, type SplitName } from './split-rules.js';
import {
  addedToken,
  FROM_FOLDER,
  KINDS_KEY,
  postProcessor,
  SCORES,
  scoresOf,
  TOKENS,
  tokensOf,
  twice,
  type Token,
} from './tokens.js';

const MERGES = 'tokenizer.ggml.merges';
const SPLIT = 'tokenizer.ggml.pre';

/**
 * The tokenizer.
 * @param place what messages name
 * @returns `null` when the file has none
 * @throws FormatError when its parts do not fit together; UnsupportedError for kinds that are not read; what an `import()`
 *   throws
 */
export async function ggufTokenizer(metadata: Metadata, place: string): Promise<TokenizerPart | null> {
  const model = metadata.text(MODEL);
  if (model === null || model === 'none' || model === 'no_vocab') return null;
  const fields = await definitionOf(model, metadata, place);
  return { definition: { fields, file: place }, names: namesOf(metadata, place), added: [] };
}

async function definitionOf(model: string, metadata: Metadata, place: string): Promise<JsonObject> {
  switch (model) {
    case 'gpt2':
      return byteLevel(metadata);
    case 'llama':
      return sentencePiece(metadata, place);
    case 't5':
    case 'bert': {
      const room = await import('./other-models.js');
      return model === 't5' ? room.unigram(metadata, place) : room.wordPiece(metadata);
    }
    default:
      throw new UnsupportedError(
        `A tokenizer of the kind ${JSON.stringify(model.slice(0, 40))} is not read.`,
        {
          file: metadata.file,
          field: MODEL,
          code: 'tokenizer',
          remedy: 'Take the folder of the original model with its tokenizer.json.',
        },
      );
  }
}

/** The begin, end and other tokens by the names that tokenizer_config.json has for them. */
export function namesOf(metadata: Metadata, place: string): JsonPart {
  const tokens = metadata.list(TOKENS)?.texts() ?? [];
  const fields: Record<string, JsonValue> = {};
  for (const [key, name] of [
    ['bos', 'bos_token'],
    ['eos', 'eos_token'],
    ['unknown', 'unk_token'],
    ['padding', 'pad_token'],
  ] as const) {
    const id = namedId(metadata, key);
    const text = id === null ? undefined : tokens[id];
    if (text !== undefined) fields[name] = text;
  }
  return { fields: objectOf(fields), file: place };
}

/** Byte-level BPE. */
function byteLevel(metadata: Metadata): JsonObject {
  const rule = splitOf(metadata);
  const tokens = tokensOf(metadata);
  const merges = mergesOf(metadata);
  const vocab = new Map<string, JsonValue>();
  const added: JsonObject[] = [];
  tokens.forEach(({ text, kind }, id) => {
    // Places that nothing stands in are filled with names.
    if (kind === 'unused') return;
    if (vocab.has(text)) throw twice(metadata, text);
    vocab.set(text, id);
    if (kind === 'control' || kind === 'user' || kind === 'unknown')
      added.push(addedToken(id, text, kind !== 'user'));
  });
  return objectOf({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: rule.composes === true ? objectOf({ type: 'NFC' }) : null,
    pre_tokenizer: sequenceOf(rule.steps),
    post_processor: postProcessor(metadata, tokens, { begins: rule.addBos === true, ends: false }),
    decoder: objectOf({ type: 'ByteLevel' }),
    model: objectOf({
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: rule.takesWords === true,
      vocab,
      merges: merges.map((pair): JsonValue => pair),
    }),
  });
}

/** @throws UnsupportedError for a name that is not known, and without one where nothing else tells */
function splitOf(metadata: Metadata): SplitName {
  const named = metadata.text(SPLIT);
  const isTold = named !== null && named !== 'default';
  const name = isTold ? named : nameByArchitecture(metadata.architecture);
  const found = name === null ? null : splitByName(name);
  if (found !== null) return found;
  throw new UnsupportedError(
    isTold
      ? `It cuts texts into words by the rule ${JSON.stringify(named.slice(0, 40))}, which is not known.`
      : 'It does not say by which rule texts are cut into words.',
    {
      file: metadata.file,
      field: SPLIT,
      code: 'tokenizer',
      remedy: isTold
        ? `Known are ${splitNames().join(', ')}. Take the folder of the original model with its tokenizer.json.`
        : FROM_FOLDER,
    },
  );
}

/** Pairs, as one text with a space between. */
function mergesOf(metadata: Metadata): readonly (readonly [string, string])[] {
  const list = metadata.list(MERGES);
  if (list === null) throw metadata.wrong(MERGES, 'the list of merges');
  return list.texts().flatMap((text, index): [string, string][] => {
    if (text.startsWith('#version')) return [];
    // A token that begins with a space is not possible in this alphabet, but in files it is.
    const at = text.indexOf(' ', 1);
    if (at < 0)
      throw new FormatError(
        `The merge number ${index} is ${JSON.stringify(text.slice(0, 60))}, which is no pair.`,
        {
          file: metadata.file,
          field: MERGES,
          code: 'tokenizer',
          remedy: FROM_FOLDER,
        },
      );
    return [[text.slice(0, at), text.slice(at + 1)]];
  });
}

/** The mark that stands for a space in pieces. */
const SPACE_MARK = '\u2581';

/** BPE by scores. */
function sentencePiece(metadata: Metadata, place: string): JsonObject {
  const tokens = tokensOf(metadata);
  const scores = scoresOf(metadata, tokens.length);
  if (hasPlaceholders(tokens, scores)) {
    throw new UnsupportedError(
      'All its tokens have the same score, so it does not say how they are merged.',
      {
        file: metadata.file,
        field: SCORES,
        code: 'tokenizer',
        remedy: 'Take the folder of the original model with its tokenizer.json.',
      },
    );
  }
  const best = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const hasKinds = metadata.has(KINDS_KEY);
  const pieces = tokens.map(({ text, kind }, id): Piece => {
    const score = scores[id] ?? 0;
    // Runs of spaces that are tokens of their own: they lost their mark, and are merged before all others.
    if (kind === 'user' && /^ +$/.test(text))
      return {
        text: SPACE_MARK.repeat(text.length),
        score: best + 1 - text.length / LONGEST_RUN,
        kind: 'normal',
      };
    return { text, score, kind: hasKinds ? kind : assumedKind(text, id) };
  });
  const unknown = namedId(metadata, 'unknown') ?? -1;
  const fields = sentencePieceDefinition(pieces, {
    file: place,
    addDummyPrefix: metadata.flag('tokenizer.ggml.add_space_prefix') ?? true,
    bos: null,
    unknown: unknown >= 0 && unknown < pieces.length ? unknown : null,
    addBos: false,
  });
  return new Map<string, JsonValue>([
    ...fields,
    ['post_processor', postProcessor(metadata, tokens, { begins: true, ends: false })],
    ...(metadata.architecture === 'phi3' ? [['added_tokens', stripping(fields)] as const] : []),
  ]);
}

/** Tokens of Phi-3 that leave the spaces behind them where they are. */
const KEEPING: readonly JsonValue[] = ['<unk>', '<s>', '<|endoftext|>'];

/** The added tokens of Phi-3, most of which take the spaces behind them; the file does not say it. */
function stripping(fields: JsonObject): JsonValue {
  const added = (fields.get('added_tokens') ?? []) as readonly JsonObject[];
  return added.map((token): JsonValue =>
    token.get('special') === true && !KEEPING.includes(token.get('content') ?? null)
      ? new Map([...token, ['rstrip', true]])
      : token,
  );
}

/** More spaces than any token has. */
const LONGEST_RUN = 1024;

/** What a token is in files from before they said it. */
function assumedKind(text: string, id: number): PieceKind {
  if (id === 0) return 'unknown';
  if (id <= 2) return 'control';
  return /^<0x[0-9A-F]{2}>$/.test(text) ? 'byte' : 'normal';
}

/** Whether scores were filled in by a converter that did not have them. */
function hasPlaceholders(tokens: readonly Token[], scores: readonly number[]): boolean {
  const found = new Set<number>();
  tokens.forEach(({ text, kind }, id) => {
    if (kind === 'normal' && text.length > 1 && found.size < 2) found.add(scores[id] ?? 0);
  });
  return found.size === 1 && tokens.length > 300;
}
