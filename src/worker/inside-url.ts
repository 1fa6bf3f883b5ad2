/** Addresses of files that the script carries: apart from what fetches them, because a page needs the addresses first. */
import { assetsInside } from './assets-inside.js';

const INSIDE = 'inside:';

/** The address of a file inside the script, `null` when it lies beside it. */
export function insideUrl(name: string): string | null {
  return assetsInside !== null && name in assetsInside ? INSIDE + name : null;
}

/** The file's name in such an address, `null` when it is another kind of address. */
export function insideName(url: string): string | null {
  return url.startsWith(INSIDE) ? url.slice(INSIDE.length) : null;
}
