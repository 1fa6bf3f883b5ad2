/** The door to the compiler of expressions: the machine of a pattern, or of a class that tokenizer.json names. */
import type { Component } from '../component.js';
import { wrongPart } from '../component.js';
import { kindsWith, points } from './character-set.js';
import { ExpressionError } from './expression.js';
import type { Expression } from './expression.js';
import { compile, compilePattern } from './machine.js';

export { leavesAsciiAlone } from './machine.js';

/** A pattern as tokenizer.json has it. */
export interface Pattern {
  readonly kind: 'String' | 'Regex';
  readonly value: string;
}

/**
 * The machine of a pattern.
 * @param doing what is done with it, for messages
 * @throws UnsupportedError for what no automaton equals
 */
export function patternMachine({ fields, path }: Component, doing: string, pattern: Pattern): number[] {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const named = `${pattern.kind === 'Regex' ? 'the expression' : 'the text'} ${JSON.stringify(pattern.value)}`;
    throw wrongPart(fields, path, `${doing} ${named} is not supported: ${error.message}.`);
  }
}

/** One character of the classes that pre-tokenizers name, or runs of them. */
export function classMachine(name: 'space' | 'numeric' | 'punctuation' | 'words'): number[] {
  if (name !== 'words') return compile({ type: 'set', set: kindsWith(name) });
  // \w+|[^\w\s]+ with the word characters that added tokens know too.
  const word = kindsWith('added-word');
  const other = { type: 'not', of: { type: 'any', of: [word, kindsWith('space')] } } as const;
  const run = (set: typeof word): Expression => ({
    type: 'repeat',
    of: { type: 'set', set },
    least: 1,
    most: Infinity,
    lazy: false,
  });
  return compile({ type: 'choice', parts: [run(word), run(other)] });
}

/** Exactly this character. */
export function characterMachine(point: number): number[] {
  return compile({ type: 'set', set: points(point) });
}
