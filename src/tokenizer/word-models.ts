/** The models of tokenizer.json beside BPE: Unigram, WordPiece and WordLevel. */
import type { ConfigFields } from '../model/config-fields.js';
import { EXACT_SCORES } from '../input/tokenizer-class.js';
import { FormatError } from '../shared/errors.js';
import type { JsonValue } from '../source/strict-json.js';
import { NO_MERGES, readVocab } from './bpe-model.js';
import { text, wrongPart } from './component.js';
import { MAX_CONTINUING_BYTES, MAX_VOCAB, ModelKind } from './format.js';
import type { TokenModel } from './token-model.js';

/** Scores have to be such that their sums are numbers of 64 bits as well, and not denormal. */
const LEAST_SCORE = 2 ** -200;
const MOST_SCORE = 2 ** 128;

const PLAIN = {
  merges: NO_MERGES,
  byteFallback: false,
  fuseUnk: false,
  ignoreMerges: false,
  continuedBy: '',
  endedBy: '',
  scores: [],
  continuing: '',
  wordLimit: 0,
};

/** A list of tokens with their scores. @throws FormatError, UnsupportedError */
export function readUnigram(model: ConfigFields): TokenModel {
  const list = model.raw('vocab');
  if (!Array.isArray(list)) throw model.wrong('vocab', 'a list of tokens with their scores');
  const entries = list as readonly JsonValue[];
  if (entries.length > MAX_VOCAB)
    throw wrongPart(model, 'model.vocab', `It has ${entries.length} tokens; we take at most ${MAX_VOCAB}.`);
  const vocab = new Map<string, number>();
  const exact = model.boolean(EXACT_SCORES, false);
  const scores = entries.map((entry, id) => {
    const [token, score] = Array.isArray(entry) ? (entry as readonly JsonValue[]) : [];
    if (typeof token !== 'string' || typeof score !== 'number')
      throw broken(model, `vocab[${id}]`, 'It is not a token with its score.');
    if (vocab.has(token)) throw broken(model, `vocab[${id}]`, `${JSON.stringify(token)} occurs twice.`);
    const size = Math.abs(score);
    if (size !== 0 && !(size >= LEAST_SCORE && size < MOST_SCORE))
      throw wrongPart(model, `model.vocab[${id}]`, `The score ${score} is not supported.`);
    vocab.set(token, id);
    return exact ? score : asRustReads(score);
  });
  if (!model.isSet('unk_id'))
    throw wrongPart(model, 'model.unk_id', 'A Unigram model without an unknown token is not supported.');
  const unkId = model.integer('unk_id', undefined, { min: 0, max: entries.length - 1 });
  const byteFallback = model.boolean('byte_fallback', false);
  return { ...PLAIN, kind: ModelKind.Unigram, vocab, scores, unkId, byteFallback };
}

/**
 * A number of a JSON file as the library reads it, whose parser (serde_json) rounds twice: the digits to a float, then their
 * quotient by a power of ten. The last bit decides between ways of equal scores. Files have the shortest digits, as here.
 */
function asRustReads(number: number): number {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(number));
  if (parts === null) return number;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const digits = Number(BigInt(whole + fraction));
  const power = Number(exponent) - fraction.length;
  const tens = Number(`1e${Math.abs(power)}`);
  const read = power < 0 ? digits / tens : digits * tens;
  return sign === '-' ? -read : read;
}

/** @throws FormatError, UnsupportedError */
export function readWordPiece(model: ConfigFields): TokenModel {
  const continuing = text(model, 'continuing_subword_prefix');
  if (new TextEncoder().encode(continuing).length > MAX_CONTINUING_BYTES)
    throw wrongPart(
      model,
      'model.continuing_subword_prefix',
      `It has more than ${MAX_CONTINUING_BYTES} bytes.`,
    );
  const wordLimit = model.integer('max_input_chars_per_word', 100, { min: 0, max: 2 ** 32 - 1 });
  return { ...PLAIN, kind: ModelKind.WordPiece, ...readWords(model), continuing, wordLimit };
}

/** @throws FormatError, UnsupportedError */
export function readWordLevel(model: ConfigFields): TokenModel {
  return { ...PLAIN, kind: ModelKind.WordLevel, ...readWords(model) };
}

function readWords(model: ConfigFields): Pick<TokenModel, 'vocab' | 'unkId'> {
  const vocab = readVocab(model);
  const unknown = text(model, 'unk_token');
  const unkId = vocab.get(unknown);
  if (unkId === undefined)
    throw broken(
      model,
      'unk_token',
      `The unknown token ${JSON.stringify(unknown)} is not in the vocabulary.`,
    );
  return { vocab, unkId };
}

function broken(model: ConfigFields, field: string, problem: string): FormatError {
  return new FormatError(problem, {
    file: model.file,
    field: `model.${field}`,
    remedy: 'Take the file of the original model.',
  });
}
