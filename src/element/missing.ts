/** Parts of the element that are fetched when they are needed, and did not come. */
import { TransportError } from '../shared/errors.js';

export function missing(cause: unknown): TransportError {
  return new TransportError(String(cause), { cause, code: 'page-file' });
}

/** For the `catch` of an `import()`. */
export function notLoaded(cause: unknown): never {
  throw missing(cause);
}
