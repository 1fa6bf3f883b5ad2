/** The quantizer's definition, element by element: what the kernels are held against. */
import type { FloatDtype } from '../../src/checkpoint/checkpoint.js';
import type { QuantizerSpec } from '../../src/quantize/kernels.js';
import { plainInt4 } from './plain-int4.js';

/** The value of one element's code, from the definition of its type. */
function decodeCode(dtype: Exclude<FloatDtype, 'F32'>, code: number): number {
  const [bits, exponentBits] = { F16: [16, 5], BF16: [16, 8], F8_E4M3: [8, 4], F8_E5M2: [8, 5] }[dtype] as [
    number,
    number,
  ];
  const mantissaBits = bits - 1 - exponentBits;
  const sign = code >> (bits - 1) === 1 ? -1 : 1;
  const exponent = (code >> mantissaBits) & (2 ** exponentBits - 1);
  const mantissa = code & (2 ** mantissaBits - 1);
  const top = 2 ** exponentBits - 1;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (dtype === 'F8_E4M3') {
    if (exponent === top && mantissa === 7) return NaN;
  } else if (exponent === top) {
    return mantissa === 0 ? sign * Infinity : NaN;
  }
  const fraction = mantissa / 2 ** mantissaBits;
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** Decodes little-endian elements. */
export function plainDecode(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = { F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1 }[dtype];
  return Float32Array.from({ length: bytes.length / size }, (_, i) => {
    if (dtype === 'F32') return view.getFloat32(4 * i, true);
    return decodeCode(dtype, size === 2 ? view.getUint16(2 * i, true) : view.getUint8(i));
  });
}

export function roundHalfToEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  return rest < 0.5 || (rest === 0.5 && low % 2 === 0) ? low : low + 1;
}

export interface PlainResult {
  readonly codes: Int8Array;
  readonly scales: Float32Array;
  readonly groupScales: Uint8Array;
  readonly groupOffsets: Int8Array;
  readonly signal: number;
  readonly error: number;
}

/** The whole number, of four about the group's largest magnitude, whose product with the scale loses least. */
function bestNumber(run: Float32Array, weights: Float32Array, scale: number): number {
  const amax = run.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  if (amax === 0 || scale === 0) return 0;
  const above = Math.min(255, Math.ceil(Math.fround(amax / Math.fround(127 * scale))));
  let best = 0;
  let least = Infinity;
  for (const step of [-1, 0, 1, 2]) {
    const number = Math.max(1, Math.min(255, above + step));
    const unit = Math.fround(number * scale);
    // In the kernel's arithmetic, eight lanes of f32: numbers may tie but for rounding.
    const lanes = new Float32Array(8);
    run.forEach((value, i) => {
      const exact = Math.fround(value / unit);
      const code = Math.max(-127, Math.min(127, roundHalfToEven(exact)));
      const lost = Math.fround(code - exact);
      lanes[i % 8] =
        (lanes[i % 8] as number) + Math.fround(Math.fround(lost * lost) * (weights[i] as number));
    });
    const [a = 0, b = 0, c = 0, d = 0] = [0, 1, 2, 3].map((lane) =>
      Math.fround((lanes[lane] as number) + (lanes[lane + 4] as number)),
    );
    const sum = Math.fround(Math.fround(a + b) + Math.fround(c + d));
    const loss = Math.fround(sum * number * number);
    if (loss < least) [least, best] = [loss, number];
  }
  return best;
}

/** How much each column counts: 1 on average, 1/1024 at least. */
function columnWeights({ cols, importance }: QuantizerSpec): Float32Array {
  const mean = [...(importance ?? [])].reduce((sum, v) => sum + v, 0) / cols;
  return Float32Array.from({ length: cols }, (_, col) =>
    importance === undefined || mean === 0
      ? 1
      : Math.max(1 / 1024, Math.fround((importance[col] as number) / mean)),
  );
}

/** Codes in rows padded to 16, and scales (one for the whole tensor with encoding `int8Tensor`). */
export function plainQuantize(bytes: Uint8Array, spec: QuantizerSpec): PlainResult {
  const { rows, cols, encoding, gain, multiplier = 1 } = spec;
  const values = plainDecode(bytes, spec.dtype).map((value, i) =>
    Math.fround(Math.fround(value * (gain?.[i % cols] ?? 1)) * Math.fround(multiplier)),
  );
  if (encoding === 'int4Group')
    return plainInt4(values, columnWeights(spec), { rows, cols, group: spec.group ?? 0 });
  const weights = columnWeights(spec);
  const stride = Math.ceil(cols / 16) * 16;
  const group = encoding === 'int8Group' || encoding === 'int8GroupU8' ? (spec.group ?? 0) : cols;
  const amax = (run: Float32Array): number => run.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  const codes = new Int8Array(rows * stride);
  const scales: number[] = encoding === 'int8Tensor' ? [Math.fround(amax(values) / 127)] : [];
  const groupScales: number[] = [];
  let signal = 0;
  let error = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let begin = 0; begin < cols; begin += group) {
      const run = values.subarray(row * cols + begin, row * cols + Math.min(cols, begin + group));
      if (encoding === 'int8GroupU8') {
        const whole = values.subarray(row * cols, (row + 1) * cols);
        if (begin === 0) scales.push(Math.fround(amax(whole) / Math.fround(127 * 255)));
        groupScales.push(bestNumber(run, weights.subarray(begin), scales.at(-1) ?? 0));
      } else if (encoding !== 'int8Tensor') {
        scales.push(Math.fround(amax(run) / 127));
      }
      const scale = Math.fround((scales.at(-1) ?? 0) * (groupScales.at(-1) ?? 1));
      run.forEach((value, i) => {
        const rounded = scale === 0 ? 0 : roundHalfToEven(Math.fround(value / scale));
        const code = Math.max(-127, Math.min(127, rounded));
        codes[row * stride + begin + i] = code;
        signal += value * value;
        error += (code * scale - value) ** 2;
      });
    }
  }
  return {
    codes,
    scales: Float32Array.from(scales),
    groupScales: Uint8Array.from(groupScales),
    groupOffsets: new Int8Array(0),
    signal,
    error,
  };
}
