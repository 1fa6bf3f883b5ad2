/** Errors in words for people: what happened, and what to do. */
import { failureCode, FormatError, TransportError, UnsupportedError, UsageError } from '../shared/errors.js';
import type { StoreOptions } from './store.js';
import type { FirstStrings, Strings } from './strings/strings.js';
import type { Failure } from './state.js';

/**
 * Chooses the headline by the kind of error and the remedy by its cause; the message is the error's own, which names the file.
 * @param help remedies in the page's language, `null` before they are loaded
 */
export function explain(
  error: Error,
  doing: Parameters<StoreOptions['explain']>[1],
  strings: FirstStrings,
  help: Strings['help'] | null,
): Failure {
  const code = failureCode(error);
  return {
    title: title(error, doing, strings),
    help: code === null ? null : (help?.[code] ?? null),
    message: error.message,
    error,
  };
}

function title(
  error: Error,
  doing: Parameters<StoreOptions['explain']>[1],
  { failures }: FirstStrings,
): string {
  if (error instanceof UnsupportedError) return failures.unsupported;
  if (error instanceof FormatError) return failures.format;
  if (error instanceof TransportError) return failures.transport;
  if (error instanceof UsageError) return failures.usage;
  if (error.name === 'PolicyError') return failures.policy;
  return failures[doing];
}
