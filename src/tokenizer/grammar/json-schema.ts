/**
 * A subset of JSON Schema as a grammar: objects whose properties come in their order, arrays, texts, numbers, fixed values and
 * choices of them. JSON is written without white space, as models for small boards write it.
 */
import {
  choiceOf,
  grammarError,
  GRAMMAR_LIMITS,
  LAST_CHARACTER,
  optional,
  sequence,
  text,
  type Expression,
  type Grammar,
} from './expression.js';

type Schema = Readonly<Record<string, unknown>>;

/** What says nothing about the shape. */
const REMARKS = ['title', 'description', 'default', 'examples', '$schema', '$id', '$comment'];

/** Longest text and most items of an array where the schema says none. */
const UNLIMITED = Infinity;

const DIGIT: Expression = { kind: 'class', ranges: [[0x30, 0x39]] };
const INTEGER = sequence(
  optional(text('-')),
  choiceOf([
    text('0'),
    sequence(
      { kind: 'class', ranges: [[0x31, 0x39]] },
      // A number of JSON has no limit; more than 15 digits no program keeps.
      { kind: 'repeat', item: DIGIT, least: 0, most: 14 },
    ),
  ]),
);
const NUMBER = sequence(
  INTEGER,
  optional(sequence(text('.'), { kind: 'repeat', item: DIGIT, least: 1, most: 15 })),
  optional(
    sequence(
      {
        kind: 'class',
        ranges: [
          [0x45, 0x45],
          [0x65, 0x65],
        ],
      },
      {
        kind: 'class',
        ranges: [
          [0x2b, 0x2b],
          [0x2d, 0x2d],
        ],
      },
      { kind: 'repeat', item: DIGIT, least: 1, most: 3 },
    ),
  ),
);
const HEX: Expression = {
  kind: 'class',
  ranges: [
    [0x30, 0x39],
    [0x41, 0x46],
    [0x61, 0x66],
  ],
};
const CHARACTER = choiceOf([
  {
    kind: 'class',
    ranges: [
      [0x20, 0x21],
      [0x23, 0x5b],
      [0x5d, LAST_CHARACTER],
    ],
  },
  sequence(
    text('\\'),
    choiceOf([
      {
        kind: 'class',
        ranges: [...'"\\/bfnrt'].map((letter) => [letter.charCodeAt(0), letter.charCodeAt(0)] as const),
      },
      sequence(text('u'), { kind: 'repeat', item: HEX, least: 4, most: 4 }),
    ]),
  ),
]);

/** @throws FormatError naming the place, for what is no schema and what is not supported of one */
export function parseJsonSchema(source: string, file: string): Grammar {
  if (source.length > GRAMMAR_LIMITS.bytes)
    throw grammarError(file, `The schema is longer than ${GRAMMAR_LIMITS.bytes / 1024} KB.`);
  let schema: unknown;
  try {
    schema = JSON.parse(source);
  } catch (cause) {
    throw grammarError(file, `It is not valid JSON (${(cause as Error).message}).`);
  }
  return { rules: new Map([['root', new Reader(file).read(schema, 'the schema', 0)]]), file };
}

class Reader {
  constructor(private readonly file: string) {}

