/** Writes GGUF files for tests, well formed or with chosen faults. */
import { concatenate } from '../write-safetensors.js';

/** A value with the number of its type in the file. */
export type TestValue =
  | { readonly string: string }
  | { readonly uint32: number }
  | { readonly uint64: bigint }
  | { readonly float32: number }
  | { readonly bool: boolean }
  | { readonly strings: readonly string[] }
  | { readonly numbers: readonly number[] }
  | { readonly raw: Uint8Array };

/** A tensor to write; its data is a counting pattern unless given. */
export interface TestGgufTensor {
  readonly name: string;
  /** Number of the element type. */
  readonly type: number;
  /** Outermost first. */
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** Where it says that it lies; behind the one before when absent. */
  readonly offset?: bigint;
}

export interface TestGguf {
  readonly version?: number;
  readonly values?: Readonly<Record<string, TestValue>>;
  readonly tensors?: readonly TestGgufTensor[];
  /** Numbers of tensors and keys that it says it has. */
  readonly counts?: readonly [tensors: bigint, keys: bigint];
  readonly alignment?: number;
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function u64(value: bigint | number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

export function f32(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}

export function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return concatenate([u64(bytes.length), bytes]);
}

function valueBytes(value: TestValue): Uint8Array {
  if ('string' in value) return concatenate([u32(8), text(value.string)]);
  if ('uint32' in value) return concatenate([u32(4), u32(value.uint32)]);
  if ('uint64' in value) return concatenate([u32(10), u64(value.uint64)]);
  if ('float32' in value) return concatenate([u32(6), f32(value.float32)]);
  if ('bool' in value) return concatenate([u32(7), Uint8Array.of(value.bool ? 1 : 0)]);
  if ('strings' in value)
    return concatenate([u32(9), u32(8), u64(value.strings.length), ...value.strings.map(text)]);
  if ('numbers' in value)
    return concatenate([u32(9), u32(6), u64(value.numbers.length), ...value.numbers.map(f32)]);
  return value.raw;
}

/** A file of these keys and tensors, in their order. */
export function writeGguf({
  version = 3,
  values = {},
  tensors = [],
  counts,
  alignment = 32,
}: TestGguf): Uint8Array {
  const pad = (length: number): number => Math.ceil(length / alignment) * alignment;
  const keys = Object.entries(values);
  const [tensorCount, keyCount] = counts ?? [BigInt(tensors.length), BigInt(keys.length)];
  const parts = [new TextEncoder().encode('GGUF'), u32(version), u64(tensorCount), u64(keyCount)];
  for (const [key, value] of keys) parts.push(text(key), valueBytes(value));
  let at = 0;
  for (const { name, type, shape, data, offset } of tensors) {
    parts.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64));
    parts.push(u32(type), u64(offset ?? BigInt(at)));
    at += pad(data.length);
  }
  const header = concatenate(parts);
  const data = tensors.map((tensor) => {
    const padded = new Uint8Array(pad(tensor.data.length));
    padded.set(tensor.data);
    return padded;
  });
  return concatenate([header, new Uint8Array(pad(header.length) - header.length), ...data]);
}
