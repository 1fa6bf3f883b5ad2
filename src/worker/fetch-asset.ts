/** Brings a file that belongs to the element: from beside the script, or out of the script itself. */
import { isForbidden, watchPolicy } from '../shared/content-policy.js';
import { TransportError } from '../shared/errors.js';
import { assetsInside } from './assets-inside.js';
import { insideName } from './inside-url.js';

/**
 * As `fetch`; a file inside the script is there at once, and no content policy is asked.
 * @throws TypeError as `fetch` does when nothing comes
 */
export async function fetchAsset(url: string, options: RequestInit = {}): Promise<Response> {
  const name = insideName(url);
  if (name === null) return fetch(url, options);
  const text = assetsInside?.[name];
  if (text === undefined) throw new TypeError(`${url} is not inside this script.`);
  return new Response(fromBase64(text));
}

/**
 * A file that the page cannot do without.
 * @param advice where it belongs, as sentences
 * @throws TransportError that says whether the line, the server or the page's own policy is to blame; the signal's reason
 */
export async function needAsset(url: string, advice: string, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  const shown = withoutQuery(url);
  watchPolicy();
  try {
    response = await fetchAsset(url, signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const code = (await isForbidden(url)) ? 'connect-src' : 'page-file';
    throw new TransportError(
      `${shown} cannot be loaded. Check the connection, and that this page may fetch from there (connect-src, CORS). ${advice}`,
      { cause, code },
    );
  }
  if (response.ok) return response;
  const { status } = response;
  throw new TransportError(`${shown} cannot be loaded: the server answered ${status}. ${advice}`, {
    status,
    code: 'page-file',
  });
}

/** An address as messages may repeat it: what lets somebody in is in its query. */
export function withoutQuery(url: string): string {
  return url.replace(/\?.*/, '');
}

/** @throws DOMException when it is not Base64 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
