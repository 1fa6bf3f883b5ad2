/** A model folder's chat template: found, checked, and turned into pieces for the device. */
import type { ModelFolder } from '../source/byte-source.js';
import { readJsonObject, readText } from '../source/read-json.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';
import { cutTemplate } from './chat-pieces.js';
import { tokenName } from './parse.js';
import { TOKENIZER_CONFIG_FILE } from './read.js';
import { ChatTemplate } from './template.js';
import type { ChatPieces, ChatReading, DeviceTokenizer } from './tokenizer.js';

const TEMPLATE_FILE = 'chat_template.jinja';
const OLD_TEMPLATE_FILE = 'chat_template.json';
const MAX_TEMPLATE_BYTES = 1 << 20;

/** Longest reason kept of a template that failed: it is a stranger's text. */
const MAX_REASON = 300;

/**
 * Reads the chat template, strongest place first: chat_template.jinja, tokenizer_config.json, chat_template.json.
 * A template that cannot be turned into proven pieces is left out with a note: the model then continues text.
 * @throws FormatError for files that are not what they should be; TransportError
 */
export async function readChat(
  folder: ModelFolder,
  tokenizer: DeviceTokenizer,
  signal?: AbortSignal,
): Promise<ChatReading> {
  const config = await readJsonObject(folder, TOKENIZER_CONFIG_FILE, undefined, signal);
  const source =
    (await readText(folder, TEMPLATE_FILE, MAX_TEMPLATE_BYTES, signal)) ??
    templateIn(config) ??
    templateIn(await readJsonObject(folder, OLD_TEMPLATE_FILE, MAX_TEMPLATE_BYTES, signal));
  if (source === null) return { pieces: null, notes: [{ code: 'chat-absent' }] };
  return chatFromTemplate(source, config, tokenizer);
}

/**
 * Pieces of a template's source.
 * @param config tokenizer_config.json, for the special tokens that templates name
 */
export function chatFromTemplate(
  source: string,
  config: JsonObject | null,
  tokenizer: DeviceTokenizer,
): ChatReading {
  try {
    return cutTemplate(new ChatTemplate(source, specialTokens(config)), tokenizer);
  } catch (error) {
    // Whatever a stranger's template throws, it is the template that is left out.
    const reason = error instanceof Error ? error.message : String(error);
    return {
      pieces: null,
      notes: [{ code: 'chat-unused', reason: reason.slice(0, MAX_REASON) }],
    };
  }
}

/** Ids of a first turn: what to feed for a user's message in an empty context. */
export function chatIds(tokenizer: DeviceTokenizer, chat: ChatPieces, user: string): number[] {
  return tokenizer.encodeTurn(chat.section, { user });
}

/** `chat_template`: a text, or a list of named ones of which the default is taken. */
function templateIn(config: JsonObject | null): string | null {
  const value: JsonValue = config?.get('chat_template') ?? null;
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  const items = (value as readonly JsonValue[]).filter(isJsonObject);
  const template = items.find((item) => item.get('name') === 'default')?.get('template');
  return typeof template === 'string' ? template : null;
}

/** The special tokens by the names that templates use. */
function specialTokens(config: JsonObject | null): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name of ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'].map((token) => `${token}_token`)) {
    const text = tokenName(config?.get(name));
    if (text !== null) result[name] = text;
  }
  return result;
}
