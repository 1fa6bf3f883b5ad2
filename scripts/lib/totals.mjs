// The totals of a test run: one shape, one line, and readers for the lines that other runners print.

/** @typedef {{passed: number, failed: number, skipped: number}} Totals */

/** @returns {Totals} */
export function emptyTotals() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/** Adds `more` into `sum`. */
export function addTotals(sum, more) {
  sum.passed += more.passed;
  sum.failed += more.failed;
  sum.skipped += more.skipped;
  return sum;
}

/** `N passed, N failed`, and `, N skipped` when any were. */
export function totalsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * The last line of the form that {@link totalsLine} writes, or `null` when there is none.
 * @returns {Totals | null}
 */
export function parseTotals(output) {
  const lines = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/gm)];
  const last = lines.at(-1);
  if (last === undefined) return null;
  return { passed: Number(last[1]), failed: Number(last[2]), skipped: Number(last[3] ?? 0) };
}

/** The sum over the `test result:` lines of cargo, one for each test binary. */
export function parseCargoTotals(output) {
  const sum = emptyTotals();
  for (const [, passed, failed, ignored] of output.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )) {
    addTotals(sum, { passed: Number(passed), failed: Number(failed), skipped: Number(ignored) });
  }
  return sum;
}
