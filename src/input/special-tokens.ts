/**
 * The tokens that stand beside tokenizer.json, or beside the files that are read in its place: in tokenizer_config.json, special_tokens_map.json and added_tokens.json, put
 * together as transformers' AutoTokenizer does.
 */
import { isJsonObject } from '../source/strict-json.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';

/** Names of tokens that every tokenizer may have, in the order in which they are added. */
const NAMED = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'].map((name) => `${name}_token`);

/** A token that is added to those of tokenizer.json, unless it has it. */
export interface BesideToken {
  /** In the form of tokenizer.json's `added_tokens`, without an id. */
  readonly fields: JsonObject;
  /** A name as `eos_token` stands for it: it is special whatever its fields say. */
  readonly named: boolean;
  /** Its flags hold over those of tokenizer.json. */
  readonly holds: boolean;
}

/** What the files beside tokenizer.json say. */
export interface SpecialTokens {
  /** tokenizer_config.json, with the names that hold in the end. */
  readonly names: JsonObject;
  /** In the order in which they get their ids. */
  readonly added: readonly BesideToken[];
}

/**
 * Puts the files together.
 * @param config tokenizer_config.json; with its `added_tokens_decoder` it is the only one of the files that counts
 * @param map special_tokens_map.json
 * @param encoder added_tokens.json
 * @param defaults names that hold where no file has others, by their keys
 */
export function specialTokens(
  config: JsonObject | null,
  map: JsonObject | null,
  encoder: JsonObject | null,
  defaults: Readonly<Record<string, string>>,
): SpecialTokens {
  const names = new Map(config ?? []);
  let extra = names.get('extra_special_tokens');
  if (isEmpty(extra)) extra = names.get('additional_special_tokens') ?? extra;
  const decoder = names.get('added_tokens_decoder');
  const whole = isJsonObject(decoder);
  if (!whole) {
    for (const [key, value] of map ?? []) {
      if (key !== 'extra_special_tokens') names.set(key, isJsonObject(value) ? special(value) : value);
      else extra = Array.isArray(value) ? [...(list(extra) ?? []), ...value.map(special)] : value;
    }
    extra ??= map?.get('additional_special_tokens');
  }
  for (const [name, text] of Object.entries(defaults)) if (!names.has(name)) names.set(name, text);
  if (isJsonObject(extra)) for (const [key, value] of extra) names.set(key, value);
  const others = [...names.keys()].filter((key) => key.endsWith('_token') && !NAMED.includes(key));
  const named = [...NAMED, ...others].flatMap((key) => token(names.get(key)) ?? []);
  const rest = (list(extra) ?? []).flatMap((value) => token(value) ?? []);
  const isNamed = new Set(named.map(contentOf));
  const isSpecial = new Set([...isNamed, ...rest.map(contentOf)]);
  const first = whole
    ? byId([...decoder].map(([id, value]) => [Number(id), token(value)]))
    : byId(
        [...(encoder ?? [])].map(([text, id]) => [
          Number(id),
          new Map<string, JsonValue>([
            ['content', text],
            ['normalized', !isSpecial.has(text)],
            ['special', isSpecial.has(text)],
          ]),
        ]),
      );
  const added = new Map<string, BesideToken>();
  [...first, ...named, ...rest].forEach((fields, index) => {
    const content = contentOf(fields);
    if (added.has(content)) return;
    added.set(content, { fields, named: isNamed.has(content), holds: whole && index < first.length });
  });
  return { names, added: [...added.values()] };
}

/** A token's text, whichever way it is spelled: a text, or an object with a `content`; `null` for anything else. */
export function tokenText(value: JsonValue | undefined): string | null {
  const content = isJsonObject(value) ? value.get('content') : value;
  return typeof content === 'string' && content !== '' ? content : null;
}

/** A token in the form of `added_tokens`: a text alone is special. */
function token(value: JsonValue | undefined): JsonObject | null {
  const content = tokenText(value);
  if (content === null) return null;
  const given = isJsonObject(value) ? value : new Map<string, JsonValue>([['special', true]]);
  const isSpecial = given.get('special') === true;
  const normalized = given.get('normalized') ?? !isSpecial;
  return new Map([...given, ['content', content], ['special', isSpecial], ['normalized', normalized]]);
}

function special(value: JsonValue): JsonValue {
  return isJsonObject(value) ? new Map<string, JsonValue>([...value, ['special', true]]) : value;
}

function contentOf(fields: JsonObject): string {
  return fields.get('content') as string;
}

function list(value: JsonValue | undefined): readonly JsonValue[] | null {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : null;
}

function isEmpty(value: JsonValue | undefined): boolean {
  return (value ?? null) === null || list(value)?.length === 0 || (isJsonObject(value) && value.size === 0);
}

function byId(tokens: readonly (readonly [number, JsonObject | null])[]): JsonObject[] {
  return [...tokens].sort(([a], [b]) => a - b).flatMap(([, fields]) => fields ?? []);
}
