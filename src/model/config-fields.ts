/** Typed reading of config.json: a key may be absent (then the class default holds), null, or must be what it should be. */
import { FormatError } from '../shared/errors.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';

/** Bounds of a number, both inclusive. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** The fields of one JSON object of a configuration file. */
export class ConfigFields {
  /** The file, for messages. */
  readonly file: string;
  readonly #fields: JsonObject;
  /** Path of this object inside the file, with a trailing dot, or empty. */
  readonly #path: string;
  /** How the file calls keys that are read under another name. */
  readonly #called = new Map<string, string>();

  constructor(fields: JsonObject, file: string, path = '') {
    this.#fields = fields;
    this.file = file;
    this.#path = path;
  }

  /**
   * The same fields under names that they have elsewhere: a key that is absent is read by the first of its other names that
   * is there.
   */
  withAliases(aliases: Readonly<Record<string, readonly string[]>>): ConfigFields {
    const fields = new Map(this.#fields);
    const renamed = new ConfigFields(fields, this.file, this.#path);
    for (const [key, others] of Object.entries(aliases)) {
      const other = this.has(key) ? undefined : others.find((name) => this.has(name));
      const value = other === undefined ? undefined : this.raw(other);
      if (other === undefined || value === undefined) continue;
      fields.set(key, value);
      renamed.#called.set(key, other);
    }
    return renamed;
  }

  /** The names in the object. */
  get keys(): readonly string[] {
    return [...this.#fields.keys()];
  }

  /** Whether the key is there, even with `null`. */
  has(key: string): boolean {
    return this.#fields.has(key);
  }

  /** Whether the key is there and not `null`. */
  isSet(key: string): boolean {
    return (this.#fields.get(key) ?? null) !== null;
  }

  /** The value as it stands, `undefined` when absent. */
  raw(key: string): JsonValue | undefined {
    return this.#fields.get(key);
  }

  /**
   * A whole number; `fallback` when the key is absent or null.
   * @throws FormatError when it is something else or out of bounds, or absent without a fallback
   */
  integer(key: string, fallback: number | undefined, bounds: Bounds = {}): number {
    const value = this.number(key, fallback, bounds);
    if (!Number.isSafeInteger(value)) throw this.wrong(key, 'a whole number', value);
    return value;
  }

  /**
   * A finite number; `fallback` when the key is absent or null.
   * @throws FormatError when it is something else or out of bounds, or absent without a fallback
   */
  number(key: string, fallback: number | undefined, { min, max }: Bounds = {}): number {
    const value = this.#fields.get(key) ?? fallback;
    if (value === undefined) throw this.missing(key);
    if (typeof value !== 'number') throw this.wrong(key, 'a number');
    if (!Number.isFinite(value)) throw this.wrong(key, 'a finite number', value);
    if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
      throw this.wrong(
        key,
        `a number ${min === undefined ? `up to ${max}` : max === undefined ? `of at least ${min}` : `from ${min} to ${max}`}`,
        value,
      );
    }
    return value;
  }

  /** A number, or `null` when the key is absent or null. */
  optionalNumber(key: string, bounds: Bounds = {}): number | null {
    return this.isSet(key) ? this.number(key, undefined, bounds) : null;
  }

  /** A whole number, or `null` when the key is absent or null. */
  optionalInteger(key: string, bounds: Bounds = {}): number | null {
    return this.isSet(key) ? this.integer(key, undefined, bounds) : null;
  }

  /** A truth value; `fallback` when the key is absent or null. */
  boolean(key: string, fallback: boolean): boolean {
    const value = this.#fields.get(key) ?? fallback;
    if (typeof value !== 'boolean') throw this.wrong(key, 'true or false');
    return value;
  }

  /** A text, or `null` when the key is absent or null. */
  optionalText(key: string): string | null {
    const value = this.#fields.get(key) ?? null;
    if (value !== null && typeof value !== 'string') throw this.wrong(key, 'a text');
    return value;
  }

  /** A list of finite numbers. */
  numbers(key: string): readonly number[] {
    const value = this.#fields.get(key) ?? null;
    if (value === null) throw this.missing(key);
    if (!Array.isArray(value) || !value.every((item): item is number => Number.isFinite(item))) {
      throw this.wrong(key, 'a list of numbers');
    }
    return value;
  }

  /** A list of texts, or `null` when the key is absent or null. */
  texts(key: string): readonly string[] | null {
    const value = this.#fields.get(key) ?? null;
    if (value === null) return null;
    if (!Array.isArray(value) || !value.every((item): item is string => typeof item === 'string')) {
      throw this.wrong(key, 'a list of texts');
    }
    return value;
  }

  /** One whole number or a list of them, as a list; `null` when the key is absent or null. */
  idList(key: string): readonly number[] | null {
    const value = this.#fields.get(key) ?? null;
    if (value === null) return null;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (!list.every((item): item is number => Number.isSafeInteger(item))) {
      throw this.wrong(key, 'a token id or a list of token ids');
    }
    return list;
  }

  /** An object, or `null` when the key is absent or null. */
  object(key: string): ConfigFields | null {
    const value = this.#fields.get(key) ?? null;
    if (value === null) return null;
    if (!isJsonObject(value)) throw this.wrong(key, 'an object');
    return new ConfigFields(value, this.file, `${this.#path}${key}.`);
  }

  /** The error for a value that is not what it should be. */
  wrong(key: string, expected: string, value = this.#fields.get(key)): FormatError {
    return new FormatError(`It is ${show(value)}, but must be ${expected}.`, {
      file: this.file,
      field: this.pathOf(key),
      remedy: 'Take the file of the original model.',
    });
  }

  /** The error for a key that must be there. */
  missing(key: string): FormatError {
    return new FormatError('It is missing.', {
      file: this.file,
      field: this.pathOf(key),
      remedy: 'Take the file of the original model.',
    });
  }

  /** The full name of a key, for messages. */
  pathOf(key: string): string {
    return this.#path + (this.#called.get(key) ?? key);
  }
}

/** A value in a message, short. */
export function show(value: JsonValue | undefined): string {
  if (value === undefined) return 'missing';
  if (isJsonObject(value)) return 'an object';
  if (Array.isArray(value)) return 'a list';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
