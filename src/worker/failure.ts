/** Errors across the thread border: a clone keeps neither class nor fields, so both are packed and rebuilt. */
import {
  FitError,
  FormatError,
  TransportError,
  UnsupportedError,
  UsageError,
  type FailureCode,
} from '../shared/errors.js';
import { showable } from '../shared/safe-text.js';

/** An error as plain data. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly file?: string | undefined;
  readonly field?: string | undefined;
  readonly remedy?: string | undefined;
  readonly status?: number | undefined;
  readonly code?: FailureCode | undefined;
  readonly choices?: readonly string[] | undefined;
}

/** An error of a kind that has no class of its own on the page: a bug, or memory that ran out. */
export class WorkerError extends Error {
  override readonly name: string;

  constructor(packed: PackedError) {
    super(packed.message);
    this.name = packed.name;
  }
}

/** The message may quote the file; it is made safe to show. */
export function packError(error: unknown): PackedError {
  const packed = fields(error);
  return { ...packed, message: showable(packed.message) };
}

/** How browsers say that an `import()` found nothing: Chromium and Firefox, Safari. */
const NOT_IMPORTED = /dynamically imported module|Importing a module script failed/i;

/** A part of the program was not to be had; where there is no worker, the page's own imports fetch them. */
export function partNotLoaded(cause: unknown): TransportError {
  return new TransportError(
    "A part of the converter's program could not be loaded. Check the connection and try again.",
    { cause, code: 'page-file' },
  );
}

function fields(thrown: unknown): PackedError {
  const error =
    thrown instanceof TypeError && NOT_IMPORTED.test(thrown.message) ? partNotLoaded(thrown) : thrown;
  if (error instanceof FormatError) {
    const { name, message, file, field, remedy, code, choices } = error;
    return { name, message, file, field, remedy, code, choices };
  }
  if (error instanceof TransportError)
    return { name: error.name, message: error.message, status: error.status, code: error.code };
  if (error instanceof UsageError) return { name: error.name, message: error.message, code: error.code };
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

export function unpackError(packed: PackedError): Error {
  switch (packed.name) {
    case 'FormatError':
      return format(FormatError, packed);
    case 'UnsupportedError':
      return format(UnsupportedError, packed);
    case 'TransportError':
      return new TransportError(packed.message, { status: packed.status, code: packed.code });
    case 'UsageError':
      return new UsageError(packed.message, { code: packed.code });
    case 'FitError':
      return new FitError(packed.message);
    case 'AbortError':
      return new DOMException(packed.message, 'AbortError');
    case 'RangeError':
      return new RangeError(packed.message);
    default:
      return new WorkerError(packed);
  }
}

function format(kind: typeof FormatError, packed: PackedError): FormatError {
  const error = new kind('', {
    file: packed.file ?? '',
    field: packed.field,
    remedy: packed.remedy ?? '',
    code: packed.code,
    choices: packed.choices,
  });
  // The constructor composes a message from its parts; this one is already composed.
  error.message = packed.message;
  return error;
}
