/** The frontier of a model on a board: what it loses is measured, not only expected. */
import { keptTensors } from '../checkpoint/kept-tensors.js';
import { Twin } from '../device/twin.js';
import type { Encoding } from '../schema/encodings.js';
import { planFrontier, planForBytes, planForSpeed, spread, type FrontierPlan } from '../plan/frontier.js';
import { usualLosses, type Losses } from '../plan/loss.js';
import { makePlan, type Plan } from '../plan/plan.js';
import { describeScheme, isQuantized, type Scheme } from '../plan/scheme.js';
import { loadKernels } from '../quantize/kernels.js';
import { FitError, UsageError } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import { Breather } from './breather.js';
import { convertPlanned } from './convert-planned.js';
import { readTogether } from './lockstep.js';
import type { OpenedModel } from './open-model.js';
import { CALIBRATION_SEED, EVALUATION_SEED, OriginalModel } from './original-model.js';
import { planOpened, type PlanOptions } from './plan-model.js';
import { MOST_PARAMETERS, measureSensitivity } from './sensitivity.js';
import type { Hooks, Runtime } from './types.js';

/** Points that are measured and shown. */
const SHOWN = 9;

/** Multiply-adds that the measurement of one point is worth, and tokens that it takes. */
const BUDGET = 6e9;
const TOKENS = { least: 128, most: 2048 };

/** Tokens that the twin takes at once. */
const TWIN_BATCH = 32;

/** One of the plans, as plain data. */
export interface FrontierPoint {
  /** Weights with scales and padding. */
  readonly weightBytes: number;
  readonly bitsPerWeight: number;
  readonly fits: boolean;
  readonly tokensPerSecond: number;
  /** Mean divergence in nats that is expected of the package, from what each matrix loses alone. */
  readonly expected: number;
  /** As measured with the package itself, and its standard error over sequences; `null` with one sequence. */
  readonly kl: number;
  readonly klError: number | null;
  readonly scheme: Scheme;
  readonly schemeText: string;
  /** Whether it is the plan that is made when nothing is asked for. */
  readonly isDefault: boolean;
  /** Encodings of the matrices: what a plan takes to be this one. */
  readonly encodings: Readonly<Record<string, Encoding>>;
}

export interface Frontier {
  readonly board: string;
  /** Whether the loss of each matrix was measured, or is that of usual models because this one is too large for that. */
  readonly isMeasured: boolean;
  /** Tokens over which every point was compared with the original. */
  readonly tokens: number;
  /** Smallest first. */
  readonly points: readonly FrontierPoint[];
}

/** What weights may take, or must reach. */
export type Target = { readonly bytes: number } | { readonly tokensPerSecond: number };

/** What a frontier is measured with, besides the converter's modules. */
export interface FrontierRuntime extends Runtime {
  /** `kernels/crates/train/prebuilt` */
  readonly train: WebAssembly.Module;
}

/**
 * Plans along the frontier, each converted and compared with the original over the same text.
 * @throws UsageError for weights that are not quantized; FormatError, TransportError; the signal's reason
 */
export async function measureFrontier(
  opened: OpenedModel,
  options: PlanOptions,
  runtime: FrontierRuntime,
  hooks: Hooks = {},
): Promise<Frontier> {
  const study = new Study(opened, options, runtime, hooks);
  try {
    return await study.frontier();
  } finally {
    study.dispose();
  }
}

/**
 * The finest plan for so many bytes, or so many tokens per second.
 * @throws FitError when there is none, with what there is; as {@link measureFrontier}
 */
export async function planFor(
  opened: OpenedModel,
  options: PlanOptions,
  target: Target,
  runtime: FrontierRuntime,
  hooks: Hooks = {},
): Promise<ReadonlyMap<string, Encoding>> {
  const study = new Study(opened, options, runtime, hooks);
  try {
    return await study.planFor(target);
  } finally {
    study.dispose();
  }
}

class Study {
  readonly #opened: OpenedModel;
  readonly #options: PlanOptions;
  readonly #runtime: FrontierRuntime;
  readonly #hooks: Hooks;
  readonly #original: OriginalModel;
  readonly #base: Plan;
  #end: () => void = () => undefined;

