/**
 * A place of the way as a piece of a page's address: `esp32-llm=1;model=hf:owner/name;board=…;scheme=…;step=compare`. It is one
 * field behind the `#`, between `&`; what else a page has there is kept. Whatever it holds may have been written by anybody.
 */

/** What a place names, as text that nobody has checked; absent is the page's own. */
export interface Place {
  /** Name of a model that comes with the element, `hf:owner/name`, or the address of a folder. */
  readonly model?: string;
  readonly board?: string;
  /** As the attribute. */
  readonly scheme?: string;
  readonly context?: string;
  readonly effort?: string;
  readonly prompt?: string;
  readonly step?: string;
}

const NAMES = [
  'model',
  'board',
  'scheme',
  'context',
  'effort',
  'prompt',
  'step',
] as const satisfies (keyof Place)[];

/** Of how this is written; another one is not guessed at. */
const VERSION = '1';

/** Longer addresses break on their way through mails and messengers. */
const MOST_CHARACTERS = 2000;

/** Why a field is no place. */
export type PlaceProblem = 'version' | 'length' | 'text';

/** Name of the field of an element: of several on a page, those with an id have one of their own. */
export function fieldName(id: string): string {
  return id === '' ? 'esp32-llm' : `esp32-llm.${encodeURIComponent(id)}`;
}

/** @returns the place in a hash, `null` where it has none, or why what it has is none */
export function readPlace(hash: string, field: string): Place | PlaceProblem | null {
  const text = parts(hash).find((part) => part.startsWith(`${field}=`));
  if (text === undefined) return null;
  if (text.length > MOST_CHARACTERS) return 'length';
  const [version, ...pairs] = text.slice(field.length + 1).split(';');
  if (version !== VERSION) return 'version';
  const place: Partial<Record<keyof Place, string>> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = NAMES.find((known) => known === pair.slice(0, at));
    // What a later page has added changes nothing of the rest.
    if (name === undefined) continue;
    const value = decoded(pair.slice(at + 1));
    if (value === null || place[name] !== undefined) return 'text';
    place[name] = value;
  }
  return place;
}

/** The hash with another place in it, `null` for none; without `#` where nothing is left. */
export function writePlace(hash: string, field: string, place: Place | null): string {
  const others = parts(hash).filter((part) => !part.startsWith(`${field}=`));
  const pairs = NAMES.flatMap((name) => {
    const value = place?.[name];
    return value === undefined ? [] : [`${name}=${encoded(value)}`];
  });
  const own = place === null ? [] : [`${field}=${[VERSION, ...pairs].join(';')}`];
  const all = [...others, ...own].join('&');
  return all === '' ? '' : `#${all}`;
}

function parts(hash: string): string[] {
  const text = hash.replace(/^#/, '');
  return text === '' ? [] : text.split('&');
}

/** Readable as far as an address can be: colons and slashes as they are, spaces as `+`. */
function encoded(value: string): string {
  // Halves of characters have no code in an address.
  return encodeURIComponent(new TextDecoder().decode(new TextEncoder().encode(value)))
    .replace(/%(?:3A|2F|40|2C)/g, decodeURIComponent)
    .replaceAll('%20', '+');
}

/** `null` for what is no text, or has control characters. */
function decoded(value: string): string | null {
  try {
    const text = decodeURIComponent(value.replaceAll('+', ' '));
    return /[^\P{Cc}\n]/u.test(text) ? null : text;
  } catch {
    return null;
  }
}
