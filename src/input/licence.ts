/** Finds the licence that a model card names. */
import type { ByteSource } from '../source/byte-source.js';

/** Bytes of the card that are looked at; the front matter comes first and is short. */
const CARD_BYTES = 8192;

/** Longest licence name taken over. */
const NAME_LENGTH = 80;

/** The `license:` entry of a card's front matter, `null` when there is none. @throws TransportError */
export async function cardLicence(card: ByteSource, signal?: AbortSignal): Promise<string | null> {
  const text = new TextDecoder().decode(await card.read(0, Math.min(card.size, CARD_BYTES), signal));
  const matter = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1];
  const name = matter === undefined ? undefined : /^license:\s*["']?([^"'\r\n]+)/m.exec(matter)?.[1];
  return name === undefined ? null : licenceName(name);
}

/** The name of a licence as it is taken over. */
export function licenceName(text: string): string {
  return text.trim().slice(0, NAME_LENGTH);
}