  read(value: unknown, place: string, depth: number): Expression {
    if (depth > GRAMMAR_LIMITS.depth) throw this.#wrong(place, `lies more than ${GRAMMAR_LIMITS.depth} deep`);
    const schema = this.#object(value, place);
    if ('const' in schema)
      return this.#only(schema, place, ['const'], () => text(JSON.stringify(schema['const'])));
    if ('enum' in schema)
      return this.#only(schema, place, ['enum', 'type'], () =>
        choiceOf(this.#list(schema['enum'], `${place}.enum`).map((one) => text(JSON.stringify(one)))),
      );
    for (const word of ['anyOf', 'oneOf'])
      if (word in schema)
        return this.#only(schema, place, [word], () =>
          choiceOf(
            this.#list(schema[word], `${place}.${word}`).map((one, index) =>
              this.read(one, `${place}.${word}[${index}]`, depth + 1),
            ),
          ),
        );
    const { type } = schema;
    if (Array.isArray(type))
      return choiceOf(
        this.#list(type, `${place}.type`).map((one) => this.read({ ...schema, type: one }, place, depth + 1)),
      );
    switch (type) {
      case 'object':
        return this.#properties(schema, place, depth);
      case 'array':
        return this.#items(schema, place, depth);
      case 'string':
        return this.#only(schema, place, ['type', 'minLength', 'maxLength'], () => {
          const [least, most] = this.#span(schema, place, 'minLength', 'maxLength');
          return sequence(text('"'), { kind: 'repeat', item: CHARACTER, least, most }, text('"'));
        });
      case 'integer':
        return this.#only(schema, place, ['type'], () => INTEGER);
      case 'number':
        return this.#only(schema, place, ['type'], () => NUMBER);
      case 'boolean':
        return this.#only(schema, place, ['type'], () => choiceOf([text('true'), text('false')]));
      case 'null':
        return this.#only(schema, place, ['type'], () => text('null'));
      default:
        throw this.#wrong(place, 'needs a type, const, enum, anyOf or oneOf');
    }
  }

  /** Properties in the order of the schema; those that are not required may be left out. */
  #properties(schema: Schema, place: string, depth: number): Expression {
    return this.#only(schema, place, ['type', 'properties', 'required', 'additionalProperties'], () => {
      if ('additionalProperties' in schema && schema['additionalProperties'] !== false)
        throw this.#wrong(`${place}.additionalProperties`, 'can only be false');
      const properties = Object.entries(this.#object(schema['properties'] ?? {}, `${place}.properties`));
      const required = new Set(
        'required' in schema ? this.#list(schema['required'], `${place}.required`) : [],
      );
      for (const name of required)
        if (!properties.some(([key]) => key === name))
          throw this.#wrong(
            `${place}.required`,
            `names "${String(name).slice(0, 60)}", which is no property`,
          );
      const members = properties.map(([name, inner]) => ({
        isNeeded: required.has(name),
        member: sequence(
          text(`${JSON.stringify(name)}:`),
          this.read(inner, `${place}.properties.${name.slice(0, 60)}`, depth + 1),
        ),
      }));
      return sequence(text('{'), members.length === 0 ? text('') : chain(members), text('}'));
    });
  }

  #items(schema: Schema, place: string, depth: number): Expression {
    return this.#only(schema, place, ['type', 'items', 'minItems', 'maxItems'], () => {
      const [least, most] = this.#span(schema, place, 'minItems', 'maxItems');
      const item = this.read(schema['items'], `${place}.items`, depth + 1);
      if (most === 0) return text('[]');
      const others: Expression = {
        kind: 'repeat',
        item: sequence(text(','), item),
        least: Math.max(0, least - 1),
        most: most - 1,
      };
      const some = sequence(item, others);
      return sequence(text('['), least === 0 ? optional(some) : some, text(']'));
    });
  }

  #span(schema: Schema, place: string, low: string, high: string): [number, number] {
    const value = (key: string, otherwise: number): number => {
      const given = schema[key];
      if (given === undefined) return otherwise;
      if (
        typeof given === 'number' &&
        Number.isInteger(given) &&
        given >= 0 &&
        given <= GRAMMAR_LIMITS.repeats
      )
        return given;
      throw this.#wrong(`${place}.${key}`, `is not a whole number from 0 to ${GRAMMAR_LIMITS.repeats}`);
    };
    const [least, most] = [value(low, 0), value(high, UNLIMITED)];
    if (most < least) throw this.#wrong(`${place}.${high}`, `is less than ${low}`);
    return [least, most];
  }

  /** Refuses what a schema has besides: to ignore it would let through what it forbids. */
  #only(schema: Schema, place: string, words: readonly string[], make: () => Expression): Expression {
    const other = Object.keys(schema).find((key) => !words.includes(key) && !REMARKS.includes(key));
    if (other !== undefined)
      throw this.#wrong(`${place}.${other.slice(0, 60)}`, `is not supported; there are ${words.join(', ')}`);
    return make();
  }

  #object(value: unknown, place: string): Schema {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Schema;
    throw this.#wrong(place, 'is not an object');
  }

  #list(value: unknown, place: string): readonly unknown[] {
    if (Array.isArray(value) && value.length > 0) return value as readonly unknown[];
    throw this.#wrong(place, 'is not a list with something in it');
  }

  #wrong(place: string, problem: string): Error {
    return grammarError(this.file, `${place} ${problem}.`);
  }
}

interface Member {
  readonly isNeeded: boolean;
  readonly member: Expression;
}

/** Members with commas between those that are there. */
function chain(members: readonly Member[]): Expression {
  // What may come after a member, from the last on; each is written once.
  let rest: Expression = text('');
  let begin: Expression = text('');
  for (const { isNeeded, member } of [...members].reverse()) {
    const here = sequence(member, rest);
    begin = isNeeded ? here : choiceOf([here, begin]);
    const next = sequence(text(','), member, rest);
    rest = isNeeded ? next : choiceOf([next, rest]);
  }
  return begin;
}
