/**
 * Mutated zip archives: whatever the bytes, every file in them is had as it was packed, or refused by an error of this program, and
 * nothing outgrows what was promised. By hand: `node --import ./scripts/lib/ts-register.mjs test/source/zip.fuzz.ts --iterations 1000000`
 */
import { deflateRawSync } from 'node:zlib';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { crc32 } from '../../src/shared/crc32.js';
import { FormatError, UnsupportedError, UsageError } from '../../src/shared/errors.js';
import { inflateRawSync } from 'node:zlib';
import { MemorySource } from '../../src/source/memory-folder.js';
import { zipFolder, type Unpack } from '../../src/source/zip-folder.js';
import { Random, type FuzzResult } from '../support/fuzzing.js';
import { rawZip } from './zip-archives.js';

const SMALL = new TextEncoder().encode('{"model_type":"llama","hidden_size":64}'.repeat(3));
const SEEDS = [false, true].map((zip64) =>
  rawZip(
    [
      {
        name: 'tiny/config.json',
        data: deflateRawSync(SMALL),
        size: SMALL.length,
        method: 8,
        crc: crc32(SMALL),
      },
      { name: 'tiny/model.safetensors', data: SMALL, crc: crc32(SMALL) },
    ],
    zip64,
  ),
);

/** In memory, as much as there is room for here. */
const unpack: Unpack = async (packed, check, name) => {
  const given: Uint8Array[] = [];
  for await (const piece of packed) given.push(piece);
  const whole = Buffer.concat(given);
  const pieces: Uint8Array[] = [];
  const inflated = async function* (): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(inflateRawSync(whole, { maxOutputLength: 1 << 20 }));
  };
  for await (const piece of check(inflated())) pieces.push(piece);
  return new MemorySource(name, new Uint8Array(Buffer.concat(pieces)));
};

/** @throws when an archive breaks more than itself */
export async function fuzzZips(iterations: number, seed: number): Promise<FuzzResult> {
  const random = new Random(seed);
  let accepted = 0;
  let refused = 0;
  let slowest = 0;
  for (let n = 0; n < iterations; n++) {
    const original = random.pick(SEEDS);
    const bytes = original.slice(0, random.below(20) === 0 ? random.below(original.length) : original.length);
    for (let changes = 1 + random.below(4); changes > 0 && bytes.length > 0; changes--) {
      const at = random.below(bytes.length);
      if (random.below(5) === 0) bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length));
      else bytes[at] = random.below(3) === 0 ? random.pick([0, 1, 8, 0x50, 0x4b, 0xff]) : random.below(256);
    }
    const begun = performance.now();
    try {
      const folder = await zipFolder(new MemorySource('fuzz.zip', bytes), unpack);
      for (const name of folder.names ?? []) {
        const source = await folder.open(name);
        if (source !== null) await source.read(0, source.size);
      }
      accepted++;
    } catch (error) {
      const isOurs =
        error instanceof FormatError || error instanceof UnsupportedError || error instanceof UsageError;
      if (!isOurs) throw new Error(`seed ${seed}, archive ${n}`, { cause: error });
      refused++;
    }
    slowest = Math.max(slowest, performance.now() - begun);
  }
  return { iterations, accepted, refused, slowest };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      iterations: { type: 'string', default: '100000' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    },
  });
  console.log(`seed ${values.seed}`, await fuzzZips(Number(values.iterations), Number(values.seed)));
}
