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
  const type = model?.optionalText('type') ?? 'BPE';
  // What characters become there depends on their place in a word.
  const isMarked = ['continuing_subword_prefix', 'end_of_word_suffix'].some(
    (key) => (model?.optionalText(key) ?? '') !== '',
  );
  if (type === 'BPE' && !isMarked)
    return new BpeVocabulary(root, (await readStages(root, new PartPool())).stages);
  const kind = isMarked ? 'BPE with marks inside words' : type;
  throw new UnsupportedError(`A vocabulary of the kind ${kind} cannot be cut.`, {
    file: definition.file,
    field: 'model.type',
    remedy: 'Convert the model with its whole vocabulary.',
  });
}
