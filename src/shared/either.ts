/** Signals that are aborted by several others. */

/**
 * Aborted with the first of these: what `AbortSignal.any` gives, which browsers have had since 2024 only.
 * @param until ends the listening
 */
export function either(signals: readonly (AbortSignal | undefined)[], until: AbortSignal): AbortSignal {
  const first = new AbortController();
  for (const signal of signals) {
    const follow = (): void => first.abort(signal?.reason);
    if (signal?.aborted === true) follow();
    else signal?.addEventListener('abort', follow, { signal: until });
  }
  return first.signal;
}
