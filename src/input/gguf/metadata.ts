/** Typed reading of GGUF's keys: a key may be absent, or must be what it should be. */
import type { GgufPart } from '../../checkpoint/gguf/gguf-checkpoint.js';
import type { GgufTensor } from '../../checkpoint/gguf/tensors.js';
import { GgufList, type GgufValue } from '../../checkpoint/gguf/values.js';
import { FormatError } from '../../shared/errors.js';

export class Metadata {
  /** What messages name: the first file, which has the keys. */
  readonly file: string;
  /** `general.architecture`; the keys of the architecture begin with it. */
  readonly architecture: string;
  readonly #values: ReadonlyMap<string, GgufValue>;
  readonly #tensors: ReadonlyMap<string, GgufTensor>;

  /**
   * @param parts the first has the keys
   * @throws FormatError without an architecture
   */
  constructor(parts: readonly GgufPart[]) {
    const [first] = parts;
    this.file = first?.source.name ?? '';
    this.#values = first?.header.values ?? new Map<string, GgufValue>();
    this.#tensors = new Map(
      parts.flatMap(({ header }) => header.tensors.map((tensor) => [tensor.name, tensor] as const)),
    );
    const architecture = this.text('general.architecture');
    if (architecture === null) throw this.wrong('general.architecture', 'the name of an architecture');
    this.architecture = architecture;
  }

  /** A tensor of any part. */
  tensor(name: string): GgufTensor | undefined {
    return this.#tensors.get(name);
  }

  /** The full name of one of the architecture's keys. */
  own(key: string): string {
    return `${this.architecture}.${key}`;
  }

  /** The keys that begin so. */
  keys(beginning: string): readonly string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(beginning));
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** A text, or `null` when the key is absent. @throws FormatError */
  text(key: string): string | null {
    const value = this.#values.get(key);
    if (value === undefined || typeof value === 'string') return value ?? null;
    throw this.wrong(key, 'a text');
  }

  /**
   * A number, or `null` when the key is absent. Of those that 32 bits hold the shortest that means the same, as it was before
   * it was written. A list with a value for each layer is its value when all are the same.
   * @throws FormatError
   */
  number(key: string): number | null {
    const value = this.#values.get(key);
    if (value === undefined) return null;
    if (value instanceof GgufList) return this.#sameForAll(key, value.numbers());
    if (typeof value === 'number' && Number.isFinite(value)) return shortest(value);
    throw this.wrong(key, 'a number');
  }

  /** A truth value, or `null` when the key is absent. @throws FormatError */
  flag(key: string): boolean | null {
    const value = this.#values.get(key);
    if (value === undefined || typeof value === 'boolean') return value ?? null;
    throw this.wrong(key, 'true or false');
  }

  /** A list, or `null` when the key is absent. @throws FormatError */
  list(key: string): GgufList | null {
    const value = this.#values.get(key);
    if (value === undefined || value instanceof GgufList) return value ?? null;
    throw this.wrong(key, 'a list');
  }

  /** Whether the key is there and has a list. */
  isList(key: string): boolean {
    return this.#values.get(key) instanceof GgufList;
  }

  /** The error for a value that is not what it should be. */
  wrong(key: string, expected: string): FormatError {
    const value = this.#values.get(key);
    const found =
      value === undefined
        ? 'missing'
        : value instanceof GgufList
          ? `a list of ${value.length}`
          : typeof value === 'string'
            ? JSON.stringify(value.slice(0, 60))
            : String(value);
    return new FormatError(`It is ${found}, but must be ${expected}.`, {
      file: this.file,
      field: key.slice(0, 200),
      remedy: 'Convert the original model again, or take its folder.',
    });
  }

  #sameForAll(key: string, values: readonly number[]): number {
    const [first] = values;
    if (first !== undefined && values.every((value) => value === first)) return shortest(first);
    throw this.wrong(key, 'the same for all layers');
  }
}

/** Digits that tell every number of 32 bits from its neighbours. */
const MOST_DIGITS = 9;

/** The decimal with the fewest digits that means a number of 32 bits; other numbers as they are. */
function shortest(value: number): number {
  if (Number.isInteger(value) || Math.fround(value) !== value) return value;
  for (let digits = 1; digits < MOST_DIGITS; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return value;
}
