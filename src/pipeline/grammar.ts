/** What a package has for a model that may not say everything. */
import { UsageError } from '../shared/errors.js';
import { compileGrammar } from '../tokenizer/grammar/index.js';
import { stopIds, type OpenedModel } from './open-model.js';

/**
 * The section GRAM.
 * @throws FormatError for a bad grammar, UnsupportedError and UsageError for a model that cannot follow any
 */
export function grammarOf(source: string, opened: OpenedModel): Uint8Array {
  const { tokenizer, model } = opened;
  if (tokenizer === null)
    throw new UsageError('A grammar needs a tokenizer, which this model does not have.');
  if (stopIds(opened).length === 0)
    throw new UsageError('A grammar needs a token that ends an answer, which this model does not have.');
  return compileGrammar(source, tokenizer.section, model.vocabSize);
}
