/** A tokenizer with fewer tokens, in the form of tokenizer.json: what is left of it says the same of what is left. */
import type { TokenizerPart } from '../input/model-input.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';

export interface CutTokenizer {
  readonly part: TokenizerPart;
  /** The id that each token had, by the one that it has. */
  readonly ids: readonly number[];
}

/**
 * Keeps some tokens and numbers them anew without holes: those of the model in their order, then those that are only added.
 * Merges stay where all three of their tokens do.
 * @param part a tokenizer that can be parsed
 * @param tokenId the id of a token as tokenizer.json spells it
 */
export function cutTokenizer(
  { definition, names, added }: TokenizerPart,
  kept: ReadonlySet<number>,
  tokenId: (text: string) => number | null,
): CutTokenizer {
  const root = new Map(definition.fields);
  const model = root.get('model') as JsonObject;
  const pieces = model.get('vocab') ?? null;
  const all = isJsonObject(pieces)
    ? ([...pieces] as [string, number][])
    : (pieces as readonly (readonly [string, number])[]).map(([text], id): [string, number] => [text, id]);
  const vocab = all.filter(([text, id]) => kept.has(id) && tokenId(text) === id);
  vocab.sort(([, a], [, b]) => a - b);
  const isAdded = (token: JsonObject): boolean => {
    const id = tokenId(token.get('content') as string);
    return id !== null && kept.has(id);
  };
  const listed = ((root.get('added_tokens') ?? []) as readonly JsonObject[]).filter(isAdded);
  const beside = added.filter(({ fields }) => isAdded(fields));
  // In the order in which they get their ids.
  const spelled = [...listed, ...beside.map(({ fields }) => fields)].map(
    (token) => token.get('content') as string,
  );
  const texts = [...new Set([...vocab.map(([text]) => text), ...spelled])];
  const ids = texts.map((text) => tokenId(text) as number);
  const places = new Map(texts.map((text, index) => [text, index]));
  const fresh = new Map(ids.map((id, index) => [id, index]));
  const inside = new Map<string, JsonValue>(vocab.map(([text], index) => [text, index]));
  root.set('model', cutModel(model, inside, fresh));
  root.set(
    'added_tokens',
    listed.map((token) => new Map([...token, ['id', places.get(token.get('content') as string) as number]])),
  );
  root.set('post_processor', renumbered(root.get('post_processor') ?? null, fresh));
  return { part: { definition: { ...definition, fields: root }, names, added: beside }, ids };
}

/** The model with the tokens that are left. @param vocab their new ids; @param fresh new ids by those before */
function cutModel(
  model: JsonObject,
  vocab: ReadonlyMap<string, JsonValue>,
  fresh: ReadonlyMap<number, number>,
): JsonObject {
  const left = new Map(model);
  const pieces = model.get('vocab');
  left.set(
    'vocab',
    Array.isArray(pieces)
      ? (pieces as readonly (readonly [string, number])[]).filter(([text]) => vocab.has(text))
      : vocab,
  );
  const unknown = model.get('unk_id');
  if (typeof unknown === 'number') left.set('unk_id', fresh.get(unknown) ?? null);
  const merges = model.get('merges');
  if (Array.isArray(merges)) {
    const mark = model.get('continuing_subword_prefix');
    const marked = typeof mark === 'string' ? mark.length : 0;
    left.set('merges', keptMerges(merges as readonly JsonValue[], vocab, marked));
  }
  return left;
}

/** @param marked characters that the right one of two tokens begins with and loses when they are merged */
function keptMerges(
  merges: readonly JsonValue[],
  vocab: ReadonlyMap<string, JsonValue>,
  marked: number,
): readonly JsonValue[] {
  const isOld = merges.every((item) => typeof item === 'string');
  return merges.filter((item) => {
    if (isOld && (item as string).startsWith('#version')) return true;
    const [left, right] = (isOld ? (item as string).split(' ') : item) as [string, string];
    return vocab.has(left) && vocab.has(right) && vocab.has(left + right.slice(marked));
  });
}

/** A post-processor with the ids of its special tokens as they are now. */
function renumbered(value: JsonValue, fresh: ReadonlyMap<number, number>): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => renumbered(item, fresh));
  if (!isJsonObject(value)) return value;
  return new Map(
    [...value].map(([key, inner]): [string, JsonValue] =>
      key === 'ids' && Array.isArray(inner)
        ? [key, (inner as readonly number[]).map((id) => fresh.get(id) ?? id)]
        : [key, renumbered(inner, fresh)],
    ),
  );
}
