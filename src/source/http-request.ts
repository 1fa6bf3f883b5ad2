/** One HTTP GET, done carefully: retried when the line fails, watched for silence, read to an exact length. */
import { isForbidden, watchPolicy } from '../shared/content-policy.js';
import { TransportError } from '../shared/errors.js';
import type { OnProgress } from '../shared/progress.js';

/** The part of `fetch` that is used; tests and embedders may hand in their own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How requests are made. */
export interface HttpOptions {
  /** Stands in for the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Waits before a retry; a test hands in its own clock. */
  readonly sleep?: ((milliseconds: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
  /** Told how far the download of a file is that is not there at once, as the stage `downloading`. */
  readonly onProgress?: OnProgress | undefined;
  /** Told what a person should know: a server without ranges, a request that is tried again. */
  readonly onNote?: ((note: string) => void) | undefined;
}

/** Attempts per request. With the waits below about four seconds of a broken line are bridged. */
const ATTEMPTS = 4;

/** Wait before the first retry; it doubles with each. */
const FIRST_WAIT_MS = 500;

/** Longest wait that a server may ask for by Retry-After; beyond it a person should decide. */
const MAX_RETRY_AFTER_MS = 20_000;

/** A connection that gives nothing for so long is taken for dead. Slow lines still give something. */
const SILENCE_MS = 30_000;

/** Statuses that mean "not now": timeouts, too early, too many requests, faults of the server and its gateways. */
const RETRIED = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A response with its body read: `null` when the caller did not want the body of this answer. */
export interface Answer<T> {
  readonly response: Response;
  readonly body: T | null;
}

/** Reads what it needs of a response's body; throws {@link LineError} when the line failed, to be tried again. */
export type BodyReader<T> = (response: Response, heard: () => void) => Promise<T | null>;

/** The line failed in a way that another attempt may mend. */
export class LineError extends Error {
  override readonly name = 'LineError';
}

/**
 * Makes one GET request and reads its body, trying again when the line or the server fails.
 * @param url the address
 * @param headers request headers; keep to safe-listed ones, others cost a preflight that some hosts refuse
 * @param readBody called for every answer that is not retried
 * @throws TransportError after the last attempt, and for an address with a name or a password in it; whatever `readBody` throws except {@link LineError}
 */
export async function get<T>(
  url: string,
  headers: Readonly<Record<string, string>>,
  readBody: BodyReader<T>,
  options: HttpOptions,
  signal: AbortSignal | undefined,
): Promise<Answer<T>> {
  const sleep = options.sleep ?? sleepFor;
  // Without the query, which may be all that lets somebody in.
  const { origin, pathname } = checkedAddress(url);
  const shown = origin + pathname;
  watchPolicy();
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    let wait = FIRST_WAIT_MS * 2 ** (attempt - 1);
    let reason: string;
    let status: number | undefined;
    try {
      const answer = await attemptOnce(url, headers, readBody, options, signal);
      if ('body' in answer) return answer;
      status = answer.response.status;
      reason = `the server answered ${status}`;
      wait = Math.max(wait, retryAfter(answer.response));
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof LineError)) throw error;
      if (await isForbidden(url)) {
        throw new TransportError(
          `${shown}: the page's Content-Security-Policy forbids it. Add the address to its connect-src, or choose the folder as files.`,
          { code: 'connect-src' },
        );
      }
      reason = error.message;
    }
    if (attempt === ATTEMPTS) {
      throw new TransportError(
        `${shown}: ${reason}, ${ATTEMPTS} times. Check the address and the network, then try again.`,
        { status },
      );
    }
    options.onNote?.(`${shown}: ${reason}; trying again.`);
    await sleep(wait, signal);
  }
}

/**
 * Reads an address. The message does not repeat it: it may have a password in it.
 * @param page what it may be relative to
 * @throws TransportError for what is none of http or https, and for one with a name or a password in it
 */
export function checkedAddress(address: string, page?: string): URL {
  try {
    const url = new URL(address, page);
    if (/^https?:/.test(url.protocol) && url.username + url.password === '') return url;
  } catch {
    // Said below.
  }
  throw new TransportError(
    'This is no address to read from. Give a full one, http://… or https://…, without a name or a password in it.',
    { code: 'address' },
  );
}

