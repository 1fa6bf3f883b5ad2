// Whole reads and writes, and the tensors of a safetensors file, for the benchmarks' own tools.
import { closeSync, openSync, readSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Writes all bytes at the end of a file; one call of the system may take fewer. */
export function writeAll(file, bytes) {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done);
}

/** Reads `length` bytes from a place. @throws {Error} when the file is shorter */
export function readAll(file, position, length) {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length;) {
    const got = readSync(file, bytes, done, length - done, position + done);
    if (got === 0) throw new Error('a file ended early');
    done += got;
  }
  return bytes;
}

/**
 * The tensors of the one safetensors file in a folder of ours, to feed other programs with the same numbers.
 * @returns {{names: string[], bytes: number, shape(name: string): number[], values(name: string): Float32Array,
 *   raw(name: string): Buffer, dtype(name: string): string, close(): void}}
 */
export function openWeights(folder) {
  const name = readdirSync(folder).find((entry) => entry.endsWith('.safetensors'));
  if (name === undefined) throw new Error(`${folder} has no safetensors file`);
  const file = openSync(path.join(folder, name), 'r');
  const headerLength = Number(readAll(file, 0, 8).readBigUInt64LE());
  const header = JSON.parse(readAll(file, 8, headerLength).toString('utf8'));
  delete header.__metadata__;
  const raw = (tensor) => {
    const [begin, end] = header[tensor].data_offsets;
    return readAll(file, 8 + headerLength + begin, end - begin);
  };
  return {
    names: Object.keys(header),
    bytes: Object.values(header).reduce((sum, { data_offsets: [begin, end] }) => sum + end - begin, 0),
    shape: (tensor) => header[tensor].shape,
    dtype: (tensor) => header[tensor].dtype,
    raw,
    values: (tensor) => decode(raw(tensor), header[tensor].dtype, tensor),
    close: () => closeSync(file),
  };
}

function decode(bytes, dtype, tensor) {
  if (dtype === 'F32') {
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  }
  const word = { BF16: (bits) => bits << 16, F16: halfToSingle }[dtype];
  if (word === undefined)
    throw new Error(`${tensor} is ${dtype}; the peers are fed from F32, BF16 and F16 only`);
  const words = new Uint32Array(bytes.length / 2);
  for (let i = 0; i < words.length; i += 1) words[i] = word(bytes[2 * i] | (bytes[2 * i + 1] << 8));
  return new Float32Array(words.buffer);
}

/** The bits of an F32 number with the value of an F16 number. */
function halfToSingle(bits) {
  const sign = (bits & 0x8000) << 16;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // Below the normal numbers of F16, well inside those of F32.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 1023) << 13);
}
