/** The tokenizer room's door. */
export { readChat } from './chat.js';
export { readTokenizer } from './read.js';
export type { Deadline } from './template.js';
export type { ChatPieces, DeviceTokenizer } from './tokenizer.js';
