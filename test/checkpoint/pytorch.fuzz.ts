/**
 * Mutated files of torch.save: whatever the bytes, the reader gives a sound directory or a FormatError, quickly, and runs
 * nothing. By hand: `node --import ./scripts/lib/ts-register.mjs test/checkpoint/pytorch.fuzz.ts --iterations 1000000`
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { bitsOf } from '../../src/checkpoint/dtype.js';
import { readPytorch } from '../../src/checkpoint/pytorch.js';
import { FormatError } from '../../src/shared/errors.js';
import { MemorySource } from '../../src/source/memory-folder.js';

interface Result {
  accepted: number;
  refused: number;
  /** Milliseconds of the longest. */
  slowest: number;
}

/** Instructions of pickles, known and unknown to the reader, and bytes that counts are made of. */
const TELLING = [
  ...'JKMXBCNG]ael)t}su0(hjqrcRbQ.io2Vd\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x90\x93\x94\x95\x00\x01\xff',
].map((character) => character.charCodeAt(0));

/** A few changes to a copy of the bytes, by a generator of its own (mulberry32). */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const below = (n: number): number => Math.floor(random() * n);
  const copy = bytes.slice(0, random() < 0.05 ? below(bytes.length) : bytes.length);
  // Most of a file are numbers, whose change tells nothing: what describes them lies at both ends.
  const place = (): number =>
    random() < 0.5
      ? below(Math.min(copy.length, 1200))
      : copy.length - 1 - below(Math.min(copy.length, 1200));
  for (let n = 1 + below(4); n > 0 && copy.length > 0; n--) {
    const at = Math.max(0, place());
    if (random() < 0.2) copy.copyWithin(at, below(copy.length), below(copy.length));
    else copy[at] = random() < 0.6 ? (TELLING[below(TELLING.length)] ?? 0) : below(256);
  }
  return copy;
}

export async function fuzz(iterations: number, seed: number): Promise<Result> {
  const { files } = JSON.parse(readFileSync(new URL('pytorch/files.json', import.meta.url), 'utf8')) as {
    files: Record<string, { file: string }>;
  };
  const seeds = Object.values(files).map(({ file }) => new Uint8Array(Buffer.from(file, 'base64')));
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const result: Result = { accepted: 0, refused: 0, slowest: 0 };
  for (let i = 0; i < iterations; i++) {
    const bytes = mutate(seeds[Math.floor(random() * seeds.length)] as Uint8Array, random);
    const begin = performance.now();
    try {
      const { tensors } = await readPytorch(new MemorySource('pytorch_model.bin', bytes));
      for (const { name, shape, dtype, begin: first, end } of tensors) {
        const size = (shape.reduce((product, d) => product * d, 1) * bitsOf(dtype)) / 8;
        if (!(first >= 0 && end - first === size && end <= bytes.length))
          throw new RangeError(`${name} lies at ${first} to ${end} of ${bytes.length} bytes.`);
      }
      result.accepted++;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      result.refused++;
    }
    result.slowest = Math.max(result.slowest, performance.now() - begin);
  }
  return result;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { iterations: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
  });
  console.log(await fuzz(Number(values.iterations), Number(values.seed)));
}
