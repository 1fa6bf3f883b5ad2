/** The float reference engine over the WebAssembly module; the contract is in `kernel-types.ts`. */
import { Reference } from '../../kernels/prebuilt/kernels.js';
import type { DecoderModel } from '../model/decoder.js';
import { withoutViews } from '../model/tensor-refs.js';
import { INPUT, SITE, wordOf, type InputKind, type SiteKind } from '../schema/kinds.js';
import { FormatError } from '../shared/errors.js';
import { writeCbor } from './cbor.js';
import { call } from './call.js';
import { type KernelModule, integer } from './kernel-module.js';
import type { ActivationRange, ReferenceEngine, ReferenceOptions, RoundedInput } from './kernel-types.js';
import { NOT_FINITE_REMEDY } from './not-finite.js';

/** The order of `Reference.calibration` in kernels/crates/kernels/src/bindings/reference.rs. */
type RangeTuple = readonly [
  step: number,
  site: number,
  count: number,
  amax: number,
  clip: number,
  foldedAmax: number,
  foldedClip: number,
];

/** What stands before the noise. */
const RANGE_FIGURES = 7 satisfies RangeTuple['length'];

/** Kinds of inputs in the order of their codes. */
const INPUTS = Object.keys(INPUT) as InputKind[];

/** A sum of squares and the errors of each kind. */
const NOISE_FIGURES = 1 + INPUTS.length;

/** Signal-to-noise ratios in dB out of such sums. */
function ratios([signal = 0, ...errors]: Iterable<number>): ActivationRange['sqnr'] {
  const of = (kind: InputKind): number => 10 * Math.log10(signal / (errors[INPUT[kind]] ?? 0));
  return Object.fromEntries(INPUTS.map((kind) => [kind, of(kind)])) as ActivationRange['sqnr'];
}

/**
 * What of a model goes to the engine; the rest does not bear on its logits. The engine refuses a field that it does not
 * know, so that nothing which is sent is left out of its arithmetic.
 */
const DESCRIPTION: Readonly<Record<keyof DecoderModel, 'sent' | 'kept'>> = {
  family: 'kept',
  architecture: 'kept',
  hiddenSize: 'sent',
  vocabSize: 'sent',
  maxPositions: 'sent',
  longer: 'kept',
  embedding: 'sent',
  embeddingScale: 'sent',
  projections: 'sent',
  positions: 'sent',
  rotaries: 'sent',
  blocks: 'sent',
  finalNorm: 'sent',
  head: 'sent',
  logitScale: 'sent',
  logitCap: 'sent',
  bosId: 'kept',
  eosIds: 'kept',
  padId: 'kept',
  generation: 'kept',
  parameters: 'kept',
  readFrom: 'kept',
  notes: 'kept',
};

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
    const logits = call(() => this.#raw.forward(tokens(ids), want === 'all'));
    if (logits.every(Number.isFinite)) return logits;
    throw new FormatError('The logits are not finite numbers: its sums exceed 32-bit floats.', {
      file: 'model',
      code: 'not-finite',
      remedy: NOT_FINITE_REMEDY,
    });
  }

  reset(): void {
    this.#raw.reset();
  }

  roundInput(at: RoundedInput | null): void {
    if (at === null) this.#raw.round_nothing();
    else this.#raw.round_input(at.step ?? -1, SITE[at.site], INPUT[at.input]);
  }

  startCalibration(): void {
    this.#raw.start_calibration();
  }

  calibration(percentile: number): ActivationRange[] {
    const figures = call(() => this.#raw.calibration(percentile));
    const ranges: ActivationRange[] = [];
    for (let at = 0; at < figures.length; at += RANGE_FIGURES + 2 * NOISE_FIGURES) {
      const tuple = figures.subarray(at) as unknown as RangeTuple;
      const [step, code, count, amax, clip, foldedAmax, foldedClip] = tuple;
      const site = wordOf(SITE, code);
      if (site === undefined) throw new RangeError(`The kernels and the schema differ over site ${code}.`);
      const noise = figures.subarray(at + RANGE_FIGURES);
      ranges.push({
        ...{ step: step < 0 ? null : step, site, count, amax, clip, foldedAmax, foldedClip },
        sqnr: ratios(noise.subarray(0, NOISE_FIGURES)),
        foldedSqnr: ratios(noise.subarray(NOISE_FIGURES, 2 * NOISE_FIGURES)),
      });
    }
    return ranges;
  }

  importance(step: number | null, site: SiteKind, isFolded: boolean): Float32Array {
    const squares = this.#raw.squares(step ?? -1, site, isFolded);
    // Only ratios count, and the largest is within 32 bits then.
    const most = squares.reduce((a, b) => Math.max(a, b), 0);
    return Float32Array.from(squares, (sum) => (most > 0 ? sum / most : 1));
  }

  dispose(): void {
    this.#raw.free();
  }
}

/** What the engine is told of a model. */
export function description(model: DecoderModel): Uint8Array {
  const fields = Object.entries(model).filter(([key]) => DESCRIPTION[key as keyof DecoderModel] !== 'kept');
  return writeCbor(withoutViews(Object.fromEntries(fields)));
}

function tokens(ids: ArrayLike<number>): Uint32Array {
  return Uint32Array.from(ids, (id) => integer(id, 'A token'));
}
