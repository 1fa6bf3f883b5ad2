/**
 * Mutated files of torch.save: whatever the bytes, the reader gives a sound directory or a FormatError, quickly, and runs
 * nothing. By hand: `npm run fuzz -- pytorch`
 */
import { readFileSync } from 'node:fs';
import { bitsOf } from '../../src/checkpoint/dtype.js';
import { readPytorch } from '../../src/checkpoint/pytorch.js';
import { FormatError } from '../../src/shared/errors.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { Random, type FuzzResult } from '../support/fuzzing.js';

/** Instructions of pickles, known and unknown to the reader, and bytes that counts are made of. */
const TELLING = [
  ...'JKMXBCNG]ael)t}su0(hjqrcRbQ.io2Vd\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x90\x93\x94\x95\x00\x01\xff',
].map((character) => character.charCodeAt(0));

/** A few changes to a copy of the bytes. */
function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice(0, random.below(20) === 0 ? random.below(bytes.length) : bytes.length);
  // Most of a file are numbers, whose change tells nothing: what describes them lies at both ends.
  const place = (): number => {
    const near = random.below(Math.min(copy.length, 1200));
    return random.below(2) === 0 ? near : copy.length - 1 - near;
  };
  for (let n = 1 + random.below(4); n > 0 && copy.length > 0; n--) {
    const at = Math.max(0, place());
    if (random.below(5) === 0) copy.copyWithin(at, random.below(copy.length), random.below(copy.length));
    else copy[at] = random.below(5) < 3 ? random.pick(TELLING) : random.below(256);
  }
  return copy;
}

/** Runs so many mutations. @throws what the reader throws that is no FormatError, with the number of the mutation */
export async function fuzz(iterations: number, seed: number): Promise<FuzzResult> {
  const { files } = JSON.parse(readFileSync(new URL('pytorch/files.json', import.meta.url), 'utf8')) as {
    files: Record<string, { file: string }>;
  };
  const seeds = Object.values(files).map(({ file }) => new Uint8Array(Buffer.from(file, 'base64')));
  const random = new Random(seed);
  let accepted = 0;
  let slowest = 0;
  for (let i = 0; i < iterations; i++) {
    const bytes = mutate(random.pick(seeds), random);
    const begin = performance.now();
    try {
      const { tensors } = await readPytorch(new MemorySource('pytorch_model.bin', bytes));
      for (const { name, shape, dtype, begin: first, end } of tensors) {
        const size = (shape.reduce((product, d) => product * d, 1) * bitsOf(dtype)) / 8;
        if (!(first >= 0 && end - first === size && end <= bytes.length))
          throw new RangeError(`${name} lies at ${first} to ${end} of ${bytes.length} bytes.`);
      }
      accepted++;
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw new Error(`Mutation ${i} with the seed ${seed}`, { cause });
    }
    slowest = Math.max(slowest, performance.now() - begin);
  }
  return { iterations, accepted, refused: iterations - accepted, slowest };
}
