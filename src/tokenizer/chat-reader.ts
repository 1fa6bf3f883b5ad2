/** The way to a model's chat: what runs templates is loaded for models that have one. */
import type { ChatPart } from '../input/model-input.js';
import type { Deadline } from './template.js';
import type { ChatReading, DeviceTokenizer } from './tokenizer.js';

/** Reads a chat, once there is a tokenizer. @param deadline as for `readChat` */
export type ChatReader = (tokenizer: DeviceTokenizer, deadline?: Deadline) => ChatReading;

const NO_CHAT: ChatReading = { pieces: null, begun: null, notes: [{ code: 'chat-absent' }] };

/**
 * @param part `null` for a model without a template
 * @throws what an `import()` throws
 */
export async function chatReader(part: ChatPart | null): Promise<ChatReader> {
  if (part === null) return () => NO_CHAT;
  const { readChat } = await import('./chat.js');
  return (tokenizer, deadline) => readChat(part, tokenizer, deadline);
}
