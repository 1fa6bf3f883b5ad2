/** Writes the CHAT section (docs/tokenizer-tables.md). */
import { LimitError } from './jinja/budget.js';
import { TableWriter } from './section-writer.js';
import type { ChatPieces } from './tokenizer.js';

const CHAT_VERSION = 1;
const CHAT_HEADER_BYTES = 48;

/** UTF-8 bytes of one of the template's own texts: the longest default system texts have some thousand. */
export const MAX_CHAT_TEXT_BYTES = 16384;

const ChatFlag = { TrimUser: 1, TrimSystem: 2, AddSpecial: 4, Turns: 8, System: 16, Continue: 32 } as const;

/** What goes into the section; `system` and `later` may be absent. */
export interface ChatContent extends Pick<
  ChatPieces,
  'first' | 'later' | 'suffix' | 'system' | 'trims' | 'addSpecial'
> {
  /** White space around a system text is removed too. */
  readonly trimsSystem: boolean;
  /** A later turn's text continues the assistant's: no space is put before it. */
  readonly laterContinues: boolean;
}

/** @throws LimitError when a text is longer than the section may hold */
export function writeChatSection(content: ChatContent): Uint8Array {
  const { first, later, suffix, system } = content;
  const flags =
    (content.trims ? ChatFlag.TrimUser : 0) |
    (content.trimsSystem ? ChatFlag.TrimSystem : 0) |
    (content.addSpecial ? ChatFlag.AddSpecial : 0) |
    (later === null ? 0 : ChatFlag.Turns) |
    (system === null ? 0 : ChatFlag.System) |
    (content.laterContinues ? ChatFlag.Continue : 0);
  const writer = new TableWriter();
  for (const text of [first, later ?? '', suffix, system?.before ?? '', system?.after ?? '']) {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > MAX_CHAT_TEXT_BYTES)
      throw new LimitError(`a text in it has ${bytes.length} bytes, more than ${MAX_CHAT_TEXT_BYTES}`);
    writer.bytes(bytes, bytes.length);
  }
  return writer.finish([CHAT_VERSION, flags], CHAT_HEADER_BYTES);
}
