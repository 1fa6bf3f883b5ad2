/** The tokenizer room's door. */
export { chatFromTemplate, chatIds, readChat } from './chat.js';
export { openTokenizer } from './device-tokenizer.js';
export { parseTokenizer } from './parse.js';
export { readTokenizer } from './read.js';
export type {
  ChatPieces,
  ChatReading,
  DeviceTokenizer,
  EncodeOptions,
  TextStream,
  TokenizerTables,
  Turn,
} from './tokenizer.js';
