/** A model folder behind a URL: small files and parts of large ones by HTTP range requests. */
import { TransportError } from '../shared/errors.js';
import type { ByteSource, ModelFolder } from './byte-source.js';
import { checkName, checkRange } from './checks.js';
import { DownloadMeter } from './download-meter.js';
import {
  announcedBytes,
  checkedAddress,
  get,
  isCoded,
  readPart,
  readUpTo,
  LineError,
} from './http-request.js';
import type { BodyReader, HttpOptions } from './http-request.js';
import { MemorySource } from './memory-folder.js';
import { isModelFile } from './model-file.js';
import { WindowPool } from './read-ahead.js';

/**
 * Largest file taken as a whole from a server without ranges: it stays in memory until the work is done, and the
 * models that fit a microcontroller are smaller.
 */
export const MAX_WHOLE_DOWNLOAD = 256 * 1024 * 1024;

/** Says why a file was refused by the server, for the statuses that have a cause of their own. */
export type Explain = (status: number, response: Response) => string | null;

/** A file to be opened. */
export interface HttpFile {
  readonly name: string;
  readonly url: string;
  readonly options: HttpOptions;
  /** Words for a refusal that depend on the kind of server. */
  readonly explain: Explain;
  /** The folder's windows for reading ahead. */
  readonly pool: WindowPool;
}

/** A file whose ranges the server gives. */
class HttpSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #url: string;
  readonly #tag: string | null;
  readonly #options: HttpOptions;
  readonly #downloads: DownloadMeter;

  constructor(name: string, url: string, size: number, tag: string | null, options: HttpOptions) {
    this.name = name;
    this.size = size;
    this.#url = url;
    this.#tag = tag;
    this.#options = options;
    this.#downloads = new DownloadMeter(name, options.onProgress);
  }

  async read(begin: number, end: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted();
    checkRange(this, begin, end);
    if (begin === end) return new Uint8Array(0);
    const first = await this.#ask(begin, end, signal);
    if (first.length === end - begin) return first;
    const bytes = new Uint8Array(end - begin);
    bytes.set(first);
    for (let done = first.length; done < bytes.length;) {
      const next = await this.#ask(begin + done, end, signal);
      bytes.set(next, done);
      done += next.length;
    }
    return bytes;
  }

  /**
   * Asks for a range once. A server may give more than was asked for, or its beginning only: Content-Range says what came
   * (RFC 9110 §15.3.7).
   * @returns at least one byte from `begin` on
   */
  async #ask(begin: number, end: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const download = this.#downloads.begin(end - begin);
    let got = 0;
    const { body, response } = await get(
      this.#url,
      { Range: `bytes=${begin}-${end - 1}` },
      async (answer, heard) => {
        if (answer.status !== 206) return null;
        // What an attempt got that failed is got again.
        download.received(-got);
        got = 0;
        if (isCoded(answer)) {
          throw new TransportError(
            `${this.name}: the server compresses parts of the file (Content-Encoding), which then do not fit together. ` +
              'Turn that off for it, or download the folder and choose it here.',
            { code: 'no-ranges' },
          );
        }
        // Where the header is hidden, the answer has to be what was asked for.
        const given = contentRange(answer) ?? { begin, end, total: null };
        this.#checkUnchanged(answer, given);
        if (given.begin > begin || given.end <= begin) {
          throw new LineError(`the server gave bytes ${given.begin} to ${given.end} for ${begin} to ${end}`);
        }
        const length = Math.min(given.end, end) - begin;
        const part = { skip: begin - given.begin, length, goesOn: given.end > end };
        return readPart(answer, part, heard, (bytes) => {
          got += bytes;
          download.received(bytes);
        });
      },
      this.#options,
      signal,
    ).finally(() => download.end());
    if (body !== null) return body;
    throw new TransportError(
      `${this.name}: the server gave bytes before and now answers ${response.status}. Try again.`,
      { status: response.status },
    );
  }

  /** Bytes of two versions of a file must never be mixed. */
  #checkUnchanged(response: Response, { total }: ContentRange): void {
    const tag = entityTag(response);
    const changed =
      (total !== null && total !== this.size) || (tag !== null && this.#tag !== null && tag !== this.#tag);
    if (changed) {
      throw new TransportError(
        `${this.name}: the file changed on the server while it was read. Start again.`,
        { code: 'file-changed' },
      );
    }
  }
}

