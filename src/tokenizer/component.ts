/** Reading the parts of tokenizer.json: each is an object with a `type`, some are sequences of others. */
import { ConfigFields, show } from '../model/config-fields.js';
import { UnsupportedError } from '../shared/errors.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonValue } from '../source/strict-json.js';

/** Parts inside one sequence: real ones have up to six; more would only be a way to make us work. */
const MAX_PARTS = 16;

/** One part of tokenizer.json. */
export interface Component {
  readonly type: string;
  readonly fields: ConfigFields;
  /** Where it stands, for messages. */
  readonly path: string;
}

/**
 * The parts at a key, sequences (even nested ones) laid out flat; `[]` when the key is absent or null.
 * @param list name of the list inside a sequence
 * @throws FormatError
 */
export function components(root: ConfigFields, key: string, list: string): Component[] {
  const result: Component[] = [];
  const visit = (value: JsonValue | undefined, path: string): void => {
    const fields = isJsonObject(value) ? new ConfigFields(value, root.file, `${path}.`) : null;
    const type = fields?.raw('type');
    if (fields === null || typeof type !== 'string') {
      throw wrongPart(root, path, `It is ${show(value)}, but must be an object with a "type".`);
    }
    if (type !== 'Sequence') {
      result.push({ type, fields, path });
      if (result.length > MAX_PARTS) throw wrongPart(root, path, `It has more than ${MAX_PARTS} parts.`);
      return;
    }
    const parts = fields.raw(list);
    if (!Array.isArray(parts)) throw fields.wrong(list, 'a list');
    (parts as readonly JsonValue[]).forEach((part, index) => visit(part, `${path}.${list}[${index}]`));
  };
  if (root.isSet(key)) visit(root.raw(key), key);
  return result;
}

/**
 * The error for a part that we do not take.
 * @param at any fields of the same file
 */
export function wrongPart(at: Pick<ConfigFields, 'file'>, path: string, problem: string): UnsupportedError {
  return new UnsupportedError(problem, {
    file: at.file,
    field: path,
    remedy:
      'This converter does not read that. Choose another model, or remove tokenizer.json to work with token ids.',
  });
}

/** A field that must be a text. @throws FormatError */
export function text(fields: ConfigFields, key: string): string {
  const value = fields.optionalText(key);
  if (value === null) throw fields.missing(key);
  return value;
}

/** A field that must be one character, as a code point. @throws FormatError */
export function codePoint(fields: ConfigFields, key: string): number {
  const value = text(fields, key);
  const point = value.codePointAt(0);
  if (point === undefined || String.fromCodePoint(point).length !== value.length) {
    throw fields.wrong(key, 'one character');
  }
  return point;
}

/** A `{"String": …}` or `{"Regex": …}` pattern. @throws FormatError */
export function pattern(fields: ConfigFields, key: string): { kind: 'String' | 'Regex'; value: string } {
  const inner = fields.object(key);
  if (inner === null) throw fields.missing(key);
  const kind = inner.has('String') ? 'String' : 'Regex';
  return { kind, value: text(inner, kind) };
}
