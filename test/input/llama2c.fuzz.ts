/**
 * Mutated checkpoints and tokenizers of llama2.c: a model is read consistently or refused with a FormatError, quickly.
 * By hand: `npm run fuzz -- llama2c`
 */
import { readFileSync } from 'node:fs';
import { openInput } from '../../src/input/open-input.js';
import { readDecoder } from '../../src/model/read.js';
import { FormatError } from '../../src/shared/errors.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { parseTokenizer } from '../../src/tokenizer/parse.js';
import { Random, type FuzzResult } from '../support/fuzzing.js';

const FIXTURES = JSON.parse(readFileSync(new URL('llama2c/files.json', import.meta.url), 'utf8')) as {
  tokenizer: string;
  cases: Record<string, { file: string }>;
};

/** Sizes and counts at some edge. */
const NUMBERS = [
  0, 1, 2, 3, 4, 7, 8, 16, 64, 255, 256, 65_535, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];

/** A few changes where numbers lie: in the first bytes, or anywhere. */
function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice(0, random.below(12) === 0 ? random.below(bytes.length + 1) : bytes.length);
  const view = new DataView(copy.buffer);
  for (let count = 1 + random.below(3); count > 0 && copy.length >= 4; count--) {
    const at =
      random.below(3) === 0
        ? random.below(copy.length - 3)
        : 4 * random.below(Math.min(11, copy.length >> 2));
    if (random.below(2) === 0) view.setUint32(at, random.pick(NUMBERS), true);
    else copy[at] = random.below(256);
  }
  return copy;
}

async function read(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const input = await openInput(memoryFolder('stories', files));
  await readDecoder(input);
  const checkpoint = await input.checkpoint();
  // What is accepted can be read.
  for (const { name, shape } of checkpoint.tensors.values())
    await checkpoint.readRows(name, 0, shape.length < 2 ? 1 : Math.min(1, shape[0] ?? 0));
  const part = await input.tokenizer();
  if (part !== null) await parseTokenizer(part.definition, part.names?.fields ?? null);
}

/** Runs so many mutations. @throws what a reader throws that is no FormatError, with the number of the mutation */
export async function fuzz(iterations: number, seed: number): Promise<FuzzResult> {
  const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
  const models = Object.values(FIXTURES.cases).map(({ file }) => bytesOf(file));
  const tokenizer = bytesOf(FIXTURES.tokenizer);
  const random = new Random(seed);
  let accepted = 0;
  let slowest = 0;
  for (let i = 0; i < iterations; i++) {
    const model = random.pick(models);
    const isModel = random.below(2) === 0;
    const begin = performance.now();
    try {
      await read({
        'stories.bin': isModel ? mutated(model, random) : model,
        'tokenizer.bin': isModel ? tokenizer : mutated(tokenizer, random),
      });
      accepted++;
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw new Error(`Mutation ${i} with the seed ${seed}`, { cause });
    }
    slowest = Math.max(slowest, performance.now() - begin);
  }
  return { iterations, accepted, refused: iterations - accepted, slowest };
}
