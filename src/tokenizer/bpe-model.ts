/** The `model` of tokenizer.json: a BPE vocabulary and its merges, checked and turned into ids. */
import type { ConfigFields } from '../model/config-fields.js';
import { FormatError } from '../shared/errors.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonValue } from '../source/strict-json.js';
import { wrongPart } from './component.js';
import { MAX_MERGES, MAX_VOCAB } from './format.js';

/** A pair of tokens that becomes one; the lowest rank goes first. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly rank: number;
  readonly made: number;
}

export interface BpeModel {
  readonly vocab: ReadonlyMap<string, number>;
  /** One per pair, in no particular order. */
  readonly merges: readonly Merge[];
  readonly unkId: number | null;
  readonly byteFallback: boolean;
  readonly fuseUnk: boolean;
  readonly ignoreMerges: boolean;
  /** What is written before the characters of a word behind its first, and behind its last; empty for nothing. */
  readonly continuedBy: string;
  readonly endedBy: string;
}

/** Reads and checks a model of this kind. @throws FormatError, UnsupportedError */
export function readBpeModel(root: ConfigFields): BpeModel {
  const model = root.object('model');
  if (model === null) throw root.missing('model');
  if ((model.optionalNumber('dropout') ?? 0) !== 0) {
    throw wrongPart(root, 'model.dropout', 'Dropout makes token ids random and is not supported.');
  }
  const continuedBy = model.optionalText('continuing_subword_prefix') ?? '';
  const endedBy = model.optionalText('end_of_word_suffix') ?? '';
  // The library counts the prefix in characters and cuts it off in bytes.
  if (!/^[\0-\x7f]*$/.test(continuedBy))
    throw wrongPart(root, 'model.continuing_subword_prefix', 'It is only supported in ASCII.');
  const vocab = readVocab(model);
  const unkToken = model.optionalText('unk_token');
  const unkId = unkToken === null ? null : vocab.get(unkToken);
  if (unkId === undefined && unkToken !== '') {
    throw broken(
      model.file,
      'model.unk_token',
      `The unknown token ${JSON.stringify(unkToken)} is not in the vocabulary.`,
    );
  }
  return {
    vocab,
    merges: readMerges(model, vocab, continuedBy.length),
    unkId: unkId ?? null,
    byteFallback: model.boolean('byte_fallback', false),
    fuseUnk: model.boolean('fuse_unk', false),
    ignoreMerges: model.boolean('ignore_merges', false),
    continuedBy,
    endedBy,
  };
}

/** The vocabulary of a model that has it as an object. @throws FormatError, UnsupportedError */
export function readVocab(model: ConfigFields): Map<string, number> {
  const entries = model.raw('vocab');
  if (!isJsonObject(entries)) throw model.wrong('vocab', 'an object from token to id');
  if (entries.size > MAX_VOCAB)
    throw wrongPart(model, 'model.vocab', `It has ${entries.size} tokens; we take at most ${MAX_VOCAB}.`);
  const vocab = new Map<string, number>();
  const owners = new Map<number, string>();
  for (const [token, id] of entries) {
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0 || id >= MAX_VOCAB) {
      throw broken(
        model.file,
        'model.vocab',
        `The token ${show(token)} has no id from 0 to ${MAX_VOCAB - 1}.`,
      );
    }
    const owner = owners.get(id);
    if (owner !== undefined)
      throw broken(model.file, 'model.vocab', `${show(owner)} and ${show(token)} both have the id ${id}.`);
    owners.set(id, token);
    vocab.set(token, id);
  }
  return vocab;
}

/** @param cut characters of the right part that the token does without: the prefix of what continues a word */
function readMerges(model: ConfigFields, vocab: ReadonlyMap<string, number>, cut: number): Merge[] {
  const list = model.raw('merges');
  if (!Array.isArray(list)) throw model.wrong('merges', 'a list of pairs');
  const items = list as readonly JsonValue[];
  if (items.length > MAX_MERGES)
    throw wrongPart(model, 'model.merges', `It has ${items.length} merges; we take at most ${MAX_MERGES}.`);
  const merges = new Map<number, Merge>();
  // The whole list has one spelling; in the old one, lines that begin with a version mark do not count.
  const old = items.every((item) => typeof item === 'string');
  let rank = 0;
  for (const [index, item] of items.entries()) {
    if (old && (item as string).startsWith('#version')) continue;
    const pair = readPair(model, item, old, index);
    const [left, right, made] = [pair[0], pair[1], pair[0] + pair[1].slice(cut)].map((token) => {
      const id = vocab.get(token);
      if (id === undefined)
        throw broken(
          model.file,
          `model.merges[${index}]`,
          `The token ${show(token)} is not in the vocabulary.`,
        );
      return id;
    }) as [number, number, number];
    // A pair that comes again takes the later rank, as in the library.
    merges.set(left * MAX_VOCAB + right, { left, right, rank: rank++, made });
  }
  return [...merges.values()];
}

function readPair(
  model: ConfigFields,
  item: JsonValue,
  old: boolean,
  index: number,
): readonly [string, string] {
  const parts = old ? (item as string).split(' ') : item;
  if (Array.isArray(parts) && parts.length === 2) {
    const [left, right] = parts as readonly JsonValue[];
    if (typeof left === 'string' && typeof right === 'string') return [left, right];
  }
  throw broken(model.file, `model.merges[${index}]`, 'It is not a pair of tokens.');
}

function show(token: string): string {
  return JSON.stringify(token.length > 40 ? `${token.slice(0, 40)}…` : token);
}

function broken(file: string, field: string, problem: string): FormatError {
  return new FormatError(problem, {
    file,
    field,
    remedy: 'Take the file of the original model.',
  });
}
