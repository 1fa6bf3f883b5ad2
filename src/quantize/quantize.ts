/**
 * Drives the kernels through a plan: reads each source tensor in blocks of rows, converts them and hands the bytes to the
 * package writer, so that no more than a few blocks are in memory.
 */
import { rowBlocks, type RowBlock } from '../checkpoint/row-blocks.js';
import { readRows } from '../checkpoint/row-reader.js';
import { tensorKey } from '../checkpoint/tensor-view.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { floatBytes } from '../checkpoint/dtype.js';
import { numberedSteps, type DecoderModel, type TensorRef } from '../model/decoder.js';
import type { PlannedTensor } from '../plan/layout.js';
import type { TensorPart } from '../plan/parts.js';
import type { Plan } from '../plan/plan.js';
import {
  ROW_ALIGNMENT,
  alignUp,
  tableElementsPerRow,
  tableValues,
  type TableValues,
} from '../schema/encodings.js';
import { roleSpec, type RoleSpec } from '../schema/roles.js';
import { throwIfAborted } from '../shared/errors.js';
import { ProgressMeter, type OnProgress } from '../shared/progress.js';
import type { Kernels, OutputBlock, QuantizerSpec, RowQuantizer, TensorStatistics } from './kernel-types.js';
import { notFinite } from './not-finite.js';
import { GridLoss, gridsOf, placedRows, placedTables } from './placed.js';
import { rotaryTable } from './rotary.js';
import {
  blockElementsPerRow,
  blockValues,
  needsMeasure,
  partBytes,
  quantizerSpec,
  sharedValue,
} from './table-values.js';
import type { GridMatrix, TunedTensors } from './tuned.js';

/** Takes the bytes of tensors in plan order; the package writer is one. */
export interface TensorConsumer {
  appendData(bytes: Uint8Array): Promise<void>;
  /** @param tables those of the tensor's encoding, in its order */
  endTensor(tables: readonly TableValues[]): Promise<void>;
}

/** What became of one source tensor. */
export interface SourceStatistics {
  /** Name in the checkpoint. */
  readonly source: string;
  /** The package tensor that its rows went to. */
  readonly tensor: string;
  readonly rows: number;
  readonly cols: number;
  readonly dtype: string;
  /** Bytes in the checkpoint. */
  readonly bytesBefore: number;
  /** Bytes in the package, its share of scales included. */
  readonly bytesAfter: number;
  readonly statistics: TensorStatistics;
}

export interface QuantizeInput {
  readonly checkpoint: Checkpoint;
  readonly model: DecoderModel;
  readonly plan: Plan;
  readonly kernels: Kernels;
  readonly consumer: TensorConsumer;
  /** Matrices that are packed as they are, and vectors that take the place of the checkpoint's. */
  readonly tuned?: TunedTensors | undefined;
  /** How much an error of each column costs, by the name of the package tensor; all alike by default. */
  readonly importance?: ReadonlyMap<string, Float32Array> | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Source bytes per block: large enough to stream, small enough to stay in a cache with its result. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * Converts all tensors of the plan.
 * @returns statistics of every matrix, in plan order
 * @throws FormatError when a tensor holds values that are not numbers; TransportError; the signal's reason
 */
export async function quantizeTensors(input: QuantizeInput): Promise<SourceStatistics[]> {
  const passes = (tensor: PlannedTensor): number => (needsMeasure(tensor) ? 2 : 1);
  const total = input.plan.tensors.reduce(
    (sum, { tensor }) =>
      sum + passes(tensor) * tensor.parts.reduce((bytes, part) => bytes + sourceBytes(part), 0),
    0,
  );
  const job = new QuantizeJob(input, new ProgressMeter('quantizing', 'bytes', total, input.onProgress));
  const statistics: SourceStatistics[] = [];
  for (const { tensor } of input.plan.tensors) {
    throwIfAborted(input.signal);
    statistics.push(...(await job.convert(tensor)));
  }
  return statistics;
}

function sourceBytes({ source }: Pick<TensorPart, 'source'>): number {
  return source.shape.reduce((product, d) => product * d, 1) * floatBytes(source.dtype);
}

class QuantizeJob {
  /** Memory that blocks are read to, two buffers for each part that is read side by side: fresh memory costs time. */
  private readonly buffers: [Uint8Array, Uint8Array][] = [];

