/**
 * The kinds of failure that every room throws, so that a caller can tell a bad file from a bad line
 * and a bad request. Every message says what happened and what to do.
 */

/**
 * Causes that people meet often enough for a page to say the remedy in their language. Each room adds its own in its
 * `failures.ts`, as every event adds itself to the browser's map of events; a cause that several rooms meet is declared by the
 * leftmost of them. Here are those that no room has to itself.
 */
export interface FailureCodes {
  /** The server wants to know who asks, or refuses. */
  refused: true;
  absent: true;
  network: true;
  /** No more memory is to be had. */
  memory: true;
  /** The model does not fit the board. */
  unfit: true;
}

export type FailureCode = keyof FailureCodes;

/** Where in the input a {@link FormatError} was found. */
export interface FormatErrorPlace {
  /** File name inside the model folder, or the package's name. */
  readonly file: string;
  /** Tensor name or field path inside the file, when one is to blame. */
  readonly field?: string | undefined;
  /** What the person can do about it, as one sentence. */
  readonly remedy: string;
  /** For causes that are common. */
  readonly code?: FailureCode | undefined;
  /** Folders inside that may be meant instead: paths. */
  readonly choices?: readonly string[] | undefined;
}

/** The bytes are malformed, or well formed but not what we support. Permanent: retrying cannot help. */
export class FormatError extends Error {
  override readonly name: string = 'FormatError';
  readonly file: string;
  readonly field: string | undefined;
  readonly remedy: string;
  readonly choices: readonly string[] | undefined;
  /** May be given later by whoever knows what the file is for. */
  code: FailureCode | undefined;

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
    this.choices = place.choices;
    this.code = place.code;
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
  readonly code: FailureCode | undefined;

  constructor(
    message: string,
    options: { status?: number | undefined; code?: FailureCode | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = options.status;
    this.code = options.code;
  }
}

/** The caller asked for something impossible or contradictory (command line: exit code 2). */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
  readonly code: FailureCode | undefined;

  constructor(message: string, options: { code?: FailureCode | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }
}

/** The model does not fit the board that it is converted for; the message says by how much and what would help. */
export class FitError extends UsageError {
  override readonly name = 'FitError';
  override readonly code = 'unfit';
}

/** Throws the signal's reason when it is aborted; call it between pieces of long work. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  signal?.throwIfAborted();
}

/** Whether `error` is the result of an abort rather than a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** The common cause of an error, `null` when it is another; answers of servers are told apart by their status. */
export function failureCode(error: unknown): FailureCode | null {
  const { name } = error as Error;
  // By its name: pages load its class when a worker is started.
  if (error instanceof FormatError || error instanceof UsageError || name === 'PolicyError')
    return (error as UsageError).code ?? null;
  // What engines throw when no room is left, and how a worker that ran out of it ends.
  if (name === 'RangeError' || name === 'WorkerCrash') return 'memory';
  if (!(error instanceof TransportError)) return null;
  if (error.code !== undefined) return error.code;
  if (error.status === 401 || error.status === 403) return 'refused';
  return error.status === 404 ? 'absent' : 'network';
}
