/**
 * Mutated safetensors headers: whatever the bytes, the parser gives a consistent directory or a FormatError, quickly.
 * By hand: `npm run fuzz -- safetensors`
 */
import { bitsOf } from '../../src/checkpoint/dtype.js';
import { parseSafetensorsHeader } from '../../src/checkpoint/safetensors.js';
import { FormatError } from '../../src/shared/errors.js';
import { writeSafetensors } from './write-safetensors.js';
import { Random, type FuzzResult } from '../support/fuzzing.js';

const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '4',
  '7',
  '8',
  '16',
  '255',
  '1e3',
  '1.5',
  '4294967296',
  '4294967297',
  '9007199254740991',
  '9007199254740992',
  '18446744073709551615',
  '99999999999999999999',
  '00',
  '-0',
  'null',
  '[]',
  '{}',
  '"x"',
] as const;

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u',
  '\\ud800',
  '\\u0000',
  ' ',
  '\n',
  '\0',
  '"dtype":',
  '"shape":',
  '"data_offsets":',
  '"__metadata__":',
  '"F32"',
  '"F4"',
  '"BF16"',
  '"constructor"',
  '[0,0]',
  '[0,4]',
  '{"a":1}',
  '"__proto__":',
  'true',
  '\u00e9',
  '\u{1f600}',
  '"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},',
] as const;

const SEEDS: readonly [Uint8Array, ...Uint8Array[]] = [
  writeSafetensors(
    { a: { dtype: 'F32', shape: [2, 3] }, b: { dtype: 'BF16', shape: [5] } },
    { format: 'pt' },
  ),
  writeSafetensors({ 'model.layers.0.w': { dtype: 'F16', shape: [] }, e: { dtype: 'U8', shape: [0, 4] } }),
  writeSafetensors(
    Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`t${i}`, { dtype: 'F8_E4M3' as const, shape: [i, 2] }]),
    ),
  ),
  writeSafetensors({
    f: { dtype: 'F4', shape: [2, 8] },
    g: { dtype: 'F6_E2M3', shape: [4] },
    h: { dtype: 'F64', shape: [1] },
  }),
  writeSafetensors({}),
];

/**
 * Runs the parser over mutated headers.
 * @throws Error when it throws anything but a FormatError, or accepts a directory that is not sound
 */
export function fuzz(iterations: number, seed: number): FuzzResult {
  const random = new Random(seed);
  let accepted = 0;
  let slowest = 0;
  for (let i = 0; i < iterations; i++) {
    const file = mutate(random);
    const began = performance.now();
    try {
      const length = Number(
        new DataView(file.buffer, file.byteOffset).getBigUint64(0, true) % BigInt(file.length - 7),
      );
      const { tensors } = parseSafetensorsHeader(file.subarray(8, 8 + length), 'fuzz', file.length);
      checkSound(tensors, 8 + length, file.length);
      accepted++;
    } catch (error) {
      if (!(error instanceof FormatError)) {
        throw new Error(`iteration ${i}, seed ${seed}: ${JSON.stringify(new TextDecoder().decode(file))}`, {
          cause: error,
        });
      }
    }
    slowest = Math.max(slowest, performance.now() - began);
  }
  return { iterations, accepted, refused: iterations - accepted, slowest };
}

/** A seed with one to four changes; its length field mostly follows, so that the changes reach the deeper checks. */
function mutate(random: Random): Uint8Array {
  let bytes = Uint8Array.from(random.pick(SEEDS));
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const headerEnd = Math.min(bytes.length, 8 + (length > bytes.length ? 0 : length));
    switch (random.below(7)) {
      case 0: {
        const at = random.below(bytes.length);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        break;
      }
      case 1:
        bytes = Uint8Array.from(bytes.subarray(0, Math.max(8, random.below(bytes.length + 1))));
        break;
      case 2: {
        const other = random.pick(SEEDS);
        const from = 8 + random.below(other.length - 8);
        bytes = splice(
          bytes,
          8 + random.below(headerEnd - 7),
          random.below(20),
          other.subarray(from, from + random.below(60)),
        );
        break;
      }
      case 3: {
        const text = new TextEncoder().encode(random.pick(PIECES));
        bytes = splice(bytes, 8 + random.below(headerEnd - 7), random.below(3), text);
        break;
      }
      case 4:
      case 5:
        bytes = changeNumber(bytes, headerEnd, random);
        break;
      default:
        bytes = splice(bytes, bytes.length, 0, new Uint8Array(random.below(9)));
    }
  }
  return bytes.length < 8 ? new Uint8Array(8) : bytes;
}

/** Replaces one number of the header. */
function changeNumber(
  bytes: Uint8Array<ArrayBuffer>,
  headerEnd: number,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const isDigit = (at: number): boolean => (bytes[at] ?? 0) >= 0x30 && (bytes[at] ?? 0) <= 0x39;
  let at = 8 + random.below(headerEnd - 8);
  while (at < headerEnd && !isDigit(at)) at++;
  let end = at;
  while (end < headerEnd && isDigit(end)) end++;
  return splice(bytes, at, end - at, new TextEncoder().encode(random.pick(NUMBERS)));
}

/** Replaces `removed` bytes at `at`; inside the header, its length field follows. */
function splice(
  bytes: Uint8Array,
  at: number,
  removed: number,
  inserted: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const gone = Math.min(removed, bytes.length - at);
  const result = new Uint8Array(bytes.length - gone + inserted.length);
  result.set(bytes.subarray(0, at));
  result.set(inserted, at);
  result.set(bytes.subarray(at + gone), at + inserted.length);
  const view = new DataView(result.buffer);
  const length = view.getBigUint64(0, true);
  if (at <= 8 + Number(length)) {
    view.setBigUint64(0, BigInt.asUintN(64, length + BigInt(inserted.length - gone)), true);
  }
  return result;
}

/** What was accepted must be a directory that reads exactly the file's data. */
function checkSound(
  tensors: ReturnType<typeof parseSafetensorsHeader>['tensors'],
  dataStart: number,
  fileSize: number,
): void {
  let at = dataStart;
  const names = new Set<string>();
  for (const { name, dtype, shape, begin, end } of tensors) {
    const bits = shape.reduce((product, d) => product * BigInt(d), BigInt(bitsOf(dtype)));
    if (begin !== at || BigInt(end - begin) * 8n !== bits || names.has(name))
      throw new Error(`unsound: ${name}`);
    names.add(name);
    at = end;
  }
  if (at !== fileSize) throw new Error('unsound: the data is not filled');
}