  constructor(
    private readonly input: QuantizeInput,
    private readonly meter: ProgressMeter,
  ) {}

  async convert(tensor: PlannedTensor): Promise<SourceStatistics[]> {
    if (tensor.role === 'slopes') return this.slopes(tensor);
    const { shape }: RoleSpec = roleSpec(tensor.role);
    switch (shape) {
      case 'table':
        return this.rotary(tensor);
      case 'vector':
        return this.vector(tensor);
      case 'matrix':
      case 'lookup':
        return this.matrix(tensor);
    }
  }

  private async rotary(tensor: PlannedTensor): Promise<SourceStatistics[]> {
    const spec = this.input.model.rotaries[tensor.index];
    if (spec === undefined) throw new RangeError(`rotary table ${tensor.index} does not exist`);
    await this.input.consumer.appendData(rotaryTable(spec, tensor.rows, tensor.rowBytes));
    await this.input.consumer.endTensor([]);
    return [];
  }

  private async slopes(tensor: PlannedTensor): Promise<SourceStatistics[]> {
    const step = numberedSteps(this.input.model)[tensor.index]?.step;
    if (step?.kind !== 'attention' || step.attention.position.kind !== 'alibi')
      throw new RangeError(`${tensor.name} belongs to no step with slopes`);
    const row = new Float32Array(tensor.rowBytes / 4);
    row.set(step.attention.position.slopes);
    await this.input.consumer.appendData(toLittleEndian(row));
    await this.input.consumer.endTensor([]);
    return [];
  }

  private async vector(tensor: PlannedTensor): Promise<SourceStatistics[]> {
    const row = new Float32Array(tensor.rowBytes / 4);
    for (const part of tensor.parts) {
      const values = await this.decodeVector(part.source, part);
      values.forEach((value, index) => {
        row[part.rowOffset + index * part.rowStep] = value;
      });
    }
    await this.input.consumer.appendData(toLittleEndian(row));
    await this.input.consumer.endTensor([]);
    return [];
  }

  private async decodeVector(
    source: TensorRef,
    { factor, offset }: Pick<TensorPart, 'factor' | 'offset'>,
  ): Promise<Float32Array> {
    const values = await this.read(source, factor, offset);
    this.meter.advance(values.length * floatBytes(source.dtype), tensorKey(source), sourceBytes({ source }));
    const tuned = this.input.tuned?.vectors.get(tensorKey(source));
    return tuned?.map((value) => value * factor + offset) ?? values;
  }

  /** The elements of a vector (a row or a column of a matrix), times a factor and with an offset. */
  private async read(source: TensorRef, multiplier: number, offset: number): Promise<Float32Array> {
    const rows = source.shape.length === 1 ? 1 : (source.shape[0] ?? 1);
    const bytes = await readRows(this.input.checkpoint, source, 0, rows, this.input.signal);
    const values = this.input.kernels.decode(bytes, source.dtype, { multiplier });
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw notFinite(this.input.checkpoint, source, `Element ${bad}`);
    return offset === 0 ? values : values.map((value) => value + offset);
  }