  constructor(opened: OpenedModel, options: PlanOptions, runtime: FrontierRuntime, hooks: Hooks) {
    const { opened: planned, plan } = planOpened(opened, options);
    // Weights are read for every point.
    this.#opened = { ...opened, model: planned.model, checkpoint: keptTensors(opened.checkpoint) };
    this.#options = options;
    this.#runtime = runtime;
    this.#hooks = hooks;
    this.#original = new OriginalModel(this.#opened, runtime, hooks);
    this.#base = plan;
    if (!isQuantized(this.#base.scheme))
      throw new UsageError('Weights in F32 have no frontier: leave out what they are to be.');
  }

  async frontier(): Promise<Frontier> {
    const { losses, isMeasured } = await this.#losses();
    const plans = this.#plans(losses);
    const usual = plans.find(({ plan }) => plan === this.#base);
    const shown = pick(plans, usual);
    const sequences = await this.#text();
    const tokens = sequences.reduce((sum, sequence) => sum + sequence.length, 0);
    const meter = new ProgressMeter('checking', 'tokens', tokens * shown.length, this.#hooks.onProgress);
    const measured: { point: FrontierPlan; kl: number; klError: number | null }[] = [];
    for (const point of shown) measured.push({ point, ...(await this.#measure(point, sequences, meter)) });
    // What inputs and cache cost is in none of the matrices' losses, and in every point alike.
    const anchor = measured.find(({ point }) => point === usual) ?? measured.at(-1);
    const rest = anchor === undefined ? 0 : Math.max(0, anchor.kl - anchor.point.loss);
    return {
      board: this.#base.board.id,
      isMeasured,
      tokens,
      points: measured.map(({ point, ...figures }) => ({
        weightBytes: point.plan.weightBytes,
        bitsPerWeight: point.plan.bitsPerWeight,
        fits: point.plan.fit.fits,
        tokensPerSecond: point.plan.predictedTokensPerSecond,
        expected: point.loss + rest,
        ...figures,
        scheme: point.plan.scheme,
        schemeText: describeScheme(point.plan.scheme),
        isDefault: point === usual,
        encodings: Object.fromEntries(point.encodings),
      })),
    };
  }

  async planFor(target: Target): Promise<ReadonlyMap<string, Encoding>> {
    const { losses } = await this.#losses();
    const tryPlan = this.#tryPlan();
    const plans = this.#plans(losses);
    const found =
      'bytes' in target
        ? planForBytes(this.#base, target.bytes, losses, tryPlan)
        : planForSpeed(plans, target.tokensPerSecond);
    if (found !== null) return found.encodings;
    const fastest = Math.max(...plans.map(({ plan }) => plan.predictedTokensPerSecond));
    throw new FitError(
      'bytes' in target
        ? `The weights take at least ${plans[0]?.plan.weightBytes ?? 0} bytes, more than ${target.bytes}.`
        : `The model reaches at most ${fastest.toPrecision(3)} tokens/s on this board, fewer than ${target.tokensPerSecond}.`,
    );
  }

  dispose(): void {
    this.#end();
    this.#original.dispose();
  }

  async #losses(): Promise<{ losses: Losses; isMeasured: boolean }> {
    const tensors = this.#base.tensors.map(({ tensor }) => tensor);
    if (this.#opened.model.parameters > MOST_PARAMETERS)
      return { losses: usualLosses(tensors), isMeasured: false };
    const sensitivity = await measureSensitivity(
      {
        opened: this.#opened,
        kernels: await loadKernels(this.#runtime.kernels),
        train: this.#runtime.train,
        sequences: await this.#original.written(this.#base, CALIBRATION_SEED),
      },
      this.#hooks,
    );
    this.#end = () => {
      sensitivity.dispose();
    };
    return { losses: sensitivity.losses, isMeasured: true };
  }

  #plans(losses: Losses): FrontierPlan[] {
    return planFrontier(this.#base, losses, this.#tryPlan());
  }

  #tryPlan(): (encodings: ReadonlyMap<string, Encoding>) => Plan {
    const { board, scheme, fusions, context } = this.#base;
    const { tokenizer, chat, model } = this.#opened;
    const wanted = { ...this.#options.scheme };
    return (encodings) =>
      makePlan(model, {
        board,
        scheme: {
          ...this.#base.base,
          activations: wanted.activations ?? 'auto',
          cache: scheme.cache,
          chat: wanted.chat ?? 'template',
        },
        fusions,
        context,
        encodings,
        otherBytes: (tokenizer?.section.length ?? 0) + (chat?.section.length ?? 0),
      });
  }

  async #text(): Promise<(readonly number[])[]> {
    const { model } = this.#opened;
    const perToken = 2 * (model.parameters + model.blocks.length * model.hiddenSize * this.#base.context);
    let left = Math.min(TOKENS.most, Math.max(TOKENS.least, Math.floor(BUDGET / perToken)));
    const written = await this.#original.written(this.#base, EVALUATION_SEED);
    return written.flatMap((sequence) => {
      const part = sequence.slice(0, Math.max(0, left));
      left -= part.length;
      return part.length > 1 ? [part] : [];
    });
  }

  /** Converts a plan and reads the text with it beside the original. */
  async #measure(
    { plan }: FrontierPlan,
    sequences: readonly (readonly number[])[],
    meter: ProgressMeter,
  ): Promise<{ kl: number; klError: number | null }> {
    const { signal } = this.#hooks;
    const converted = await convertPlanned(
      { plan, opened: this.#opened },
      { original: this.#original },
      this.#runtime,
      { signal },
    );
    const kernels = await loadKernels(this.#runtime.kernels);
    const bytes = converted.package ?? new Uint8Array();
    const twin = await Twin.load(this.#runtime.twin, bytes, { maxBatch: TWIN_BATCH });
    const reference = await this.#original.reference();
    const comparator = kernels.createComparator(reference.vocabSize);
    try {
      const lockstep = { reference, twin, comparator, breather: new Breather() };
      for (const sequence of sequences)
        await readTogether(lockstep, sequence, signal, (read) => {
          meter.advance(read, describeScheme(plan.scheme));
        });
      const { mean } = comparator.report().kl;
      return { kl: mean.value, klError: mean.standardError };
    } finally {
      comparator.dispose();
    }
  }
}

/** The points to show: those that fit where some do, the ends and the default among them. */
function pick(plans: readonly FrontierPlan[], usual: FrontierPlan | undefined): FrontierPlan[] {
  const fitting = plans.filter(({ plan }) => plan.fit.fits);
  const shown = spread(fitting.length === 0 ? plans : fitting, SHOWN);
  if (usual === undefined || shown.includes(usual)) return shown;
  return [...shown, usual].sort((a, b) => a.plan.weightBytes - b.plan.weightBytes || b.loss - a.loss);
}
