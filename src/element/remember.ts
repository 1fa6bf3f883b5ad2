/** Keeps an address that led to a model; apart from the list, which the first view shows. */
import { KEY, MOST, recentAddresses } from './recent.js';

/** Puts an address on top. */
export function rememberAddress(address: string): void {
  const others = recentAddresses().filter((known) => known !== address);
  try {
    localStorage.setItem(KEY, JSON.stringify([address, ...others].slice(0, MOST)));
  } catch {
    // Storage is full or forbidden; the list is a convenience.
  }
}