async function attemptOnce<T>(
  url: string,
  headers: Readonly<Record<string, string>>,
  readBody: BodyReader<T>,
  options: HttpOptions,
  signal: AbortSignal | undefined,
): Promise<Answer<T> | { response: Response }> {
  const request = options.fetch ?? globalThis.fetch.bind(globalThis);
  // An own controller: it ends the request on abort, on silence, and when the body is not wanted.
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  let silent = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silent = true;
      controller.abort();
    }, SILENCE_MS);
  };
  try {
    heard();
    let response: Response;
    try {
      response = await request(url, { headers: { ...headers }, signal: controller.signal });
    } catch (error) {
      throw lineError(error, silent);
    }
    if (RETRIED.has(response.status)) return { response };
    return { response, body: await readBody(response, heard) };
  } catch (error) {
    if (silent) throw lineError(error, true);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    // Ends a body that nobody read; after a finished one this does nothing.
    controller.abort();
  }
}

function lineError(error: unknown, silent: boolean, how = ''): LineError {
  if (silent) return new LineError(`nothing came for ${SILENCE_MS / 1000} seconds`);
  return new LineError(
    `the request failed (${error instanceof Error ? error.message : String(error)}${how})`,
  );
}

/** Milliseconds that the server asks to wait, 0 when it does not say or exaggerates. */
function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? '');
  return Number.isFinite(seconds) && seconds > 0 && seconds * 1000 <= MAX_RETRY_AFTER_MS ? seconds * 1000 : 0;
}

/** Which bytes of a body are wanted. */
export interface BodyPart {
  /** Bytes before them. */
  readonly skip: number;
  readonly length: number;
  /** More bytes follow, which nobody waits for; otherwise the body has to end here. */
  readonly goesOn: boolean;
}

/**
 * Reads a part of a body.
 * @param onBytes told of wanted bytes as they come
 * @throws LineError when the body ends before the part does, or goes on where it should not
 */
export async function readPart(
  response: Response,
  { skip, length, goesOn }: BodyPart,
  heard: () => void,
  onBytes?: (bytes: number) => void,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  // Where the next chunk begins, counted from the first wanted byte.
  let at = -skip;
  await eachChunk(response, heard, (chunk) => {
    const end = at + chunk.length;
    if (end > length && !goesOn) throw new LineError('the server sent more than was asked for');
    const from = Math.max(at, 0);
    const to = Math.min(end, length);
    if (from < to) {
      bytes.set(chunk.subarray(from - at, to - at), from);
      onBytes?.(to - from);
    }
    at = end;
    return !goesOn || at < length;
  });
  if (at < length) throw new LineError(`the answer ended after ${at + skip} of ${length + skip} bytes`);
  return bytes;
}

/**
 * Reads a body of unknown length.
 * @param onBytes told of bytes as they come
 * @returns `null` when it is longer than `cap` bytes
 * @throws LineError when the line fails
 */
export async function readUpTo(
  response: Response,
  cap: number,
  heard: () => void,
  onBytes?: (bytes: number) => void,
): Promise<Uint8Array | null> {
  const announced = announcedBytes(response);
  if (announced > cap) return null;
  const chunks: Uint8Array[] = [];
  let length = 0;
  const whole = await eachChunk(response, heard, (chunk) => {
    length += chunk.length;
    if (length > cap) return false;
    chunks.push(chunk);
    onBytes?.(chunk.length);
    return true;
  });
  if (!whole) return null;
  if (announced > 0 && announced !== length && !mayBeCoded(response, announced, length)) {
    throw new LineError(`the answer ended after ${length} of ${announced} bytes`);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Length of a body as its answer announces it, 0 for unknown. A coded one announces the length of its code. */
export function announcedBytes(response: Response): number {
  return isCoded(response) ? 0 : Number(response.headers.get('content-length') ?? '');
}

/** The server has compressed the body, or says so. */
export function isCoded({ headers }: Response): boolean {
  return !/^(identity)?$/i.test(headers.get('content-encoding') ?? '');
}

/** What codings add at most to a body that they cannot shorten. */
const CODING_BYTES = 64;

/** Servers elsewhere need not show that a body was coded: it is then usually shorter than what comes out of it. */
function mayBeCoded({ type }: Response, announced: number, length: number): boolean {
  return type === 'cors' && length > announced - CODING_BYTES;
}

/** Hands over each chunk; stops early, giving `false`, when `take` gives `false`. */
async function eachChunk(
  response: Response,
  heard: () => void,
  take: (chunk: Uint8Array) => boolean | void,
): Promise<boolean> {
  if (response.body === null) return true;
  const reader = response.body.getReader();
  try {
    for (;;) {
      let step: ReadableStreamReadResult<Uint8Array>;
      try {
        step = await reader.read();
      } catch (error) {
        const coding = response.headers.get('content-encoding');
        throw lineError(error, false, coding === null ? '' : `, sent with Content-Encoding: ${coding}`);
      }
      if (step.done) return true;
      heard();
      if (take(step.value) === false) return false;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Waits, or throws the signal's reason as soon as it is aborted. */
function sleepFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
