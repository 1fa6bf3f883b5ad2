/** Rounding in the order of the model: it loses less than plain rounding, and gives the same bits again. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { rowBlocks } from '../../src/checkpoint/row-blocks.js';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import type { DecoderModel, TensorRef } from '../../src/model/decoder.js';
import { readDecoder } from '../../src/model/read.js';
import { ModelRounder, type RoundedTensor } from '../../src/quantize/rounding.js';
import { TrainerDraft, loadTraining, type Leaf, type Trainer } from '../../src/quantize/training.js';
import type { GridMatrix } from '../../src/quantize/tuned.js';
import type { Encoding } from '../../src/schema/encodings.js';
import { FormatError } from '../../src/shared/errors.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { kernels } from '../kernels/load.js';

const wasm = await readFile(new URL('../../kernels/crates/train/prebuilt/train.wasm', import.meta.url));
loadTraining(await WebAssembly.compile(wasm));

const CHECKPOINTS = new URL('../fixtures/checkpoints/', import.meta.url);

interface Opened {
  readonly model: DecoderModel;
  readonly draft: (replaced?: ReadonlyMap<string, Float32Array>) => Promise<TrainerDraft>;
}

async function open(name: string): Promise<Opened> {
  const folder = await nodeFolder(fileURLToPath(new URL(`${name}/`, CHECKPOINTS)));
  const input = hfFolderInput(folder);
  const checkpoint = await input.checkpoint();
  const model = await readDecoder(input);
  return {
    model,
    draft: async (replaced = new Map()) => {
      const draft = new TrainerDraft(model);
      for (const tensor of draft.tensorNames) {
        const values = replaced.get(tensor);
        if (values !== undefined) {
          draft.addRows(tensor, new Uint8Array(values.buffer));
          continue;
        }
        for await (const block of rowBlocks(checkpoint, tensor, { bytesPerBlock: 4096 }))
          draft.addRows(tensor, block.bytes);
      }
      return draft;
    },
  };
}

/** Matrices of all blocks. */
function matrices(model: DecoderModel, encoding: Encoding): RoundedTensor[] {
  const refs: TensorRef[] = [];
  for (const step of model.blocks.flatMap((block) => block.steps)) {
    if (step.kind === 'attention') {
      const { query, key, value, output } = step.attention;
      refs.push(query.weight, key.weight, value.weight, output.weight);
    }
    if (step.kind === 'mlp') {
      const { gate, up, down } = step.mlp;
      refs.push(...[gate, up, down].flatMap((map) => (map === null ? [] : [map.weight])));
    }
  }
  return refs.map(({ name, shape: [rows = 0, cols = 0] }) => ({ name, encoding, input: 'int8', rows, cols }));
}

/** Sequences in which a token often follows from the one before. */
function sequences(vocabSize: number, seed: number, count: number, length: number): number[][] {
  let state = seed;
  const random = (): number => (state = (state * 1103515245 + 12345) % 2 ** 31);
  return Array.from({ length: count }, () => {
    let id = random() % vocabSize;
    return Array.from(
      { length },
      () => (id = random() % 3 > 0 ? (id * 5 + 3) % vocabSize : random() % vocabSize),
    );
  });
}

/** What codes and scales stand for. */
function valuesOf({
  encoding,
  rows,
  cols,
  codes,
  rowScales,
  groupScales,
  groupOffsets,
}: GridMatrix): Float32Array {
  const group = encoding.group === 0 ? cols : encoding.group;
  const groups = Math.ceil(cols / group);
  assert.equal(codes.length, rows * cols);
  assert.equal(rowScales.length, rows);
  assert.equal(groupScales.length, encoding.kind === 'int8Channel' ? 0 : rows * groups);
  assert.equal(groupOffsets.length, encoding.kind === 'int4Group' ? rows * groups : 0);
  return Float32Array.from(codes, (code, i) => {
    const at = Math.floor(i / cols) * groups + Math.floor((i % cols) / group);
    const whole = (groupScales[at] ?? 1) * code + 8 * (groupOffsets[at] ?? 0);
    return whole * (rowScales[Math.floor(i / cols)] ?? NaN);
  });
}

async function rounded(
  { model, draft }: Opened,
  encoding: Encoding,
  text: readonly number[][],
): Promise<Map<string, Float32Array>> {
  const tensors = matrices(model, encoding);
  const rounder = new ModelRounder(await frozen(draft), tensors, true, text);
  let done = 0;
  for (let share = rounder.work(); share !== null; share = rounder.work()) {
    assert.ok(share.done >= done && share.done <= share.total * (1 + 1e-9));
    done = share.done;
  }
  const values = new Map(
    tensors.map((tensor) => [tensor.name, valuesOf(rounder.take(tensor) as GridMatrix)]),
  );
  assert.equal(rounder.take(tensors[0] as RoundedTensor), null);
  for (const [name, bias] of rounder.biases()) values.set(name, bias);
  rounder.dispose();
  return values;
}

