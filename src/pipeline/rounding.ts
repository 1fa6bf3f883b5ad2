/** What rounding did to some numbers of a matrix: as the original has them, and as the package does. */
import { readRows } from '../checkpoint/row-reader.js';
import { tensorKey } from '../checkpoint/tensor-view.js';
import { placeInWeights, type TensorPlace } from '../package/places.js';
import { viewOf } from '../package/sections.js';
import type { TensorRef } from '../model/decoder.js';
import type { PlannedTensor } from '../plan/layout.js';
import type { TensorPart } from '../plan/parts.js';
import { dequantize, gridOf, groupWidth, type CodedRows } from '../quantize/dequantize.js';
import type { Kernels } from '../quantize/kernel-types.js';
import { loadKernels } from '../quantize/kernels.js';
import { tableElementsPerRow, type TensorTable } from '../schema/encodings.js';
import { HEADER, SECTION, SECTION_ENTRY } from '../schema/package.js';
import { UsageError } from '../shared/errors.js';
import type { PlannedModel } from './plan-model.js';
import type { Runtime } from './types.js';

/** Numbers that are looked at: a group of the usual size, and as many as can be told apart in a picture. */
export const ROUNDED_NUMBERS = 32;

/** Which numbers are looked at. */
export interface RoundingPlace {
  /** Name of a matrix in the report. */
  readonly tensor: string;
  /** From 0. */
  readonly row: number;
}

/** The first numbers of a row; all lists are equally long. */
export interface RoundingSample extends RoundingPlace {
  /** As the original computes with them: with the gain of a norm that is folded into the matrix. */
  readonly before: readonly number[];
  /** What the codes of the package stand for. */
  readonly after: readonly number[];
  /** Distance between neighbouring codes at each number; 0 where all of a group are the same. */
  readonly steps: readonly number[];
}

/**
 * Reads one row of the original and of the package.
 * @param planned the plan that the package was made by
 * @throws UsageError when there is no such row of codes, or the package is of another plan; TransportError
 */
export async function sampleRounding(
  planned: PlannedModel,
  bytes: Uint8Array,
  { tensor: name, row }: RoundingPlace,
  runtime: Pick<Runtime, 'kernels'>,
  signal?: AbortSignal,
): Promise<RoundingSample> {
  const [tensor, part] = find(planned, name);
  if (tensor.encoding.kind === 'float32') throw new UsageError(`${name} is not rounded: it is kept as F32.`);
  const [rows = 0] = part.source.shape;
  if (!Number.isInteger(row) || row < 0 || row >= rows)
    throw new UsageError(`${name} has the rows 0 to ${rows - 1}, and no row ${row}.`);
  const kernels = await loadKernels(runtime.kernels);
  const before = await originalRow(planned, tensor, part, row, kernels, signal);
  const tensors = planned.plan.tensors.map((one) => one.tensor);
  const places = placeInWeights(tensors);
  const weights = weightsIn(bytes, places.at(-1)?.end ?? 0);
  const place = places[tensors.indexOf(tensor)] as TensorPlace;
  const coded = codedRow(tensor, place, part, row, weights);
  const { encoding } = tensor;
  const [shared = 0] = coded.scales;
  const after = dequantize(coded, encoding, { rows: 1, cols: tensor.cols }, shared);
  const width = groupWidth(encoding, tensor.cols);
  const steps = after.map((_, col) => gridOf(coded, encoding, 0, Math.floor(col / width), shared).step);
  const first = (values: Float32Array): number[] => [...values.subarray(0, ROUNDED_NUMBERS)];
  return { tensor: name, row, before: first(before), after: first(after), steps: first(steps) };
}

function find({ plan }: PlannedModel, name: string): [PlannedTensor, TensorPart] {
  for (const { tensor } of plan.tensors) {
    const part = tensor.parts.find(({ source }) => tensorKey(source) === name);
    if (part !== undefined) return [tensor, part];
  }
  throw new UsageError(`There is no matrix ${name} in this model.`);
}

/** A row as numbers, decoded as before it is rounded. */
async function originalRow(
  { opened: { checkpoint } }: PlannedModel,
  { gain }: PlannedTensor,
  { source, factor }: TensorPart,
  row: number,
  kernels: Kernels,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const read = (ref: TensorRef, from: number, to: number): Promise<Uint8Array> =>
    readRows(checkpoint, ref, from, to, signal);
  const gains =
    gain === null
      ? undefined
      : kernels
          .decode(await read(gain.source, 0, gain.source.shape[0] ?? 0), gain.source.dtype)
          .map((value) => value + gain.offset);
  const bytes = await read(source, row, row + 1);
  return kernels.decode(bytes, source.dtype, { gain: gains, multiplier: factor });
}

/**
 * The weights of a package.
 * @param length what the plan asks for
 * @throws UsageError when there are others
 */
function weightsIn(bytes: Uint8Array, length: number): Uint8Array {
  const view = viewOf(bytes);
  const { fields } = SECTION_ENTRY;
  const tableEnd = bytes.length < HEADER.bytes ? 0 : view.getUint32(HEADER.fields.tableEnd.offset, true);
  const last = Math.min(tableEnd, bytes.length) - SECTION_ENTRY.bytes;
  for (let at: number = HEADER.bytes; at <= last; at += SECTION_ENTRY.bytes) {
    const begin = view.getUint32(at + fields.offset.offset, true);
    const isThese =
      view.getUint32(at + fields.kind.offset, true) === SECTION.weights.kind &&
      view.getUint32(at + fields.length.offset, true) === length;
    if (isThese && begin + length <= bytes.length) return bytes.subarray(begin, begin + length);
  }
  throw new UsageError('The package has not the weights of this plan. Convert the model again.');
}

/** A row of the package, by its number in the source, with its part of the tables. */
function codedRow(
  tensor: PlannedTensor,
  { dataOffset, tableOffsets }: TensorPlace,
  part: TensorPart,
  sourceRow: number,
  weights: Uint8Array,
): CodedRows {
  const { rowBytes, tables, encoding, cols, parts } = tensor;
  const row = part.rowOffset + sourceRow * part.rowStep;
  const table = (name: TensorTable['name']): Uint8Array => {
    const index = tables.findIndex((one) => one.name === name);
    const its = tables[index];
    if (its === undefined) return new Uint8Array();
    const isShared = its.per === 'source';
    const bytes = (isShared ? 1 : tableElementsPerRow(its, encoding, cols)) * (its.bytes / its.count);
    const at = (tableOffsets[index] as number) + (isShared ? parts.indexOf(part) : row) * bytes;
    return weights.slice(at, at + bytes);
  };
  const offsets = table('group offset');
  return {
    codes: weights.slice(dataOffset + row * rowBytes, dataOffset + (row + 1) * rowBytes),
    scales: new Float32Array(table('scale').buffer),
    groupScales: table('group scale'),
    groupOffsets: new Int8Array(offsets.buffer),
    rowStride: rowBytes,
  };
}