/** A file that was taken whole, or why there is none. */
type Opened = ByteSource | 'absent' | 'large' | 'coded';

/** Takes a file as a whole. */
function wholeFile(name: string, { onProgress }: HttpOptions): BodyReader<Opened> {
  return async (answer, heard) => {
    if (answer.status !== 200) return null;
    const download = new DownloadMeter(name, onProgress).begin(announcedBytes(answer));
    const whole = await readUpTo(answer, MAX_WHOLE_DOWNLOAD, heard, (bytes) => download.received(bytes));
    return whole === null ? 'large' : new MemorySource(name, whole);
  };
}

/** Attempts at the first byte whose answers break off before a server is taken to code its parts in secret. */
const BROKEN_PARTS = 2;

/**
 * Opens a file behind a URL.
 *
 * The first byte is asked for as a range (not by HEAD: behind a CDN its length and ranges get lost). A server that knows no
 * ranges answers with the whole file, which is then kept in memory when it is not too large; `onNote` hears about it. One that
 * compresses what it stores gives parts of the compressed bytes, which no browser can open: it is asked for the whole file, too.
 * @returns `null` when the file is absent
 * @throws TransportError
 */
export async function openHttp(
  { name, url, options, explain, pool }: HttpFile,
  signal: AbortSignal | undefined,
): Promise<ByteSource | null> {
  const takeWhole = wholeFile(name, options);
  let broken = 0;
  const first: BodyReader<Opened> = async (answer, heard) => {
    if (answer.status === 404 || answer.status === 410) return 'absent';
    // Servers of pages answer any address with their page, some of them with parts of it.
    if (answer.ok && isPage(answer) && !/\.html?$/i.test(name)) return 'absent';
    const range = contentRange(answer);
    if (answer.status === 416) {
      // An empty file has no first byte.
      return range?.total === 0 ? new MemorySource(name, new Uint8Array(0)) : null;
    }
    if (answer.status !== 206) return takeWhole(answer, heard);
    if (isCoded(answer)) return 'coded';
    if (range === null || range.total === null) return null;
    // Some servers give all of the file for its first byte: that is not waited for.
    if (range.begin === 0 && range.end === 1) {
      try {
        await readPart(answer, { skip: 0, length: 1, goesOn: false }, heard);
      } catch (error) {
        if (error instanceof LineError && ++broken === BROKEN_PARTS) return 'coded';
        throw error;
      }
    }
    return pool.wrap(new HttpSource(name, url, range.total, entityTag(answer), options));
  };
  let { response, body } = await get(url, { Range: 'bytes=0-0' }, first, options, signal);
  if (body === 'coded') {
    ({ response, body } = await get<Opened>(url, {}, takeWhole, options, signal));
  }
  if (body === 'absent') return null;
  if (body === 'large' || body === 'coded') {
    throw new TransportError(
      `${name}: the server gives no parts of files and the file is larger than ${MAX_WHOLE_DOWNLOAD >> 20} MiB. ` +
        'Use a server with range requests, or download the folder and choose it here.',
      { code: 'no-ranges' },
    );
  }
  if (body !== null) {
    if (body instanceof MemorySource && response.status === 200 && body.size > 1024 * 1024) {
      options.onNote?.(
        `${name}: the server gives no parts of files, so all ${body.size} bytes were downloaded at once.`,
      );
    }
    return body;
  }
  const { status } = response;
  if (status === 206) {
    throw new TransportError(
      `${name}: the server gives parts of files but hides their length. It must expose the Content-Range header ` +
        '(Access-Control-Expose-Headers).',
      { status, code: 'no-ranges' },
    );
  }
  throw new TransportError(`${name}: ${explain(status, response) ?? explainPlain(status)}`, { status });
}

