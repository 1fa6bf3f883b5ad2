/** The numbers of a package's weights, as bytes stream past: codes, floats, scales, and zeros between them. */
import { TENSOR_ALIGNMENT, alignUp, encodingSpec, rowPadding, type TableSpec } from '../schema/encodings.js';
import type { Fail } from './fail.js';
import type { PackageTensor } from './tensors.js';

/**
 * A run of the weights section under one rule. Codes lie within ±127, numbers are finite, scales are finite and have no
 * sign; what fills up rows and lines is zero.
 */
interface Span {
  readonly begin: number;
  readonly end: number;
  readonly holds: 'codes' | 'codes of 4 bits' | 'numbers' | 'scales' | 'group scales' | 'zeros';
  /** Rows of which the last bytes have bits that hold nothing. */
  readonly row?: { readonly bytes: number; readonly padding: Uint8Array };
  readonly name: string;
}

const MOST_NEGATIVE_CODE = 0x80;

/** Bits of an F32 without the sign, and of infinity: from there on there are no numbers. */
const MAGNITUDE = 0x7fffffff;
const INFINITY_BITS = 0x7f800000;

export class WeightsChecker {
  /** What is wrong with the first number that breaks a rule, `null` as long as none does. */
  problem: Error | null = null;
  private readonly spans: readonly Span[];
  private next = 0;
  private at = 0;

  /** @param fail makes {@link problem} */
  constructor(
    tensors: readonly PackageTensor[],
    private readonly fail: Fail,
  ) {
    this.spans = spansOf(tensors);
  }

  /** Takes the next bytes of the section; every call but the last brings a multiple of 4. */
  take(bytes: Uint8Array): void {
    const begin = this.at;
    const end = begin + bytes.length;
    for (; this.problem === null && this.next < this.spans.length; this.next++) {
      const span = this.spans[this.next] as Span;
      const from = Math.max(span.begin, begin);
      const to = Math.min(span.end, end);
      this.problem = checkSpan(bytes.subarray(from - begin, to - begin), from, span, this.fail);
      if (span.end > end) break;
    }
    this.at = end;
  }
}

const TABLE_HOLDS: Readonly<Record<TableSpec['type'], Span['holds']>> = {
  f32: 'scales',
  u8: 'group scales',
  i8: 'codes',
};

function spansOf(tensors: readonly PackageTensor[]): Span[] {
  const spans: Span[] = [];
  const pad = (name: string): void => {
    const begin = spans.at(-1)?.end ?? 0;
    spans.push({ begin, end: alignUp(begin, TENSOR_ALIGNMENT), holds: 'zeros', name });
  };
  for (const { name, encoding, cols, rowBytes, dataOffset, dataLength, tables } of tensors) {
    const padding = rowPadding(encoding, cols);
    const { holds, bits } = encodingSpec(encoding);
    spans.push({
      begin: dataOffset,
      end: dataOffset + dataLength,
      holds: holds === 'codes' && bits === 4 ? 'codes of 4 bits' : holds,
      ...(padding.length > 0 ? { row: { bytes: rowBytes, padding } } : {}),
      name,
    });
    pad(name);
    for (const { offset, bytes, type } of tables) {
      spans.push({ begin: offset, end: offset + bytes, holds: TABLE_HOLDS[type], name });
      pad(name);
    }
  }
  return spans;
}

/** @param from offset of the bytes in the section */
function checkSpan(bytes: Uint8Array, from: number, span: Span, fail: Fail): Error | null {
  const wrong = (index: number, problem: string): Error =>
    fail(`WGHT ${span.name}`, `${problem} at byte ${from + index} of the weights: the file is damaged.`);
  const bad = BAD[span.holds](bytes);
  if (bad >= 0) return wrong(bad, PROBLEM[span.holds]);
  if (span.row === undefined) return null;
  const { bytes: rowBytes, padding } = span.row;
  for (let row = Math.floor((from - span.begin) / rowBytes); ; row++) {
    const start = span.begin + (row + 1) * rowBytes - padding.length - from;
    if (start >= bytes.length) return null;
    const odd = padding.findIndex((bits, i) => ((bytes[start + i] ?? 0) & bits) !== 0);
    if (odd >= 0) return wrong(start + odd, PROBLEM.zeros);
  }
}

const PROBLEM: Readonly<Record<Span['holds'], string>> = {
  codes: 'There is the code -128',
  'codes of 4 bits': '',
  numbers: 'There is no finite number',
  scales: 'There is a scale that is negative or no finite number',
  'group scales': '',
  zeros: 'There is padding that is not zero',
};

/** Where the first byte or number lies that breaks the rule, -1 for none. */
const BAD: Readonly<Record<Span['holds'], (bytes: Uint8Array) => number>> = {
  codes: (bytes) => bytes.indexOf(MOST_NEGATIVE_CODE),
  numbers: (bytes) => findWord(bytes, (bits) => (bits & MAGNITUDE) >= INFINITY_BITS),
  scales: (bytes) => findWord(bytes, (bits) => bits >= INFINITY_BITS),
  // Any byte is one, or two.
  'codes of 4 bits': () => -1,
  'group scales': () => -1,
  zeros: (bytes) => bytes.findIndex((byte) => byte !== 0),
};

function findWord(bytes: Uint8Array, isBad: (bits: number) => boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    if (isBad(view.getUint32(at, true))) return at;
  }
  return -1;
}
