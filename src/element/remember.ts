/** Keeps an address that led to a model; apart from the list, which the first view shows. */
import { KEY, MOST, recentAddresses } from './recent.js';

const QUERY = /[?#]/;

/** Puts an address on top; not one with a query, which may be all that lets anybody in. */
export function rememberAddress(address: string): void {
  if (QUERY.test(address)) return;
  const others = recentAddresses().filter((known) => known !== address && !QUERY.test(known));
  try {
    localStorage.setItem(KEY, JSON.stringify([address, ...others].slice(0, MOST)));
  } catch {
    // Storage is full or forbidden; the list is a convenience.
  }
}
