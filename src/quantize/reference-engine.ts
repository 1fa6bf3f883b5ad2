/** The float reference engine over the WebAssembly module; the contract is in `kernel-types.ts`. */
import { Reference } from '../../kernels/prebuilt/kernels.js';
import type { DecoderModel } from '../model/decoder.js';
import { writeCbor } from './cbor.js';
import { type KernelModule, call, integer } from './kernel-module.js';
import type { ActivationRange, CalibrationSite, ReferenceEngine, ReferenceOptions } from './kernel-types.js';

const BLOCK_SITES: readonly CalibrationSite[] = ['attention', 'output', 'mlp', 'down'];

const RANGE_FIGURES = 5;

type RangeTuple = readonly [
  count: number,
  amax: number,
  clip: number,
  foldedAmax: number,
  foldedClip: number,
];

export class WasmReferenceEngine implements ReferenceEngine {
  readonly vocabSize: number;
  readonly context: number;
  readonly tensorNames: readonly string[];
  readonly #module: KernelModule;
  readonly #raw: Reference;

  constructor(module: KernelModule, model: DecoderModel, options: ReferenceOptions) {
    if (options.context === 0) throw new RangeError('A context of 0 holds no token.');
    const context = integer(options.context ?? 0, 'The context');
    this.#module = module;
    this.#raw = call(() => new Reference(description(model), context));
    this.vocabSize = this.#raw.vocabulary();
    this.context = this.#raw.context();
    this.tensorNames = this.#raw.tensor_names();
  }

  get position(): number {
    return this.#raw.position();
  }

  addRows(name: string, bytes: Uint8Array): void {
    call(() => {
      const rowBytes = this.#raw.check_rows(name, bytes.length);
      this.#module.inSlabs(bytes, rowBytes, (slab, length) => {
        this.#raw.add_rows(name, slab, length);
      });
    });
  }

  missing(): string[] {
    return this.#raw.missing();
  }

  forward(ids: ArrayLike<number>, want: 'last' | 'all'): Float32Array {
    return call(() => this.#raw.forward(tokens(ids), want === 'all'));
  }

  reset(): void {
    this.#raw.reset();
  }

  startCalibration(): void {
    this.#raw.start_calibration();
  }

  calibration(percentile: number): ActivationRange[] {
    const figures = call(() => this.#raw.calibration(percentile));
    const ranges: ActivationRange[] = [];
    // The order of `Reference.calibration` in kernels/crates/kernels/src/bindings/reference.rs.
    for (let at = 0; at < figures.length; at += RANGE_FIGURES) {
      const [count, amax, clip, foldedAmax, foldedClip] = figures.subarray(at) as unknown as RangeTuple;
      const isHead = at + RANGE_FIGURES === figures.length;
      const layer = isHead ? null : Math.floor(ranges.length / BLOCK_SITES.length);
      const site = isHead ? 'head' : BLOCK_SITES[ranges.length % BLOCK_SITES.length];
      if (site !== undefined) ranges.push({ layer, site, count, amax, clip, foldedAmax, foldedClip });
    }
    return ranges;
  }

  dispose(): void {
    this.#raw.free();
  }
}

/** What the engine reads of a model; the rest would only be skipped there. */
function description(model: DecoderModel): Uint8Array {
  const {
    hiddenSize,
    vocabSize,
    maxPositions,
    embedding,
    embeddingScale,
    rotaries,
    blocks,
    finalNorm,
    head,
  } = model;
  return writeCbor({
    hiddenSize,
    vocabSize,
    maxPositions,
    embedding,
    embeddingScale,
    rotaries,
    blocks,
    finalNorm,
    head,
  });
}

function tokens(ids: ArrayLike<number>): Uint32Array {
  return Uint32Array.from(ids, (id) => integer(id, 'A token'));
}
