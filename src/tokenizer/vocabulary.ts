/**
 * A tokenizer's vocabulary as whoever cuts it sees it: which tokens every text may need, of which others each is put
 * together, and which are the most usual. A kind of tokenizer model is a file and a line in {@link vocabularyOf}.
 */
import type { TokenizerPart } from '../input/model-input.js';
import { ConfigFields } from '../model/config-fields.js';
import { UnsupportedError } from '../shared/errors.js';
import { BpeVocabulary } from './bpe-vocabulary.js';
import { PartPool } from './part-pool.js';
import { readStages } from './pre-tokenizer.js';
import { kindOf } from './token-model.js';

/** Ids are those of the tokenizer. */
export interface Vocabulary {
  /** What the model's own tokens cannot do without: bytes, the unknown token, printable ASCII. Added tokens are not among them. */
  readonly needed: readonly number[];
  /** Single characters, most usual first; empty where the alphabet is bytes. */
  readonly characters: readonly number[];
  /** A character without a token becomes those of its bytes, so that no text is lost with it. */
  readonly hasBytes: boolean;
  /** All other tokens, most usual first, as far as the tokenizer's own order tells. */
  readonly usual: readonly number[];
  /**
   * The tokens that a token is put together of while a text is encoded, itself included, each as often as it comes up. They
   * must stay for it to stay. Empty where no text becomes it.
   */
  madeOf(id: number): readonly number[];
}

/**
 * The vocabulary of a model's tokenizer.
 * @throws UnsupportedError for a kind of tokenizer model that cannot be cut; FormatError
 */
export async function vocabularyOf({ definition }: TokenizerPart): Promise<Vocabulary> {
  const root = new ConfigFields(definition.fields, definition.file);
  const model = root.object('model');
  if (model === null) throw root.missing('model');
  const type = kindOf(model);
  if (type === 'BPE') return new BpeVocabulary(root, (await readStages(root, new PartPool())).stages);
  const { UnigramVocabulary, WordVocabulary } = await import('./piece-vocabulary.js');
  if (type === 'Unigram') return new UnigramVocabulary(root, model);
  if (type === 'WordLevel') return new WordVocabulary(model, '');
  if (type === 'WordPiece')
    return new WordVocabulary(model, model.optionalText('continuing_subword_prefix') ?? '##');
  throw new UnsupportedError(`A vocabulary of the kind ${type} cannot be cut.`, {
    file: definition.file,
    field: 'model.type',
    remedy: 'Convert the model with its whole vocabulary.',
  });
}
