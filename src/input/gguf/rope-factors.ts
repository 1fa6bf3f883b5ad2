/** Divisors of the rotation's angles, which GGUF has as tensors: Llama 3's, and those of LongRoPE. */
import type { GgufPart } from '../../checkpoint/gguf/gguf-checkpoint.js';
import { brokenFile } from '../../checkpoint/gguf/problems.js';

/** A divisor for each pair, up to the original length and beyond it. */
export interface RopeFactors {
  readonly short: readonly number[];
  readonly long: readonly number[];
}

/** Pairs of a head, more than any has. */
const MAX_PAIRS = 4096;

/**
 * The divisors.
 * @returns `null` when the file has none
 * @throws FormatError, TransportError
 */
export async function readRopeFactors(
  parts: readonly GgufPart[],
  signal?: AbortSignal,
): Promise<RopeFactors | null> {
  const same = await readVector(parts, 'rope_freqs.weight', signal);
  const short = (await readVector(parts, 'rope_factors_short.weight', signal)) ?? same;
  const long = (await readVector(parts, 'rope_factors_long.weight', signal)) ?? same;
  return short === null || long === null ? null : { short, long };
}

async function readVector(
  parts: readonly GgufPart[],
  name: string,
  signal: AbortSignal | undefined,
): Promise<readonly number[] | null> {
  for (const { source, header } of parts) {
    const tensor = header.tensors.find((candidate) => candidate.name === name);
    if (tensor === undefined) continue;
    const { type, shape, offset, bytes } = tensor;
    if (type.name !== 'F32' || shape.length !== 1 || bytes > 4 * MAX_PAIRS)
      throw brokenFile(source.name, `It is no vector of F32 for the pairs of a head.`, name);
    const begin = header.dataBegin + offset;
    const stored = await source.read(begin, begin + bytes, signal);
    const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
    return Array.from({ length: bytes / 4 }, (_, index) => view.getFloat32(4 * index, true));
  }
  return null;
}
