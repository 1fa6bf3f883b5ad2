/** Matrices that come on their grids are packed as the quantizer packs the ones that it rounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensorKey } from '../../src/checkpoint/tensor-view.js';
import { openModel } from '../../src/pipeline/open-model.js';
import { planOpened, type PlannedModel } from '../../src/pipeline/plan-model.js';
import { ALL_FUSIONS, NO_FUSIONS, type Fusions, type WantedScheme } from '../../src/plan/scheme.js';
import type { PlannedTensor } from '../../src/plan/layout.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import { gridsOf, placedRows, placedTables } from '../../src/quantize/placed.js';
import { quantizeTensors, type SourceStatistics } from '../../src/quantize/quantize.js';
import type { GridMatrix, TunedTensors } from '../../src/quantize/tuned.js';
import { rowBytes, tensorTables, type Encoding, type TableValues } from '../../src/schema/encodings.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

interface Packed {
  readonly data: Uint8Array;
  readonly tables: readonly TableValues[];
}

async function pack(
  { opened, plan }: PlannedModel,
  tuned?: TunedTensors,
): Promise<{ packed: Map<string, Packed>; statistics: SourceStatistics[] }> {
  const packed = new Map<string, Packed>();
  const names = plan.tensors.map(({ tensor }) => tensor.name);
  let pieces: Uint8Array[] = [];
  const statistics = await quantizeTensors({
    checkpoint: opened.checkpoint,
    model: opened.model,
    plan,
    kernels: await loadKernels((await testRuntime()).kernels),
    consumer: {
      appendData: (bytes) => {
        pieces.push(bytes.slice());
        return Promise.resolve();
      },
      endTensor: (tables) => {
        packed.set(names[packed.size] ?? '', { data: new Uint8Array(Buffer.concat(pieces)), tables });
        pieces = [];
        return Promise.resolve();
      },
    },
    tuned,
  });
  return { packed, statistics };
}

async function planned(scheme: Partial<WantedScheme>, fusions: Fusions): Promise<PlannedModel> {
  const shape = { hidden: 80, ffn: 112, headDim: 20, attentionBias: true, seed: 4 };
  return planOpened(await openModel(syntheticFolder(shape), await testRuntime()), { scheme, fusions });
}

/** What the quantizer made of every source matrix, on its grid. */
function gridsFrom(plan: PlannedModel['plan'], packed: ReadonlyMap<string, Packed>): TunedTensors {
  const matrices = new Map<string, GridMatrix>();
  for (const { tensor } of plan.tensors) {
    if (tensor.encoding.kind === 'float32') continue;
    const { data, tables } = packed.get(tensor.name) as Packed;
    const groups = tensor.encoding.group === 0 ? 0 : Math.ceil(tensor.cols / tensor.encoding.group);
    for (const { source, rowOffset, rowStep, factor } of tensor.parts) {
      const [rows = 0, cols = 0] = source.shape;
      const codes = new Int8Array(rows * cols);
      const rowScales = new Float32Array(rows);
      const groupScales = new Uint8Array(rows * groups);
      for (let row = 0; row < rows; row++) {
        const from = rowOffset + row * rowStep;
        codes.set(new Int8Array(data.slice(from * tensor.rowBytes).buffer, 0, cols), row * cols);
        rowScales[row] = (tables[0]?.[from] ?? NaN) / factor;
        if (groups > 0)
          groupScales.set(
            (tables[1] as Uint8Array).subarray(from * groups, (from + 1) * groups),
            row * groups,
          );
      }
      const grid = { encoding: tensor.encoding, rows, cols, codes, rowScales, groupScales };
      matrices.set(tensorKey(source), { ...grid, groupOffsets: new Int8Array(0) });
    }
  }
  return { matrices, vectors: new Map() };
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(a));

for (const granularity of ['channel', 'group:32'] as const) {
  // A factor of the attention that is no power of two would cost a bit on its way through a scale here.
  for (const [name, fusions] of [
    ['fused', { ...ALL_FUSIONS, attentionScale: false }],
    ['apart', NO_FUSIONS],
  ] as const) {
    void test(`${granularity}, ${name}: the same bytes and the same account as of rounded ones`, async () => {
      const model = await planned({ granularity }, fusions);
      const rounded = await pack(model);
      const tuned = gridsFrom(model.plan, rounded.packed);
      const placed = await pack(model, tuned);
      assert.deepEqual(placed.packed, rounded.packed);
      for (const [i, before] of rounded.statistics.entries()) {
        const after = placed.statistics[i] as SourceStatistics;
        const { errorSquares, sqnr, signalSquares, ...rest } = after.statistics;
        const expected = before.statistics;
        assert.ok(close(errorSquares, expected.errorSquares), before.source);
        assert.ok(close(sqnr, expected.sqnr) && close(signalSquares, expected.signalSquares));
        assert.deepEqual(
          { ...rest, errorSquares, sqnr, signalSquares },
          {
            ...expected,
            errorSquares,
            sqnr,
            signalSquares,
          },
        );
        assert.deepEqual({ ...after, statistics: null }, { ...before, statistics: null });
      }
    });
  }
}

