/** What a board says of itself that runs the self-test: one line of JSON, among others (docs/selftest.md). */

export type SelftestVerdict = 'ok' | 'odd' | 'bad';

export interface SelftestResult {
  /** As the board names it. */
  readonly test: string;
  readonly verdict: SelftestVerdict;
  readonly value: string;
  /** Empty where nothing is. */
  readonly expected: string;
}

export interface SelftestReport {
  readonly mac: string;
  readonly results: readonly SelftestResult[];
  /** As it came, for a file. */
  readonly json: string;
}

const BEGIN = '{"selftest":1,';
/** Some twenty results of a hundred and fifty bytes are usual. */
const MOST_BYTES = 16 * 1024;
const MOST_RESULTS = 64;
/** The board says printable ASCII; anything else was lost on the way, or is somebody else's. */
const LINE = /^[\x20-\x7e]+$/;

/** A line of a board's output as a report, `null` when it is none or damaged: the board repeats it. */
export function readSelftestReport(line: string): SelftestReport | null {
  const json = line.trim();
  if (!json.startsWith(BEGIN) || json.length > MOST_BYTES || !LINE.test(json)) return null;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  const { mac, results } = value as { mac?: unknown; results?: unknown };
  if (!Array.isArray(results) || results.length === 0 || results.length > MOST_RESULTS) return null;
  if (!results.every(isResult) || typeof mac !== 'string') return null;
  return { mac, results, json };
}

function isResult(value: unknown): value is SelftestResult {
  const { test, verdict, value: found, expected } = (value ?? {}) as Partial<Record<string, unknown>>;
  return (
    [test, found, expected].every((text) => typeof text === 'string') &&
    (verdict === 'ok' || verdict === 'odd' || verdict === 'bad')
  );
}

/** Lines out of pieces of output. What has no end is kept, up to the longest line. */
export class SelftestReader {
  readonly #decoder = new TextDecoder('latin1');
  #rest = '';

  /** @returns the last report that the piece completes, `null` when none */
  push(bytes: Uint8Array): SelftestReport | null {
    const lines = (this.#rest + this.#decoder.decode(bytes)).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-MOST_BYTES);
    return lines.reduce<SelftestReport | null>((last, line) => readSelftestReport(line) ?? last, null);
  }
}
