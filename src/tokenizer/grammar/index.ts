/** From a grammar's text to the section GRAM of a package. A part of its own: few conversions have a grammar. */
import { byteAutomaton } from './automaton.js';
import { parseGbnf } from './gbnf.js';
import { parseJsonSchema } from './json-schema.js';
import { grammarSection, tokenAutomaton } from './token-automaton.js';
import { tokenBytes } from './token-bytes.js';

/**
 * Compiles a grammar for a vocabulary. What begins with a brace is a JSON schema, anything else GBNF.
 * @param tokenizer TOKN section of the model
 * @param vocabSize rows of the model's head, at least as many as the tokenizer has ids
 * @throws FormatError for a broken grammar, one that is too large, and one that the tokens cannot write; UnsupportedError for
 *   a tokenizer whose tokens depend on those around them
 */
export function compileGrammar(
  source: string,
  tokenizer: Uint8Array,
  vocabSize: number,
  file = 'the grammar',
): Uint8Array {
  const grammar = /^\s*\{/.test(source) ? parseJsonSchema(source, file) : parseGbnf(source, file);
  const tokens = tokenBytes(tokenizer);
  const padded = Array.from({ length: vocabSize }, (_, id) => tokens[id] ?? null);
  return grammarSection(tokenAutomaton(byteAutomaton(grammar), padded, file), file);
}