void test('factors go into the scales of their rows, and vectors take the place of the checkpoint', async () => {
  const model = await planned({}, ALL_FUSIONS);
  const { packed } = await pack(model);
  const tuned = gridsFrom(model.plan, packed);
  const qkv = model.plan.tensors.find(({ tensor }) => tensor.role === 'qkv')?.tensor as PlannedTensor;
  assert.ok((qkv.parts[0]?.factor ?? 1) !== 1 && qkv.parts[1]?.factor === 1);
  const bias = model.plan.tensors.find(({ tensor }) => tensor.role === 'qkv.bias')?.tensor as PlannedTensor;
  const changed = bias.parts.map(({ source }, i): [string, Float32Array] => [
    tensorKey(source),
    Float32Array.from({ length: source.shape[0] ?? 0 }, (_, j) => i * 1000 + j),
  ]);
  const again = await pack(model, { ...tuned, vectors: new Map(changed) });
  const rows = tuned.matrices.get(tensorKey(qkv.parts[0]?.source ?? { name: '' }))?.rows ?? 0;
  const [scales] = again.packed.get(qkv.name)?.tables ?? [];
  const [before] = packed.get(qkv.name)?.tables ?? [];
  assert.equal(scales?.length, qkv.rows);
  for (let row = 0; row < qkv.rows; row++)
    assert.ok(close((scales[row] ?? 0) / (before?.[row] ?? 1), 1), `${row} of ${rows}`);
  const values = new Float32Array(again.packed.get(bias.name)?.data.slice().buffer ?? new ArrayBuffer(0));
  for (const [i, { rowOffset, factor, source }] of bias.parts.entries()) {
    for (let j = 0; j < (source.shape[0] ?? 0); j++)
      assert.equal(values[rowOffset + j], Math.fround((i * 1000 + j) * factor));
  }
});

/** A tensor of two sources whose rows alternate. */
function alternating(encoding: Encoding, rows: number, cols: number): PlannedTensor {
  const part = (rowOffset: number): PlannedTensor['parts'][number] => ({
    source: { name: `source ${rowOffset}`, dtype: 'F32', shape: [rows, cols] },
    rowOffset,
    rowStep: 2,
    factor: rowOffset === 0 ? 1 : 4,
    offset: 0,
  });
  return {
    role: 'gate_up',
    index: 0,
    name: 'gate_up',
    encoding,
    input: 'int8',
    rows: 2 * rows,
    cols,
    sources: 2,
    rowBytes: rowBytes(encoding, cols),
    tables: tensorTables(encoding, { rows: 2 * rows, cols, sources: 2 }),
    dataBytes: 0,
    tableBytes: 0,
    gain: null,
    parts: [part(0), part(1)],
    site: 'mlp',
    bytesPerToken: 0,
  };
}

void test('codes of 4 bits lie two in a byte, sixteen columns apart', () => {
  const encoding = { kind: 'int4Group', group: 16 } as const;
  const [rows, cols] = [3, 50];
  const tensor = alternating(encoding, rows, cols);
  const grid = (seed: number): GridMatrix => ({
    encoding,
    rows,
    cols,
    codes: Int8Array.from({ length: rows * cols }, (_, i) => ((i * 7 + seed * 3) % 16) - 8),
    rowScales: Float32Array.from({ length: rows }, (_, i) => seed + i + 0.5),
    groupScales: Uint8Array.from({ length: rows * 4 }, (_, i) => 20 * seed + i),
    groupOffsets: Int8Array.from({ length: rows * 4 }, (_, i) => i - 127 * seed),
  });
  const grids = [grid(0), grid(1)];
  const bytes = placedRows(tensor, grids, 1, 6);
  assert.equal(tensor.rowBytes, 32);
  assert.equal(bytes.length, 5 * 32);
  const [scales, groupScales, offsets] = placedTables(tensor, grids);
  for (let row = 1; row < 6; row++) {
    const { codes, rowScales, groupScales: s, groupOffsets: m } = grids[row % 2] as GridMatrix;
    const from = Math.floor(row / 2);
    for (let column = 0; column < 64; column++) {
      const at = (row - 1) * 32 + 16 * Math.floor(column / 32) + (column % 16);
      const nibble = ((bytes[at] as number) >> (column % 32 < 16 ? 0 : 4)) & 15;
      const code = nibble < 8 ? nibble : nibble - 16;
      assert.equal(code, column < cols ? codes[from * cols + column] : 0, `${row} ${column}`);
    }
    assert.equal(scales?.[row], (rowScales[from] as number) * (row % 2 === 0 ? 1 : 4));
    assert.deepEqual(groupScales?.slice(4 * row, 4 * row + 4), s.slice(4 * from, 4 * from + 4));
    assert.deepEqual(offsets?.slice(4 * row, 4 * row + 4), m.slice(4 * from, 4 * from + 4));
  }
});

void test('what was tuned for another plan is refused', () => {
  const encoding = { kind: 'int8Channel', group: 0 } as const;
  const tensor = alternating(encoding, 3, 20);
  const grid: GridMatrix = {
    encoding,
    rows: 3,
    cols: 20,
    codes: new Int8Array(60),
    rowScales: new Float32Array(3),
    groupScales: new Uint8Array(0),
    groupOffsets: new Int8Array(0),
  };
  const of = (...grids: (GridMatrix | null)[]): GridMatrix[] | null => {
    const found = grids.flatMap((one, i): [string, GridMatrix][] =>
      one === null ? [] : [[tensorKey(tensor.parts[i]?.source ?? { name: '' }), one]],
    );
    return gridsOf(tensor, { matrices: new Map(found), vectors: new Map() });
  };
  assert.equal(of(), null);
  assert.deepEqual(of(grid, grid), [grid, grid]);
  assert.throws(() => of(grid), RangeError);
  assert.throws(() => of(grid, { ...grid, rows: 4 }), RangeError);
  assert.throws(() => of(grid, { ...grid, encoding: { kind: 'int8GroupU8', group: 16 } }), RangeError);
});
