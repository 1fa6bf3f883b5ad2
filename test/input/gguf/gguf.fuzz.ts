/**
 * Mutated GGUF files: whatever the bytes, a model is read consistently or refused with a FormatError, quickly.
 * By hand: `npm run fuzz -- gguf`, `gguf-headers`
 */
import { readFileSync } from 'node:fs';
import { readGgufHeader } from '../../../src/checkpoint/gguf/header.js';
import { ggufInput } from '../../../src/input/gguf/input.js';
import { readDecoder } from '../../../src/model/read.js';
import { FormatError } from '../../../src/shared/errors.js';
import { MemorySource, memoryFolder } from '../../../src/source/memory-folder.js';
import { parseTokenizer } from '../../../src/tokenizer/parse.js';
import { Random, type FuzzResult } from '../../support/fuzzing.js';

/** Numbers that are at some edge, as 64 bits. */
const NUMBERS: readonly [bigint, ...bigint[]] = [
  0n,
  1n,
  2n,
  4n,
  9n,
  13n,
  31n,
  32n,
  33n,
  255n,
  256n,
  65_536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Files that are mutated: small models, and tokenizers without a model. */
const SEEDS = [
  'qwen2',
  'gpt2',
  'gemma3-pattern',
  'phi3-longrope',
  'stablelm-parallel',
  'falcon',
  'tokenizer-gpt-2',
  'tokenizer-spm-gemma',
];

interface Seed {
  readonly bytes: Uint8Array;
  /** Where the tensors begin: what lies before is mutated more. */
  readonly header: number;
}

async function seedOf(name: string): Promise<Seed> {
  const bytes = new Uint8Array(readFileSync(new URL(`${name}.gguf`, import.meta.url)));
  const { dataBegin } = await readGgufHeader(new MemorySource(name, bytes));
  return { bytes, header: Math.min(dataBegin, bytes.length) };
}

function mutate({ bytes, header }: Seed, random: Random): Uint8Array {
  const made = bytes.slice();
  const view = new DataView(made.buffer);
  // Most of a file with a tokenizer is its texts; what says their numbers lies at the beginning.
  const place = (): number => random.below(random.below(2) === 0 ? Math.min(header, 1200) : header);
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = place();
    switch (random.below(6)) {
      case 0:
        made[at] = random.below(256);
        break;
      case 1:
        made[at] = (made[at] ?? 0) ^ (1 << random.below(8));
        break;
      case 2:
        if (at + 8 <= made.length) view.setBigUint64(at, random.pick(NUMBERS), true);
        break;
      case 3:
        if (at + 4 <= made.length) view.setUint32(at, Number(random.pick(NUMBERS) & 0xffffffffn), true);
        break;
      case 4:
        made.copyWithin(at, place(), place());
        break;
      case 5:
        return made.slice(0, random.below(4) === 0 ? random.below(made.length) : made.length);
    }
  }
  return made;
}

/** Reads everything of a file that is read without its weights. @returns whether it was accepted */
async function read(bytes: Uint8Array): Promise<boolean> {
  const input = ggufInput(memoryFolder('m', { 'm.gguf': bytes }), { name: 'm', files: ['m.gguf'] });
  const parts = [
    async () => {
      const model = await readDecoder(input);
      const checkpoint = await input.checkpoint();
      // What is accepted can be read.
      for (const { name, shape } of checkpoint.tensors.values())
        await checkpoint.readRows(name, 0, shape.length < 2 ? 1 : Math.min(1, shape[0] ?? 0));
      return model;
    },
    async () => {
      const tokenizer = await input.tokenizer();
      return tokenizer === null
        ? null
        : parseTokenizer(tokenizer.definition, tokenizer.names?.fields ?? null);
    },
    async () => [await input.chat(), await input.licence(), await input.generation()],
  ];
  let accepted = true;
  for (const part of parts) {
    try {
      await part();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      accepted = false;
    }
  }
  return accepted;
}

/** As {@link read}, of the header alone. */
async function readHeader(bytes: Uint8Array): Promise<boolean> {
  try {
    await readGgufHeader(new MemorySource('m.gguf', bytes));
    return true;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return false;
  }
}

/** Runs so many mutations of all parts, or of headers. @throws what a reader throws that is no FormatError, with the number of the mutation */
export async function fuzz(
  iterations: number,
  seed: number,
  what: 'all' | 'headers' = 'all',
): Promise<FuzzResult> {
  const reads = what === 'all' ? read : readHeader;
  const random = new Random(seed);
  const seeds = await Promise.all(SEEDS.map(seedOf));
  let accepted = 0;
  let slowest = 0;
  for (let i = 0; i < iterations; i++) {
    const bytes = mutate(seeds[i % seeds.length] as Seed, random);
    const begin = performance.now();
    try {
      if (await reads(bytes)) accepted++;
    } catch (cause) {
      throw new Error(`Mutation ${i} of ${SEEDS[i % SEEDS.length] ?? ''} with the seed ${seed}`, { cause });
    }
    slowest = Math.max(slowest, performance.now() - begin);
  }
  return { iterations, accepted, refused: iterations - accepted, slowest };
}
