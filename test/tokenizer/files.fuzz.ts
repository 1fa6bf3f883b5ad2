/**
 * Mutated tokenizer.model, vocab.json, merges.txt, vocab.txt and tiktoken files: they are refused with a FormatError, or give tables
 * that the engine opens and that encode and decode without a fault. By hand:
 * `npm run fuzz -- tokenizer-files`
 */
import { FormatError } from '../../src/shared/errors.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { readTokenizer } from '../../src/tokenizer/index.js';
import { engineModule } from './engine.js';
import { fileFixtures, type FileFixture } from './fixtures.js';
import { Random } from '../support/fuzzing.js';
import type { FuzzResult } from './tokenizer-json.fuzz.js';

const TEXTS = ['', ' ab  a', 'the light<s>\n', '▁a▁▁b', '日本é😀', '\u0000\ufffd', "it's 42½ <0x41><|user|>"];

/** Files small enough to be read a million times: of a vocabulary the first tokens. */
export function shortened({ files }: FileFixture): Record<string, Uint8Array> {
  const short = (name: string, bytes: Uint8Array): Uint8Array => {
    if (name === 'vocab.json') {
      const vocab = JSON.parse(Buffer.from(bytes).toString()) as Record<string, number>;
      return Buffer.from(
        JSON.stringify(
          Object.fromEntries(Object.entries(vocab).filter(([, id]) => id < 60 || (id > 255 && id < 275))),
        ),
      );
    }
    const text = Buffer.from(bytes).toString('latin1');
    if (name === 'merges.txt') return Buffer.from(text.split('\n').slice(0, 12).join('\n'), 'latin1');
    if (name === 'vocab.txt') return Buffer.from(text.split('\n').slice(0, 40).join('\n'), 'latin1');
    if (name.endsWith('.model')) return shortModel(bytes);
    return bytes;
  };
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, short(name, bytes)]));
}

/** The first pieces and all settings; a text keeps its first lines. */
function shortModel(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x0a) return Buffer.from(bytes).subarray(0, Buffer.from(bytes).indexOf('\n', 1500));
  const parts: Uint8Array[] = [];
  for (let at = 0, pieces = 0; at < bytes.length;) {
    const key = bytes[at] as number;
    let length = 0;
    let end = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[end++] as number;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    // Maps of characters have a quarter of a megabyte: the fuzzer of tokenizer.json has small ones.
    const isKept = key !== 0x0a ? length < 4096 : pieces++ < 20 || pieces % 40 === 0;
    if (isKept) parts.push(bytes.subarray(at, end + length));
    at = end + length;
  }
  return Buffer.concat(parts);
}

function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let copy = Uint8Array.from(bytes);
  for (let changes = 1 + random.below(2) * random.below(3); changes > 0; changes--) {
    if (copy.length === 0) return copy;
    // Settings stand at the end of a model, behind all of its pieces.
    const at =
      random.below(2) === 0
        ? random.below(copy.length)
        : copy.length - 1 - random.below(Math.min(copy.length, 300));
    const kind = random.below(16);
    if (kind === 0) copy = copy.slice(0, at);
    else if (kind === 1)
      copy = Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at + 1 + random.below(4))]);
    else if (kind === 2)
      copy = Uint8Array.from([...copy.subarray(0, at), random.below(256), ...copy.subarray(at)]);
    else if (kind === 3) {
      const from = random.below(copy.length);
      copy = Uint8Array.from([
        ...copy.subarray(0, at),
        ...copy.subarray(from, from + random.below(40)),
        ...copy.subarray(at),
      ]);
    } else if (kind === 4) copy[at] = random.pick([0, 1, 0x0a, 0x20, 0x7f, 0x80, 0xff]);
    else if (kind === 5) copy[at] = ((copy[at] as number) + random.pick([1, 255])) & 255;
    else copy[at] = (copy[at] as number) ^ (1 << random.below(8));
  }
  return copy;
}

/** Runs the fuzzer over all fixtures. @throws whatever is not a FormatError */
export async function fuzzFiles(iterations: number, seed: number): Promise<FuzzResult> {
  const random = new Random(seed);
  const engine = await engineModule();
  const fixtures = (await fileFixtures()).map(shortened);
  let accepted = 0;
  let refused = 0;
  let slowest = 0;
  for (let i = 0; i < iterations; i++) {
    // Those of BERT make a map of all characters, which takes ten times as long as the rest of a folder.
    const isMapped = random.below(16) === 0;
    const files = { ...random.pick(fixtures.filter((one) => 'vocab.txt' in one === isMapped)) };
    const name = random.pick(Object.keys(files).filter((file) => !file.endsWith('config.json')));
    files[name] = mutated(files[name] as Uint8Array, random);
    const start = performance.now();
    try {
      const part = await hfFolderInput(memoryFolder('m', files)).tokenizer();
      if (part === null) throw new Error('the folder has a tokenizer');
      const tokenizer = await readTokenizer(part, engine);
      const ids = tokenizer.encode(random.pick(TEXTS), { specialAsText: random.below(2) === 0 });
      if (ids.some((id) => tokenizer.tokenText(id) === null)) throw new Error('an id without a token');
      tokenizer.decode(ids, { skipSpecial: random.below(2) === 0 });
      accepted++;
    } catch (error) {
      if (!(error instanceof FormatError) || /Use a twin/.test(error.message))
        throw new Error(
          `after ${i} folders, seed ${seed}, ${name}: ${Buffer.from(files[name]).toString('base64')}`,
          {
            cause: error,
          },
        );
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  return { accepted, refused, slowest };
}
