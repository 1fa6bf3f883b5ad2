/** The `model` of tokenizer.json: a BPE vocabulary and its merges, checked and turned into ids. */
import type { ConfigFields } from '../model/config-fields.js';
import { FormatError } from '../shared/errors.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonValue } from '../source/strict-json.js';
import { wrongPart } from './component.js';
import { MAX_MERGES, MAX_VOCAB } from './format.js';

/**
 * Pairs of tokens that become one, in columns of ids: each pair once, sorted by left and then right. The lowest rank goes first.
 */
export interface Merges {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly rank: Uint32Array;
  readonly made: Uint32Array;
}

export const NO_MERGES: Merges = mergesOf(0);

export interface BpeModel {
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: Merges;
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
export function readVocab(model: ConfigFields): ReadonlyMap<string, number> {
  const entries = model.raw('vocab');
  if (!isJsonObject(entries)) throw model.wrong('vocab', 'an object from token to id');
  if (entries.size > MAX_VOCAB)
    throw wrongPart(model, 'model.vocab', `It has ${entries.size} tokens; we take at most ${MAX_VOCAB}.`);
  const owners: (string | undefined)[] = [];
  entries.forEach((id, token) => {
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0 || id >= MAX_VOCAB) {
      throw broken(
        model.file,
        'model.vocab',
        `The token ${show(token)} has no id from 0 to ${MAX_VOCAB - 1}.`,
      );
    }
    const owner = owners[id];
    if (owner !== undefined)
      throw broken(model.file, 'model.vocab', `${show(owner)} and ${show(token)} both have the id ${id}.`);
    owners[id] = token;
  });
  return entries as ReadonlyMap<string, number>;
}

/** @param cut characters of the right part that the token does without: the prefix of what continues a word */
function readMerges(model: ConfigFields, vocab: ReadonlyMap<string, number>, cut: number): Merges {
  const list = model.raw('merges');
  if (!Array.isArray(list)) throw model.wrong('merges', 'a list of pairs');
  const items = list as readonly JsonValue[];
  if (items.length > MAX_MERGES)
    throw wrongPart(model, 'model.merges', `It has ${items.length} merges; we take at most ${MAX_MERGES}.`);
  // The whole list has one spelling; in the old one, lines that begin with a version mark do not count.
  const old = items.every((item) => typeof item === 'string');
  const merges = mergesOf(items.length);
  let rank = 0;
  items.forEach((item, index) => {
    if (old && (item as string).startsWith('#version')) return;
    const [left, right] = readPair(model, item, old, index);
    const idOf = (token: string): number => {
      const id = vocab.get(token);
      if (id === undefined)
        throw broken(
          model.file,
          `model.merges[${index}]`,
          `The token ${show(token)} is not in the vocabulary.`,
        );
      return id;
    };
    merges.left[rank] = idOf(left);
    merges.right[rank] = idOf(right);
    merges.made[rank] = idOf(left + right.slice(cut));
    merges.rank[rank] = rank++;
  });
  return eachOnce(merges, rank);
}

function mergesOf(count: number): Merges {
  const column = (): Uint32Array => new Uint32Array(count);
  return { left: column(), right: column(), rank: column(), made: column() };
}

/** The first `count` merges sorted by pair. A pair that comes again takes the later rank, as in the library. */
function eachOnce(merges: Merges, count: number): Merges {
  const { left, right } = merges;
  const sorted = stableOrder(
    left,
    stableOrder(
      right,
      Uint32Array.from({ length: count }, (_, at) => at),
    ),
  );
  const order = sorted.filter((at, place) => {
    const next = sorted[place + 1];
    return next === undefined || left[at] !== left[next] || right[at] !== right[next];
  });
  const column = (values: Uint32Array): Uint32Array => order.map((at) => values[at] as number);
  return { left: column(left), right: column(right), rank: column(merges.rank), made: column(merges.made) };
}

/** Places sorted by what stands at them, those with equal values as they were: a counting sort. */
function stableOrder(values: Uint32Array, places: Uint32Array): Uint32Array {
  const starts = new Uint32Array(places.reduce((most, at) => Math.max(most, values[at] as number), 0) + 2);
  for (const at of places) starts[(values[at] as number) + 1]!++;
  for (let value = 1; value < starts.length; value++) starts[value]! += starts[value - 1] as number;
  const order = new Uint32Array(places.length);
  for (const at of places) order[starts[values[at] as number]!++] = at;
  return order;
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
