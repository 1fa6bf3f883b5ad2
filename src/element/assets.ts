/** Where the element's files are: WebAssembly, worker and sample model, relative to the script or to what the page says. */
import { UsageError } from '../shared/errors.js';
import { assetsInside } from '../worker/assets-inside.js';
import { insideUrl } from '../worker/fetch-asset.js';
import type { RuntimeUrls } from '../worker/runtime.js';

/** Addresses of everything that the element fetches. */
export interface AssetUrls extends RuntimeUrls {
  /** The firmware that images are made with, fetched when one is asked for. */
  readonly firmware: string;
  /** The emulated chip, fetched when a board is first tried. */
  readonly emulator: string;
  /** The element in one file, which class kits carry. */
  readonly bundle: string;
  /** Folder of the bundled sample model; `null` where there is none, which is then not offered. */
  readonly model: string | null;
}

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
 * Resolves the addresses.
 * @param script address of the element's own script
 * @throws UsageError for what is no address
 */
export function assetUrls(script: string, choices: AssetChoices): AssetUrls {
  const base =
    choices.base === null ? scriptFolder(script) : pageUrl(folder(choices.base), choices.page, 'asset-base');
  const find = (name: string): string =>
    (choices.base === null ? insideUrl(name) : null) ?? new URL(name, base).href;
  const own: AssetUrls = {
    kernels: find('kernels.wasm'),
    twin: find('twin.wasm'),
    firmware: find('firmware.esp32s3.elf'),
    emulator: find('emulator.wasm'),
    bundle: new URL('esp32-llm-converter.bundle.js', base).href,
    model: sampleUrl(base, choices),
  };
  const given = Object.entries(choices.overrides).map(([name, url]) => [
    name,
    url === null ? null : pageUrl(url, choices.page, name).href,
  ]);
  return { ...own, ...(Object.fromEntries(given) as Partial<AssetUrls>) };
}

/**
 * An address that the page gave, against its own.
 * @param what names it in the error
 * @throws UsageError when it is none
 */
export function pageUrl(address: string, page: string, what: string): URL {
  try {
    return new URL(address, page);
  } catch {
    throw new UsageError(`${what} is no address: "${address}".`, { code: 'address' });
  }
}

/** The build puts the sample beside the scripts. The one file is copied without it, and what came from a disk cannot fetch. */
function sampleUrl(base: URL, choices: AssetChoices): string | null {
  const alone = choices.base === null && assetsInside !== null;
  return alone || base.protocol === 'file:' ? null : new URL('models/home-commands/', base).href;
}

/** The bundler moves code that several entries share one folder down, into `chunks/`; the files lie beside the entries. */
function scriptFolder(script: string): URL {
  const own = new URL('.', script);
  return own.pathname.endsWith('/chunks/') ? new URL('..', own) : own;
}

/** A folder's address ends with a slash, or its last part would be replaced. */
export function folder(address: string): string {
  return address.endsWith('/') ? address : `${address}/`;
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
