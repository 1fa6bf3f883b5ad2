/** Errors in words for people: what happened, and what to do. Loaded with the words. */
import { showable } from '../shared/safe-text.js';
import { failureCode, FormatError, UnsupportedError, UsageError } from '../shared/errors.js';
import type { FailureCause } from './failure-causes.js';
import type { StoreOptions } from './store.js';
import type { Strings } from './strings/strings.js';
import type { Failure } from './state.js';

export { followFailures } from './beside-door.js';
export { failureView } from './views/failure.js';

/** The common cause of an error, else its kind. */
export function causeOf(error: Error): FailureCause {
  const code = failureCode(error);
  if (code !== null) return code;
  if (error instanceof UnsupportedError) return 'unsupported';
  if (error instanceof FormatError) return 'format';
  return error instanceof UsageError ? 'usage' : 'other';
}

/** Chooses the headline by the kind of error and the remedy by its cause; the message is the error's own, which names the file. */
export function explain(
  error: Error,
  doing: Parameters<StoreOptions['explain']>[1],
  { failures, help }: Strings,
): Failure {
  const cause = causeOf(error);
  return {
    title: failures[headline(error, cause, doing)],
    help: help[cause],
    message: showable(error.message),
    error,
    ...(error instanceof FormatError && error.choices ? { choices: error.choices } : {}),
  };
}

function headline(
  error: Error,
  cause: FailureCause,
  doing: Parameters<StoreOptions['explain']>[1],
): keyof Strings['failures'] {
  if (cause === 'page-file') return 'views';
  if (cause === 'connect-src' || error.name === 'PolicyError') return 'policy';
  if (cause === 'firmware') return 'image';
  if (error instanceof UnsupportedError) return 'unsupported';
  if (error instanceof FormatError) return 'format';
  if (error.name === 'TransportError') return 'transport';
  return error instanceof UsageError ? 'usage' : doing;
}
