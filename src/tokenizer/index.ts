/** The tokenizer room's door. */
export { chatReader } from './chat-reader.js';
export { cutTokenizer } from './cut-tokenizer.js';
export { readTokenizer } from './read.js';
export { vocabularyOf } from './vocabulary.js';
export type { Vocabulary } from './vocabulary.js';
export type { Deadline } from './template.js';
export type { ChatPieces, DeviceTokenizer } from './tokenizer.js';