  private async matrix(tensor: PlannedTensor): Promise<SourceStatistics[]> {
    // A gain is read again for each matrix that it is folded into; it does not count as progress.
    const gain =
      tensor.gain === null ? undefined : await this.read(tensor.gain.source, 1, tensor.gain.offset);
    const grids = gridsOf(tensor, this.input.tuned);
    if (grids !== null) return this.place(tensor, grids, gain);
    const quantizers = tensor.parts.map((part) =>
      this.input.kernels.createQuantizer({
        ...quantizerSpec(tensor, part, gain),
        importance: this.input.importance?.get(tensor.name),
      }),
    );
    try {
      if (needsMeasure(tensor)) {
        for (const [index, part] of tensor.parts.entries())
          await this.measure(part, quantizers[index] as RowQuantizer);
      }
      const tables = tensor.tables.map(tableValues);
      const alternating = tensor.parts.some((part) => part.rowStep > 1);
      if (alternating) await this.alternate(tensor, quantizers, tables);
      else await this.stack(tensor, quantizers, tables);
      for (const [index, table] of tensor.tables.entries()) {
        if (table.per === 'source')
          tables[index]?.set(quantizers.map((quantizer) => sharedValue(quantizer, table)));
      }
      const statistics = tensor.parts.map((part, index) =>
        this.describe(tensor, part, (quantizers[index] as RowQuantizer).statistics()),
      );
      await this.input.consumer.endTensor(tables);
      return statistics;
    } finally {
      for (const quantizer of quantizers) quantizer.dispose();
    }
  }

  /** Packs what comes on its grid; the sources are read for the account of it. */
  private async place(
    tensor: PlannedTensor,
    grids: readonly GridMatrix[],
    gain: Float32Array | undefined,
  ): Promise<SourceStatistics[]> {
    const statistics: SourceStatistics[] = [];
    for (const [index, part] of tensor.parts.entries()) {
      const account = await this.account(tensor, part, grids[index] as GridMatrix, gain);
      statistics.push(this.describe(tensor, part, account));
    }
    const rows = Math.max(1, Math.floor(BLOCK_BYTES / tensor.rowBytes));
    for (let row = 0; row < tensor.rows; row += rows) {
      throwIfAborted(this.input.signal);
      const end = Math.min(tensor.rows, row + rows);
      await this.input.consumer.appendData(placedRows(tensor, grids, row, end));
    }
    await this.input.consumer.endTensor(placedTables(tensor, grids));
    return statistics;
  }

  private async account(
    tensor: PlannedTensor,
    part: TensorPart,
    grid: GridMatrix,
    gain: Float32Array | undefined,
  ): Promise<TensorStatistics> {
    const { kernels } = this.input;
    const spec: QuantizerSpec = { ...quantizerSpec(tensor, part, gain), encoding: 'float32' };
    const stride = alignUp(4 * grid.cols, ROW_ALIGNMENT);
    const most = rowsPerBlock(part.source);
    const quantizer = kernels.createQuantizer(spec);
    const output = kernels.createOutput(most, stride, 0);
    const loss = new GridLoss(grid, part.factor);
    try {
      for await (const block of this.blocks(part.source, most)) {
        const rows = quantizer.quantize(block.bytes, output);
        const { buffer, byteOffset } = output.codes;
        loss.add(new Float32Array(buffer, byteOffset, (rows * stride) / 4), stride / 4);
        this.meter.advance(block.bytes.length, tensorKey(part.source), sourceBytes(part));
        throwIfAborted(this.input.signal);
      }
      return loss.complete(quantizer.statistics());
    } finally {
      quantizer.dispose();
      output.dispose();
    }
  }

  private async measure(part: TensorPart, quantizer: RowQuantizer): Promise<void> {
    for await (const block of this.blocks(part.source, rowsPerBlock(part.source))) {
      quantizer.measure(block.bytes);
      this.meter.advance(block.bytes.length, tensorKey(part.source), sourceBytes(part));
    }
  }

  private async stack(
    tensor: PlannedTensor,
    quantizers: readonly RowQuantizer[],
    tables: readonly TableValues[],
  ): Promise<void> {
    const most = Math.min(...tensor.parts.map((part) => rowsPerBlock(part.source)));
    const output = this.input.kernels.createOutput(most, tensor.rowBytes, ...blockElementsPerRow(tensor));
    try {
      for (const [index, part] of tensor.parts.entries()) {
        const quantizer = quantizers[index] as RowQuantizer;
        let row = part.rowOffset;
        for await (const block of this.blocks(part.source, most)) {
          const rows = quantizer.quantize(block.bytes, output);
          await this.emit(output, rows, tensor, tables, row);
          row += rows;
          this.meter.advance(block.bytes.length, tensorKey(part.source), sourceBytes(part));
        }
      }
    } finally {
      output.dispose();
    }
  }

