/** Views against a plain implementation that holds the whole tensor: any shape, order, range, element size and block. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint, Dtype } from '../../src/checkpoint/checkpoint.js';
import { bitsOf } from '../../src/checkpoint/dtype.js';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { rowBlocks } from '../../src/checkpoint/row-blocks.js';
import { readRows, rowReader, type ReaderLimits } from '../../src/checkpoint/row-reader.js';
import { isRange, tensorKey, viewShape, type TensorView } from '../../src/checkpoint/tensor-view.js';
import { coveredElements, coverageOf, overlap } from '../../src/checkpoint/view-coverage.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { writeSafetensors } from './write-safetensors.js';

const DTYPES: readonly Dtype[] = ['F8_E4M3', 'BF16', 'F32', 'F64'];

const SMALL: ReaderLimits = { stageBytes: 64, tileBytes: 96, gapBytes: 16 };

/** Whole numbers below a limit, the same for the same seed. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 48271) >>> 0) % 2147483647;
    return state % limit;
  };
}

async function checkpointOf(dtype: Dtype, shape: readonly number[]): Promise<Checkpoint> {
  return openCheckpoint(
    memoryFolder('m', { 'model.safetensors': writeSafetensors({ w: { dtype, shape } }) }),
  );
}

/** The positions of a view's elements in the stored tensor, row after row. */
function positions(shape: readonly number[], view: TensorView): number[][] {
  const isVector = shape.length === 1;
  const stored = { rows: shape[0] ?? 0, columns: shape.slice(1).reduce((product, d) => product * d, 1) };
  const [rows, columns] =
    view.transposed === true ? [stored.columns, stored.rows] : [stored.rows, stored.columns];
  const indices = (selected: TensorView['rows'], length: number): readonly number[] => {
    if (selected === undefined) return [...Array(length).keys()];
    if (!isRange(selected)) return selected;
    return [...Array(selected.end - selected.begin).keys()].map((index) => index + selected.begin);
  };
  const found = indices(view.rows, rows).map((row) =>
    indices(view.columns, columns).map((column) =>
      view.transposed === true ? column * stored.columns + row : row * stored.columns + column,
    ),
  );
  return isVector ? [found.flat()] : found;
}

async function plainly(checkpoint: Checkpoint, view: TensorView): Promise<Uint8Array[]> {
  const info = checkpoint.tensors.get('w');
  assert.ok(info !== undefined);
  const size = bitsOf(info.dtype) / 8;
  const rows = info.shape.length === 1 ? 1 : (info.shape[0] ?? 0);
  const whole = await checkpoint.readRows('w', 0, rows);
  return positions(info.shape, view).map((row) =>
    Uint8Array.from(row.flatMap((at) => [...whole.subarray(at * size, (at + 1) * size)])),
  );
}

function randomView(below: (limit: number) => number, shape: readonly number[]): TensorView {
  const isTransposed = shape.length > 1 && below(2) === 0;
  const flat = [shape[0] ?? 0, shape.slice(1).reduce((product, d) => product * d, 1)] as const;
  const [rows, columns] = isTransposed ? [flat[1], flat[0]] : flat;
  const range = (length: number): { begin: number; end: number } => {
    const begin = below(length + 1);
    return { begin, end: begin + below(length - begin + 1) };
  };
  const order = (): number[] => Array.from({ length: below(2 * rows + 1) }, () => below(rows));
  const kind = below(3);
  return {
    ...(isTransposed ? { transposed: true } : {}),
    ...(kind === 0 ? {} : { rows: kind === 1 ? range(rows) : order() }),
    ...(shape.length === 1 || below(2) === 0 ? {} : { columns: range(columns) }),
  };
}

