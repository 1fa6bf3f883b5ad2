/** Writes safetensors files for tests, well formed or with chosen faults. */
import type { Dtype } from '../../src/checkpoint/checkpoint.js';
import { bitsOf } from '../../src/checkpoint/dtype.js';

/** A tensor to write; content is a counting pattern unless given. */
export interface TestTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data?: Uint8Array;
}

/** A file of these tensors, in their order. */
export function writeSafetensors(
  tensors: Readonly<Record<string, TestTensor>>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    const bytes = (shape.reduce((product, d) => product * d, 1) * bitsOf(dtype)) / 8;
    parts.push(data ?? Uint8Array.from({ length: bytes }, (_, i) => (at + i) % 251));
    header[name] = { dtype, shape, data_offsets: [at, at + bytes] };
    at += bytes;
  }
  return assemble(JSON.stringify(header), concatenate(parts));
}

/** A file of a header text and data, however wrong. */
export function assemble(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(text.length), true);
  return concatenate([length, text, data]);
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