function explainPlain(status: number): string {
  if (status === 401 || status === 403) {
    return `the server refuses access (${status}). Download the folder yourself and choose it here.`;
  }
  return `the server answered ${status}. Check the address.`;
}

/**
 * A folder behind a URL. It cannot be listed: files are looked for by name.
 * @param baseUrl address of the folder, or of a file that is a model by itself; a query string is kept for every file
 * @param files addresses of all files by name, where they do not lie in the folder under their own names (`data:` ones too);
 *   the folder's address is then only its name
 * @throws TransportError when the address is not an http(s) URL, or has a name or a password in it
 */
export function httpFolder(
  baseUrl: string,
  options: HttpOptions = {},
  files: Readonly<Record<string, string>> | null = null,
): ModelFolder {
  const base = parseBase(baseUrl);
  const pool = new WindowPool();
  const addresses = files === null ? null : new Map(Object.entries(files));
  const name = decodeLast(base.pathname);
  // A file that is a model by itself: its parts, and what belongs to it, lie beside it.
  const isFile = addresses === null && isModelFile(name);
  if (isFile) base.pathname = base.pathname.replace(/[^/]*\/$/, '');
  return {
    name: name || base.host,
    names: isFile ? [name] : addresses === null ? null : [...addresses.keys()].sort(),
    async open(name, signal) {
      checkName(name);
      if (addresses !== null) {
        const address = addresses.get(name);
        if (address === undefined) return null;
        if (address.startsWith('data:')) return new MemorySource(name, dataBytes(name, address));
        return openHttp({ name, url: address, options, explain: () => null, pool }, signal);
      }
      const url = new URL(base);
      url.pathname = base.pathname + encodeName(name);
      return openHttp({ name, url: url.href, options, explain: () => null, pool }, signal);
    },
  };
}

function parseBase(baseUrl: string): URL {
  // In a page, relative addresses are relative to the page.
  const context = (globalThis as { location?: { href?: string } }).location?.href;
  const url = checkedAddress(baseUrl, context);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  url.hash = '';
  return url;
}

/** A name as part of a URL path. */
export function encodeName(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

function decodeLast(path: string): string {
  const last =
    path
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** The bytes in a `data:` address. It is not fetched: a content policy would have to permit that. */
function dataBytes(name: string, address: string): Uint8Array {
  const [, coding, data] = /^data:[^,]*?(;base64)?,([^]*)$/.exec(address) ?? [];
  try {
    if (data === undefined) throw new SyntaxError('it has no data');
    const text = decodeURIComponent(data);
    return coding === undefined
      ? new TextEncoder().encode(text)
      : Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new TransportError(`${name}: its address is no data: ${String(cause)}.`, { cause });
  }
}

interface ContentRange {
  /** First byte and one past the last; both 0 when the server names none (status 416). */
  readonly begin: number;
  readonly end: number;
  /** Length of the whole file, `null` when the server does not say. */
  readonly total: number | null;
}

/** The Content-Range header (RFC 9110 §14.4), `null` when it is absent, hidden or malformed. */
function contentRange(response: Response): ContentRange | null {
  const match = /^bytes (?:(\d{1,16})-(\d{1,16})|\*)\/(\d{1,16}|\*)$/.exec(
    response.headers.get('content-range') ?? '',
  );
  if (match === null) return null;
  const begin = match[1] === undefined ? 0 : Number(match[1]);
  const end = match[2] === undefined ? 0 : Number(match[2]) + 1;
  const total = match[3] === '*' ? null : Number(match[3]);
  if (![begin, end, total ?? 0].every(Number.isSafeInteger)) return null;
  return begin <= end && (total === null || end <= total) ? { begin, end, total } : null;
}

/** The entity tag without its weakness mark, `null` when absent or hidden. */
function entityTag(response: Response): string | null {
  return response.headers.get('etag')?.replace(/^W\//, '') ?? null;
}

function isPage(response: Response): boolean {
  return /^\s*text\/html\b/i.test(response.headers.get('content-type') ?? '');
}
