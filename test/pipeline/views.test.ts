/**
 * A checkpoint that stores the same weights otherwise (fused, transposed, in another order) becomes the same package and the
 * same report: nothing behind the readers knows of views.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import type { TensorView } from '../../src/checkpoint/tensor-view.js';
import type { DecoderModel, TensorRef } from '../../src/model/decoder.js';
import { TensorTable } from '../../src/model/tensor-table.js';
import { convertPlanned } from '../../src/pipeline/convert-planned.js';
import { evaluateConverted } from '../../src/pipeline/evaluate-converted.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { planOpened } from '../../src/pipeline/plan-model.js';
import type { ConvertOptions } from '../../src/pipeline/types.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { writeSafetensors, type TestTensor } from '../checkpoint/write-safetensors.js';
import { testRuntime } from '../support/runtime.js';
import { syntheticFolder } from '../support/synthetic-model.js';

const SHAPE = { attentionBias: true, kvHeads: 2 } as const;

interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

async function matrixOf(checkpoint: Checkpoint, name: string): Promise<Matrix> {
  const [first = 0, second] = checkpoint.tensors.get(name)?.shape ?? [];
  const [rows, columns] = second === undefined ? [first, 1] : [first, second];
  const bytes = await checkpoint.readRows(name, 0, second === undefined ? 1 : rows);
  return { rows, columns, values: new Float32Array(bytes.buffer, bytes.byteOffset, rows * columns) };
}

function stacked(parts: readonly Matrix[]): Matrix {
  const columns = parts[0]?.columns ?? 0;
  const values = Float32Array.from(parts.flatMap((part) => [...part.values]));
  return { rows: values.length / columns, columns, values };
}

function transposed({ rows, columns, values }: Matrix): Matrix {
  const turned = values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)] as number);
  return { rows: columns, columns: rows, values: turned };
}

function reversed(part: Matrix): Matrix {
  const order = [...Array(part.rows).keys()].reverse();
  const row = (index: number): readonly number[] => [
    ...part.values.subarray(index * part.columns, (index + 1) * part.columns),
  ];
  return { ...part, values: Float32Array.from(order.flatMap(row)) };
}

function stored({ rows, columns, values }: Matrix, isVector = false): TestTensor {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  return { dtype: 'F32', shape: isVector ? [rows] : [rows, columns], data };
}

/** How a tensor of the plain checkpoint lies in the other one. */
interface Place {
  readonly name: string;
  readonly shape: readonly number[];
  readonly view: TensorView;
}

/** The same weights, stored otherwise, with the places to which the tensors went. */
async function restored(plain: Checkpoint): Promise<{ checkpoint: Checkpoint; places: Map<string, Place> }> {
  const tensors: Record<string, TestTensor> = {};
  const places = new Map<string, Place>();
  for (const name of plain.tensors.keys()) {
    const fusable = /self_attn\.[qkv]_proj|mlp\.(?:gate|up|down)_proj/.test(name);
    if (fusable) continue;
    const matrix = await matrixOf(plain, name);
    tensors[name] = stored(matrix, plain.tensors.get(name)?.shape.length === 1);
  }
  for (let layer = 0; plain.tensors.has(`model.layers.${layer}.input_layernorm.weight`); layer++) {
    const at = `model.layers.${layer}.`;
    for (const kind of ['weight', 'bias']) {
      const names = ['q', 'k', 'v'].map((head) => `${at}self_attn.${head}_proj.${kind}`);
      const parts = await Promise.all(names.map((name) => matrixOf(plain, name)));
      const whole = kind === 'weight' ? transposed(stacked(parts)) : stacked(parts);
      const tensor = stored(whole, kind === 'bias');
      tensors[`${at}c_attn.${kind}`] = tensor;
      let begin = 0;
      for (const [index, name] of names.entries()) {
        const end = begin + (parts[index]?.rows ?? 0);
        const view = { ...(kind === 'weight' ? { transposed: true } : {}), rows: { begin, end } };
        places.set(name, { name: `${at}c_attn.${kind}`, shape: tensor.shape, view });
        begin = end;
      }
    }
    const [gate, up, down] = await Promise.all(
      ['gate', 'up', 'down'].map((name) => matrixOf(plain, `${at}mlp.${name}_proj.weight`)),
    );
    assert.ok(gate !== undefined && up !== undefined && down !== undefined);
    // Rows in the other order, as containers have them that permute; and a transpose beside a transpose.
    const order = { rows: [...Array(gate.rows).keys()].reverse() };
    tensors[`${at}gate`] = stored(reversed(gate));
    places.set(`${at}mlp.gate_proj.weight`, {
      name: `${at}gate`,
      shape: [gate.rows, gate.columns],
      view: order,
    });
    const both = stacked([transposed(up), down]);
    tensors[`${at}up_down`] = stored(both);
    const shape = [both.rows, both.columns];
    places.set(`${at}mlp.up_proj.weight`, {
      name: `${at}up_down`,
      shape,
      view: { transposed: true, columns: { begin: 0, end: up.columns } },
    });
    places.set(`${at}mlp.down_proj.weight`, {
      name: `${at}up_down`,
      shape,
      view: { rows: { begin: up.columns, end: both.rows } },
    });
  }
  const checkpoint = await openCheckpoint(
    memoryFolder('other', { 'model.safetensors': writeSafetensors(tensors) }),
  );
  return { checkpoint, places };
}

/** The description of the other checkpoint, with every tensor taken from a table that keeps account. */
function described(
  plain: DecoderModel,
  checkpoint: Checkpoint,
  places: ReadonlyMap<string, Place>,
): DecoderModel {
  const table = new TensorTable(checkpoint, 'config.json');
  const isRef = (value: object): value is TensorRef => 'dtype' in value && 'shape' in value;
  const visit = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(visit);
    if (!isRef(value))
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)]));
    const place = places.get(value.name);
    if (place === undefined) return table.take(value.name, value.shape, 'the plain model');
    const ref = table.take(place.name, place.shape, 'the plain model', place.view);
    assert.deepEqual(ref.shape, value.shape);
    return ref;
  };
  const model = visit(plain) as DecoderModel;
  assert.deepEqual(
    table.finish(() => null),
    [],
  );
  assert.equal(table.parameters, plain.parameters);
  return model;
}

const OPTIONS: readonly ConvertOptions[] = [
  {},
  { scheme: { granularity: 'group:32', activations: 'static' } },
  { scheme: { granularity: 'tensor' } },
];

for (const options of OPTIONS) {
  test(`fused, transposed and permuted weights give the same package: ${JSON.stringify(options)}`, async () => {
    const runtime = await testRuntime();
    const plain = await openModel(syntheticFolder(SHAPE), runtime);
    const { checkpoint, places } = await restored(plain.checkpoint);
    const other: OpenedModel = {
      ...plain,
      checkpoint,
      model: described(plain.model, checkpoint, places),
    };
    const convert = async (opened: OpenedModel): Promise<[Uint8Array | null, unknown]> => {
      const converted = await convertPlanned(planOpened(opened, options), {}, runtime);
      const { tensors, ...report } = await evaluateConverted(converted, {}, runtime);
      return [converted.package, { ...report, tensors: tensors.map(({ name: _, ...rest }) => rest) }];
    };
    const [expected, expectedReport] = await convert(plain);
    const [bytes, report] = await convert(other);
    assert.ok(expected !== null && expected.length > 0);
    assert.deepEqual(bytes, expected);
    assert.deepEqual(report, expectedReport);
  });
}
