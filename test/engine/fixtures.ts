/**
 * Small packages with expected logits, for the tests that are written in C. Run this file to write them again:
 *   node --import ./scripts/lib/ts-register.mjs test/engine/fixtures.ts
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BLOCKS } from './block-shapes.js';
import type { LayerShape, ModelShape } from './model-shape.js';
import { makePackage, randomNumbers } from './package-maker.js';
import { ReferenceEngine } from './reference.js';

const layer: LayerShape = { heads: 4, kvHeads: 2, headDim: 8, ffn: 40 };
const odd: LayerShape = { heads: 3, kvHeads: 1, headDim: 4, ffn: 22 };

/** Between them: every encoding, every cache, fused and not, all optional tensors. */
const FIXTURES: Readonly<Record<string, ModelShape>> = {
  rows: {
    hidden: 32,
    vocab: 48,
    context: 24,
    layers: [layer, { ...layer, window: 6 }],
    encoding: 2,
    fused: true,
    tied: true,
    bos: 1,
    stops: [2, 3],
    metadata: { name: 'rows' },
  },
  groups: {
    hidden: 20,
    vocab: 37,
    context: 24,
    layers: [odd, { ...odd, rotaryDim: 0 }],
    encoding: 3,
    group: 16,
    fused: true,
    gains: true,
    headBias: true,
    cache: 'f32',
  },
  tensors: {
    hidden: 36,
    vocab: 41,
    context: 24,
    maxBatch: 7,
    layers: [{ ...layer, rotaryDim: 4 }],
    encoding: 1,
    fused: true,
    biases: true,
    activations: 'static',
    cache: 'int16',
  },
  numbers: {
    hidden: 40,
    vocab: 35,
    context: 24,
    layers: [layer],
    encoding: 4,
    group: 16,
    fused: true,
    tied: true,
    inputs: [0, 3],
    cache: 'k16v8',
  },
  nibbles: {
    hidden: 56,
    vocab: 35,
    context: 24,
    layers: [odd],
    encoding: 5,
    group: 16,
    fused: true,
    tied: true,
    inputs: [0, 3],
  },
  floats: {
    hidden: 20,
    vocab: 33,
    context: 24,
    maxBatch: 1,
    layers: [{ ...odd, scoreScale: 0.5 }],
    encoding: 0,
    gains: true,
    biases: true,
    embeddingScale: 2,
    logitScale: 0.5,
    tied: true,
  },
  taps: {
    hidden: 36,
    vocab: 37,
    context: 24,
    layers: [
      { ...layer, taps: 4, steps: BLOCKS.convolution ?? [] },
      { ...odd, steps: BLOCKS['convolutions beside attention'] ?? [] },
    ],
    encoding: 2,
    fused: true,
    biases: true,
    tied: true,
  },
};

export const FIXTURE_NAMES: readonly string[] = Object.keys(FIXTURES);

/** Words of 32 bits: number of ids, vocabulary size, ids; then the f32 logits of every position. */
function expectedLogits(shape: ModelShape): Uint8Array {
  const reference = new ReferenceEngine(makePackage(shape), 'f32');
  const uniform = randomNumbers(5);
  const ids = Array.from({ length: shape.context }, () => Math.floor(uniform() * shape.vocab));
  const words = new DataView(new ArrayBuffer(8 + 4 * ids.length * (1 + shape.vocab)));
  words.setUint32(0, ids.length, true);
  words.setUint32(4, shape.vocab, true);
  for (const [position, id] of ids.entries()) {
    words.setUint32(8 + 4 * position, id, true);
    reference.forward(id).forEach((logit, i) => {
      words.setFloat32(8 + 4 * (ids.length + position * shape.vocab + i), logit, true);
    });
  }
  return new Uint8Array(words.buffer);
}

/** The files of one fixture, by name. */
export function fixtureFiles(name: string): Readonly<Record<string, Uint8Array>> {
  const shape = FIXTURES[name];
  if (shape === undefined) throw new Error(`no fixture ${name}`);
  return { [`${name}.s3lm`]: makePackage(shape).bytes, [`${name}.logits.bin`]: expectedLogits(shape) };
}

/** Where a fixture file lies. */
export function fixtureUrl(file: string): URL {
  return new URL(`fixtures/${file}`, import.meta.url);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of FIXTURE_NAMES) {
    for (const [file, bytes] of Object.entries(fixtureFiles(name))) await writeFile(fixtureUrl(file), bytes);
  }
}