test('a view reads what a plain implementation takes of the whole tensor', async () => {
  const below = numbers(20261130);
  for (let round = 0; round < 600; round++) {
    const dtype = DTYPES[below(DTYPES.length)] as Dtype;
    const dimensions = 1 + below(3);
    const shape = Array.from({ length: dimensions }, () => 1 + below(dimensions === 3 ? 5 : 13));
    const view = randomView(below, shape);
    const checkpoint = await checkpointOf(dtype, shape);
    const expected = await plainly(checkpoint, view);
    const said = JSON.stringify({ dtype, shape, view });
    const info = checkpoint.tensors.get('w');
    assert.ok(info !== undefined);
    const [first = 0, second] = viewShape(info, view);
    assert.deepEqual(
      second === undefined ? [1, first] : [first, second],
      [expected.length, second === undefined ? first : (positions(shape, view)[0]?.length ?? second)],
      said,
    );

    const limits = below(2) === 0 ? undefined : SMALL;
    const seen: number[] = [];
    for await (const block of rowBlocks(
      checkpoint,
      { name: 'w', view },
      { rowsPerBlock: 1 + below(5) },
      limits,
    )) {
      assert.equal(block.bytes.length % (block.rowEnd - block.rowBegin), 0, said);
      seen.push(...block.bytes);
    }
    assert.deepEqual(
      seen,
      expected.flatMap((row) => [...row]),
      said,
    );

    const begin = below(expected.length + 1);
    const end = begin + below(expected.length - begin + 1);
    assert.deepEqual(
      [...(await readRows(checkpoint, { name: 'w', view }, begin, end))],
      expected.slice(begin, end).flatMap((row) => [...row]),
      said,
    );
  }
});

test('rows may be asked for in any order', async () => {
  const checkpoint = await checkpointOf('BF16', [7, 9]);
  const view: TensorView = { transposed: true, columns: { begin: 1, end: 6 } };
  const expected = await plainly(checkpoint, view);
  const reader = rowReader(checkpoint, { name: 'w', view }, SMALL);
  const below = numbers(7);
  for (let round = 0; round < 40; round++) {
    const begin = below(9);
    const end = begin + 1 + below(9 - begin);
    const target = new Uint8Array((end - begin) * 10);
    await reader.readRowsInto(target, begin, end);
    assert.deepEqual(
      [...target],
      expected.slice(begin, end).flatMap((row) => [...row]),
    );
  }
});

/** What is read of a checkpoint: bytes of the largest read, and of all together. */
function measured(inner: Checkpoint): { checkpoint: Checkpoint; most: () => number; total: () => number } {
  let most = 0;
  let total = 0;
  return {
    checkpoint: {
      tensors: inner.tensors,
      metadata: inner.metadata,
      bytes: inner.bytes,
      readRows: (...args) => inner.readRows(...args),
      readRowsInto: async (target, ...args) => {
        most = Math.max(most, target.length);
        total += target.length;
        await inner.readRowsInto(target, ...args);
      },
    },
    most: () => most,
    total: () => total,
  };
}

test('memory is bounded, and a tensor is not read oftener than its tiles say', async () => {
  const rows = 512;
  const columns = 256;
  const { checkpoint, most, total } = measured(await checkpointOf('F32', [rows, columns]));
  const limits: ReaderLimits = { stageBytes: 16 * 1024, tileBytes: 64 * 1024, gapBytes: 0 };
  const bytes = rows * columns * 4;
  const views: readonly [TensorView, number][] = [
    [{ transposed: true }, bytes * (bytes / limits.tileBytes)],
    [{ transposed: true, rows: { begin: 3, end: 20 } }, bytes],
    [{ columns: { begin: 100, end: 101 } }, bytes],
    [{ rows: [...Array(rows).keys()].reverse() }, bytes],
    [{ rows: Array.from({ length: rows / 8 }, (_, index) => 8 * index) }, bytes / 8],
  ];
  let before = 0;
  for (const [view, expected] of views) {
    for await (const block of rowBlocks(checkpoint, { name: 'w', view }, { bytesPerBlock: 8 * 1024 }, limits))
      assert.ok(block.bytes.length <= 8 * 1024);
    assert.equal(total() - before, expected, JSON.stringify(view).slice(0, 80));
    before = total();
  }
  assert.ok(most() <= limits.stageBytes, `${most()}`);
});

