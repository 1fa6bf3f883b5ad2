/** A model's chat template: checked, and turned into pieces for the device. */
import type { ChatPart } from '../input/model-input.js';
import { tokenText } from '../input/special-tokens.js';
import type { JsonObject } from '../source/strict-json.js';
import { cutTemplate, reasonOf } from './chat-pieces.js';
import { ChatTemplate, type Deadline } from './template.js';
import type { ChatPieces, ChatReading, DeviceTokenizer } from './tokenizer.js';

/**
 * Reads a model's chat template. One that cannot be turned into proven pieces is left out with a note: the model then
 * continues text.
 * @param deadline ends a template that works too long whatever it does; without it, what it does is counted
 */
export function readChat(part: ChatPart, tokenizer: DeviceTokenizer, deadline?: Deadline): ChatReading {
  return chatFromTemplate(part.template.text, part.names?.fields ?? null, tokenizer, deadline);
}

/**
 * Pieces of a template's source.
 * @param names the special tokens that templates name, in the form of tokenizer_config.json
 */
export function chatFromTemplate(
  source: string,
  names: JsonObject | null,
  tokenizer: DeviceTokenizer,
  deadline?: Deadline,
): ChatReading {
  try {
    return cutTemplate(new ChatTemplate(source, specialTokens(names), deadline), tokenizer);
  } catch (error) {
    // Whatever a stranger's template throws, it is the template that is left out.
    return { pieces: null, begun: null, notes: [{ code: 'chat-unused', reason: reasonOf(error) }] };
  }
}

/** Ids of a first turn: what to feed for a user's message in an empty context. */
export function chatIds(tokenizer: DeviceTokenizer, chat: ChatPieces, user: string): number[] {
  return tokenizer.encodeTurn(chat.section, { user });
}

/** The special tokens by the names that templates use. */
function specialTokens(names: JsonObject | null): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of names ?? []) {
    const text = name.endsWith('_token') ? tokenText(value) : null;
    if (text !== null) result[name] = text;
  }
  return result;
}
