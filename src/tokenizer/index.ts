/** The tokenizer room's door. */
export type {
  ChatPieces,
  ChatReading,
  DeviceTokenizer,
  EncodeOptions,
  TokenizerTables,
} from './tokenizer.js';