  private async alternate(
    tensor: PlannedTensor,
    quantizers: readonly RowQuantizer[],
    tables: readonly TableValues[],
  ): Promise<void> {
    const step = tensor.parts.length;
    const most = Math.min(...tensor.parts.map((part) => rowsPerBlock(part.source)));
    const output = this.input.kernels.createOutput(
      most * step,
      tensor.rowBytes,
      ...blockElementsPerRow(tensor),
    );
    const keys = tensor.parts.map((part) => tensorKey(part.source));
    const sizes = tensor.parts.map(sourceBytes);
    const sources = tensor.parts.map((part, index) =>
      this.blocks(part.source, most, index)[Symbol.asyncIterator](),
    );
    try {
      for (let row = 0; row < tensor.rows;) {
        let rows = 0;
        for (const [index, source] of sources.entries()) {
          const next = await source.next();
          if (next.done === true)
            throw new RangeError(`${tensor.name}: its parts have different numbers of rows`);
          rows += (quantizers[index] as RowQuantizer).quantize(next.value.bytes, output, {
            first: index,
            step,
          });
          this.meter.advance(next.value.bytes.length, keys[index] ?? tensor.name, sizes[index]);
        }
        await this.emit(output, rows, tensor, tables, row);
        row += rows;
      }
    } finally {
      for (const source of sources) await source.return?.();
      output.dispose();
    }
  }

  private async emit(
    output: OutputBlock,
    rows: number,
    tensor: PlannedTensor,
    tables: readonly TableValues[],
    row: number,
  ): Promise<void> {
    for (const [index, table] of tensor.tables.entries()) {
      const perRow = tableElementsPerRow(table, tensor.encoding, tensor.cols);
      if (perRow > 0) tables[index]?.set(blockValues(output, table).subarray(0, rows * perRow), row * perRow);
    }
    await this.input.consumer.appendData(output.codes.subarray(0, rows * tensor.rowBytes));
    throwIfAborted(this.input.signal);
  }

  /** @param side which of the parts that are read side by side this is; one reads while its block is in use */
  private blocks(source: TensorRef, rows: number, side = 0): AsyncIterable<RowBlock> {
    const bytes = rows * (source.shape[1] ?? 1) * floatBytes(source.dtype);
    let buffers = this.buffers[side];
    if (buffers === undefined || buffers[0].length < bytes) {
      const size = Math.max(bytes, BLOCK_BYTES);
      buffers = [new Uint8Array(size), new Uint8Array(size)];
      this.buffers[side] = buffers;
    }
    return rowBlocks(this.input.checkpoint, source, {
      rowsPerBlock: rows,
      signal: this.input.signal,
      buffers,
    });
  }

  private describe(tensor: PlannedTensor, part: TensorPart, statistics: TensorStatistics): SourceStatistics {
    const { source } = part;
    if (statistics.nonFinite > 0) {
      const at = statistics.firstNonFinite;
      const others = statistics.nonFinite - 1;
      throw notFinite(
        this.input.checkpoint,
        source,
        `Row ${at?.row ?? 0}, column ${at?.col ?? 0}${others > 0 ? ` and ${others} other elements` : ''}`,
      );
    }
    const [rows = 0, cols = 0] = source.shape;
    const tableShare = tensor.tables.reduce((sum, table) => sum + partBytes(table, tensor, rows), 0);
    return {
      source: tensorKey(source),
      tensor: tensor.name,
      rows,
      cols,
      dtype: source.dtype,
      bytesBefore: sourceBytes(part),
      bytesAfter: rows * tensor.rowBytes + tableShare,
      statistics,
    };
  }
}

function rowsPerBlock(source: TensorRef): number {
  const [rows = 1, cols = 1] = source.shape;
  return Math.max(1, Math.min(rows, Math.floor(BLOCK_BYTES / (cols * floatBytes(source.dtype)))));
}

function toLittleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(alignUp(values.length * 4, ROW_ALIGNMENT));
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat32(4 * index, value, true));
  return bytes;
}
