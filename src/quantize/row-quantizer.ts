/** Row quantizers and output blocks over the WebAssembly module; the contract is in `kernel-types.ts`. */
import { Block, TensorQuantizer } from '../../kernels/prebuilt/kernels.js';
import { floatBytes } from '../checkpoint/dtype.js';
import { ENCODING } from '../schema/encodings.js';
import { call } from './call.js';
import { type KernelModule, integer } from './kernel-module.js';
import type {
  OutputBlock,
  QuantizerSpec,
  RowPlacement,
  RowQuantizer,
  TensorStatistics,
} from './kernel-types.js';

const VALUE_BINS = 128;
const CODE_BINS = 255;
const NO_FACTORS = new Float32Array(0);

export class WasmOutputBlock implements OutputBlock {
  readonly rows: number;
  readonly rowStride: number;
  readonly scalesPerRow: number;
  readonly groupScalesPerRow: number;
  readonly groupOffsetsPerRow: number;
  /** The block in kernel memory; for {@link WasmRowQuantizer} only. */
  readonly raw: Block;
  readonly #module: KernelModule;

  constructor(
    module: KernelModule,
    rows: number,
    rowStride: number,
    [scales, groupScales, groupOffsets]: readonly [number, number, number],
  ) {
    this.#module = module;
    this.rows = integer(rows, 'The number of rows');
    this.rowStride = integer(rowStride, 'The row stride');
    this.scalesPerRow = integer(scales, 'The number of scales');
    this.groupScalesPerRow = integer(groupScales, 'The number of scales of groups');
    this.groupOffsetsPerRow = integer(groupOffsets, 'The number of offsets of groups');
    this.raw = call(() => new Block(rows, rowStride, scales, groupScales, groupOffsets));
  }

  get codes(): Uint8Array {
    return this.#module.bytes(this.raw.codes_address(), this.rows * this.rowStride);
  }

  get scales(): Float32Array {
    return this.#module.floats(this.raw.scales_address(), this.rows * this.scalesPerRow);
  }

  get groupScales(): Uint8Array {
    return this.#module.bytes(this.raw.group_scales_address(), this.rows * this.groupScalesPerRow);
  }

  get groupOffsets(): Int8Array {
    const { buffer, byteOffset, length } = this.#module.bytes(
      this.raw.group_offsets_address(),
      this.rows * this.groupOffsetsPerRow,
    );
    return new Int8Array(buffer, byteOffset, length);
  }

  dispose(): void {
    this.raw.free();
  }
}

export class WasmRowQuantizer implements RowQuantizer {
  readonly spec: QuantizerSpec;
  readonly rowBytes: number;
  readonly #module: KernelModule;
  readonly #raw: TensorQuantizer;

  constructor(module: KernelModule, spec: QuantizerSpec) {
    if (ENCODING[spec.encoding].grouped && spec.group === undefined) {
      throw new RangeError(`Encoding "${spec.encoding}" needs a group size.`);
    }
    this.#module = module;
    this.spec = spec;
    this.rowBytes = integer(spec.cols, 'The number of columns') * floatBytes(spec.dtype);
    this.#raw = call(
      () =>
        new TensorQuantizer(
          spec.dtype,
          integer(spec.rows, 'The number of rows'),
          spec.cols,
          spec.encoding,
          integer(spec.group ?? 0, 'The group'),
          spec.gain ?? NO_FACTORS,
          spec.multiplier ?? 1,
          spec.importance ?? NO_FACTORS,
        ),
    );
  }

  measure(bytes: Uint8Array): void {
    call(() => {
      this.#raw.check_measure(bytes.length);
      this.#module.inSlabs(bytes, this.rowBytes, (slab, length) => {
        this.#raw.measure(slab, length);
      });
    });
  }

  quantize(bytes: Uint8Array, output: OutputBlock, placement: RowPlacement = {}): number {
    if (!(output instanceof WasmOutputBlock)) throw new TypeError('The block was not made by these kernels.');
    const first = integer(placement.first ?? 0, 'The first row');
    const step = integer(placement.step ?? 1, 'The row step');
    let rows = 0;
    call(() => {
      this.#raw.check(bytes.length, output.raw, first, step);
      this.#module.inSlabs(bytes, this.rowBytes, (slab, length) => {
        rows += this.#raw.quantize(slab, length, output.raw, first + rows * step, step);
      });
    });
    return rows;
  }

  get tensorScale(): number {
    const scale = this.#raw.tensor_scale();
    if (Number.isNaN(scale)) {
      throw new RangeError(
        'The scale of a tensor is known with encoding "int8Tensor", after all rows were measured.',
      );
    }
    return scale;
  }

  statistics(): TensorStatistics {
    const totals = this.#raw.totals();
    const [count, nonFinite, row, col, zeros, min, max, amax, signalSquares, errorSquares, limit] =
      totals as unknown as TotalsTuple;
    const bins = this.#raw.histograms();
    return {
      count,
      nonFinite,
      firstNonFinite: row < 0 ? null : { row, col },
      zeros,
      min,
      max,
      amax,
      signalSquares,
      errorSquares,
      sqnr: 10 * Math.log10(signalSquares / errorSquares),
      histogram: {
        limit,
        before: bins.slice(0, VALUE_BINS),
        after: bins.slice(VALUE_BINS, 2 * VALUE_BINS),
        codes: bins.slice(2 * VALUE_BINS, 2 * VALUE_BINS + CODE_BINS),
      },
    };
  }

  dispose(): void {
    this.#raw.free();
  }
}

/** The order of `TensorQuantizer.totals` in `kernels/crates/kernels/src/bindings/quantize.rs`. */
type TotalsTuple = readonly [
  count: number,
  nonFinite: number,
  row: number,
  col: number,
  zeros: number,
  min: number,
  max: number,
  amax: number,
  signalSquares: number,
  errorSquares: number,
  limit: number,
];
