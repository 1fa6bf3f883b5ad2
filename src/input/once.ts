/** Reads a part of a model when it is first asked for, and never again. */

/** A reader that keeps what was read; a failure is not kept: a line may be up again, and an abort is nobody else's. */
export function once<T>(read: (signal?: AbortSignal) => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let kept: Promise<T> | null = null;
  return (signal) => {
    if (kept !== null) return kept;
    const reading = read(signal);
    kept = reading;
    reading.catch(() => {
      if (kept === reading) kept = null;
    });
    return reading;
  };
}