test('a range of rows is read straight into the memory of the block', async () => {
  const { checkpoint, total } = measured(await checkpointOf('F32', [8, 4]));
  for await (const block of rowBlocks(
    checkpoint,
    { name: 'w', view: { rows: { begin: 2, end: 6 } } },
    { rowsPerBlock: 3 },
  ))
    assert.ok(block.rowEnd <= 4);
  assert.equal(total(), 4 * 16);
});

test('views that do not lie inside the tensor are refused', async () => {
  const matrix = await checkpointOf('F32', [4, 6]);
  const wrong: TensorView[] = [
    { rows: { begin: 0, end: 5 } },
    { rows: { begin: 3, end: 2 } },
    { rows: { begin: -1, end: 2 } },
    { rows: [0, 4] },
    { rows: [0.5] },
    { columns: { begin: 0, end: 7 } },
    { transposed: true, columns: { begin: 0, end: 5 } },
  ];
  for (const view of wrong) assert.throws(() => rowReader(matrix, { name: 'w', view }), RangeError);
  const vector = await checkpointOf('F32', [4]);
  for (const view of [{ transposed: true }, { columns: { begin: 0, end: 1 } }])
    assert.throws(() => rowReader(vector, { name: 'w', view }), RangeError);
  assert.throws(() => rowReader(vector, { name: 'v' }), /no tensor v/);
  const halves = await checkpointOf('F4', [4, 4]);
  assert.throws(() => rowReader(halves, { name: 'w', view: {} }), /whole bytes/);
  const reader = rowReader(matrix, { name: 'w', view: { rows: [1, 0] } });
  await assert.rejects(reader.readRowsInto(new Uint8Array(24), 1, 3), RangeError);
  await assert.rejects(reader.readRowsInto(new Uint8Array(23), 0, 1), RangeError);
});

test('unlike views have unlike keys, and a tensor is called by its name', () => {
  const order = [...Array(20).keys()];
  const views: TensorView[] = [
    { transposed: true },
    { rows: { begin: 0, end: 2 } },
    { rows: { begin: 0, end: 3 } },
    { columns: { begin: 0, end: 2 } },
    { rows: [0, 1] },
    { rows: [1, 0] },
    { rows: order },
    { rows: [...order].reverse() },
    { transposed: true, rows: { begin: 0, end: 2 } },
  ];
  const keys = views.map((view) => tensorKey({ name: 'w', view }));
  assert.equal(new Set([...keys, tensorKey({ name: 'w' })]).size, views.length + 1);
  assert.equal(tensorKey({ name: 'w' }), 'w');
  assert.equal(keys[1], 'w[rows 0-1]');
});

test('coverage counts each element once, and finds every overlap', async () => {
  const below = numbers(99);
  for (let round = 0; round < 500; round++) {
    const shape = Array.from({ length: 1 + below(2) }, () => 1 + below(6));
    const info = (await checkpointOf('F32', shape)).tensors.get('w');
    assert.ok(info !== undefined);
    const [a, b] = [randomView(below, shape), randomView(below, shape)];
    const elements = (view: TensorView): number[] => positions(shape, view).flat();
    const [one, other] = [coverageOf(info, a), coverageOf(info, b)];
    const said = JSON.stringify({ shape, a, b });
    const taken = new Set(elements(a));
    assert.equal(coveredElements(one), taken.size, said);
    const shared = elements(b).some((at) => taken.has(at));
    assert.equal(overlap(one, other), shared, said);
    if (taken.size > 0) assert.equal(one.isRepeating, elements(a).length !== taken.size, said);
  }
});
