/** WordPiece by a vocabulary, in the form of tokenizer.json. */
import type { JsonObject } from '../source/strict-json.js';
import { objectOf } from './sentencepiece.js';

/** BERT's flags in tokenizer_config.json. */
export interface BertConfig {
  readonly lowercase: boolean;
  readonly chineseCharacters: boolean;
  /** `null`: with those that are lowercased. */
  readonly stripAccents: boolean | null;
  readonly unknown: string;
}

/** The tokenizer's definition, without a post-processor. */
export function wordPieceDefinition(vocab: ReadonlyMap<string, number>, config: BertConfig): JsonObject {
  return objectOf({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    post_processor: null,
    normalizer: objectOf({
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config.chineseCharacters,
      strip_accents: config.stripAccents,
      lowercase: config.lowercase,
    }),
    pre_tokenizer: objectOf({ type: 'BertPreTokenizer' }),
    decoder: objectOf({ type: 'WordPiece', prefix: '##', cleanup: true }),
    model: objectOf({
      type: 'WordPiece',
      unk_token: config.unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    }),
  });
}
