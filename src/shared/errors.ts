/**
 * The kinds of failure that every room throws, so that a caller can tell a bad file from a bad line
 * and a bad request. Every message says what happened and what to do.
 */

/** Where in the input a {@link FormatError} was found. */
export interface FormatErrorPlace {
  /** File name inside the model folder, or the package's name. */
  readonly file: string;
  /** Tensor name or field path inside the file, when one is to blame. */
  readonly field?: string | undefined;
  /** What the person can do about it, as one sentence. */
  readonly remedy: string;
}

/** The bytes are malformed, or well formed but not what we support. Permanent: retrying cannot help. */
export class FormatError extends Error {
  override readonly name: string = 'FormatError';
  readonly file: string;
  readonly field: string | undefined;
  readonly remedy: string;

  /**
   * @param problem what is wrong, as a sentence without the file name
   * @param place file, field and remedy
   */
  constructor(problem: string, place: FormatErrorPlace) {
    const where = place.field === undefined ? place.file : `${place.file}: ${place.field}`;
    super(`${where}: ${problem} ${place.remedy}`);
    this.file = place.file;
    this.field = place.field;
    this.remedy = place.remedy;
  }
}

/** A well-formed model that this version does not convert (family, quantized checkpoint, tokenizer part). */
export class UnsupportedError extends FormatError {
  override readonly name = 'UnsupportedError';
}

/** Bytes could not be fetched or read; the same request may succeed later. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;

  constructor(message: string, options: { status?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}

/** The caller asked for something impossible or contradictory (command line: exit code 2). */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

/** The model does not fit the board that it is converted for; the message says by how much and what would help. */
export class FitError extends UsageError {
  override readonly name = 'FitError';
}

/** Throws the signal's reason when it is aborted; call it between pieces of long work. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}

/** Whether `error` is the result of an abort rather than a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