/** Divergence from the original, nats. */
async function divergence(opened: Opened, values: ReadonlyMap<string, Float32Array>): Promise<number> {
  const held = sequences(opened.model.vocabSize, 77, 8, 32);
  const original = (await opened.draft()).begin();
  const leaf: Leaf = { sequences: held, teacher: original.logits(held) };
  const changed = (await opened.draft(values)).begin();
  const { sum, positions } = changed.judge(leaf);
  original.dispose();
  changed.dispose();
  return sum / positions;
}

async function frozen(draft: Opened['draft']): Promise<Trainer> {
  const made = await draft();
  for (const name of made.tensorNames) made.freeze(name);
  return made.begin();
}

/** One token in place of a text: no input says anything, and all that is left is rounding. */
const NOTHING = [[0]];

for (const name of ['llama-untied-v5', 'llama-biases', 'mistral-window-v5']) {
  for (const encoding of [
    { kind: 'int4Group', group: 16 },
    { kind: 'int4Group', group: 32 },
    { kind: 'int8GroupU8', group: 32 },
    { kind: 'int8Channel', group: 0 },
  ] as const) {
    void test(`${name} as ${encoding.kind} ${encoding.group} diverges less than by rounding`, async () => {
      const opened = await open(name);
      const text = sequences(opened.model.vocabSize, 5, 48, 48);
      const good = await divergence(opened, await rounded(opened, encoding, text));
      const plain = await divergence(opened, await rounded(opened, encoding, NOTHING));
      assert.ok(good < 0.75 * plain, `${good} of ${plain}`);
    });
  }
}

interface Bits {
  readonly model: DecoderModel;
  readonly seed: number;
  readonly deviation: number;
  readonly roundedCrc32: number;
}

void test('codes and scales have the bits of the native build', async () => {
  const fixture = new URL('../../kernels/crates/train/tests/fixtures/bits.json', import.meta.url);
  const bits = JSON.parse(await readFile(fixture, 'utf8')) as Bits;
  const draft = new TrainerDraft(bits.model);
  draft.initialize(bits.seed, bits.deviation);
  for (const name of draft.tensorNames) draft.freeze(name);
  const tensors: RoundedTensor[] = [
    { name: 'q', encoding: { kind: 'int4Group', group: 16 }, input: 'int8', rows: 20, cols: 20 },
    { name: 'k', encoding: { kind: 'int8Channel', group: 0 }, input: 'int8', rows: 10, cols: 20 },
    { name: 'o', encoding: { kind: 'int4Group', group: 32 }, input: 'int16', rows: 20, cols: 20 },
    { name: 'up', encoding: { kind: 'int8GroupU8', group: 16 }, input: 'int8', rows: 44, cols: 20 },
    { name: 'down', encoding: { kind: 'int4Group', group: 16 }, input: 'int8', rows: 20, cols: 44 },
  ];
  let at = 0;
  const text = [70, 1, 9].map((length) =>
    Array.from({ length }, () => {
      const id = (at * at * 3 + at * 5) % 37;
      at += 1;
      return id;
    }),
  );
  const rounder = new ModelRounder(draft.begin(), tensors, true, text);
  while (rounder.work() !== null);
  let crc = 0;
  for (const tensor of tensors) {
    const { codes, rowScales, groupScales, groupOffsets } = rounder.take(tensor) as GridMatrix;
    for (const { buffer, byteOffset, byteLength } of [codes, rowScales, groupScales, groupOffsets])
      crc = kernels.crc32(new Uint8Array(buffer, byteOffset, byteLength), crc);
  }
  rounder.dispose();
  assert.equal(crc, bits.roundedCrc32);
});

void test('the same text gives the same codes', async () => {
  const opened = await open('llama-untied-v5');
  const text = sequences(opened.model.vocabSize, 5, 20, 40);
  const encoding = { kind: 'int4Group', group: 32 } as const;
  assert.deepEqual(await rounded(opened, encoding, text), await rounded(opened, encoding, text));
});

void test('what cannot be rounded is refused', async () => {
  const { model, draft } = await open('llama-untied-v5');
  const good = matrices(model, { kind: 'int4Group', group: 32 });
  const begin = async (tensors: readonly RoundedTensor[], text: readonly number[][]): Promise<ModelRounder> =>
    new ModelRounder(await frozen(draft), tensors, true, text);
  await assert.rejects(begin(matrices(model, { kind: 'int8Tensor', group: 0 }), [[1, 2]]), RangeError);
  await assert.rejects(begin(good, []), RangeError);
  await assert.rejects(begin(good, [[1], []]), RangeError);
  await assert.rejects(begin(good, [[model.vocabSize]]), RangeError);
  await assert.rejects(begin(good, [Array<number>(model.maxPositions + 1).fill(1)]), RangeError);
  const unfrozen = (await draft()).begin();
  assert.throws(() => new ModelRounder(unfrozen, good, false, [[1, 2]]), RangeError);
  const [one] = good as [RoundedTensor];
  await assert.rejects(begin([{ ...one, name: 'none' }], [[1, 2]]), FormatError);
  await assert.rejects(begin([{ ...one, name: model.finalNorm.gain?.name ?? '' }], [[1, 2]]), FormatError);
});
