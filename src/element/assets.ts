/** What the first view has to know of addresses: how a page's are read, and where the sample is. The others: `asset-urls.ts`. */
import { UsageError } from '../shared/errors.js';
import { assetsInside } from '../worker/assets-inside.js';
import type { AssetUrls } from './asset-urls.js';

/** What a page can say about the places. */
export interface AssetChoices {
  /** Attribute `asset-base`: folder that holds the `.wasm` files, `null` for the script's own. */
  readonly base: string | null;
  /** Addresses that override single files. */
  readonly overrides: Partial<AssetUrls>;
  /** Address of the page, against which relative ones are resolved. */
  readonly page: string;
}

/**
 * The folder of the sample, `null` where there is none. Where a bundler of the page has put its files elsewhere, the address
 * only stands for it: see `samples/sample-source.ts`.
 * @throws UsageError for what is no address
 */
export function sampleUrl({ base, overrides, page }: AssetChoices): string | null {
  const { model } = overrides;
  if (model !== undefined) return model && pageUrl(model, page, 'model').href;
  const beside = new URL('../../models/home-commands/model.safetensors', import.meta.url);
  // Some bundlers make addresses of it that are relative to the page's site.
  const url =
    base === null
      ? new URL('../home-commands/', new URL(beside.href, page))
      : pageUrl(folder(base, 'models/home-commands/'), page, 'asset-base');
  // The one file is copied without the sample, and what came from a disk cannot fetch.
  return url.protocol === 'file:' || (base === null && assetsInside !== null) ? null : url.href;
}

/**
 * An address that the page gave, against its own.
 * @param what names it in the error
 * @throws UsageError when it is none, or has a name or a password, which must not go into messages and lists
 */
export function pageUrl(address: string, page: string, what: string): URL {
  try {
    const url = new URL(address, page);
    if (url.username + url.password === '') return url;
  } catch {
    // Said below, without repeating it.
  }
  throw new UsageError(`${what} is no address, or has a password.`, { code: 'address' });
}

/**
 * A folder's address, whose path ends with a slash (or its last part would be replaced), or that of a file in it. A query,
 * which may sign the address, stays at the end.
 */
export function folder(address: string, file = ''): string {
  return address.replace(/\/?(?=[?#]|$)/, `/${file}`);
}

/** Last part of a folder's address, as its name. */
export function folderName(address: string): string {
  const last =
    new URL(address, 'https://localhost/').pathname
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
