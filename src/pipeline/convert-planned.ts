/** The fourth stage: a plan is carried out into a package, calibrated before when its scales are static. */
import { MemorySink, PackageWriter, type PackageSink } from '../package/writer.js';
import { isQuantized } from '../plan/scheme.js';
import { DEFAULT_EFFORT, type Effort } from '../quantize/effort.js';
import { loadKernels } from '../quantize/kernels.js';
import { quantizeTensors, type SourceStatistics } from '../quantize/quantize.js';
import type { TunedTensors } from '../quantize/tuned.js';
import { UsageError } from '../shared/errors.js';
import { importances, observe, staticScales } from './calibrate.js';
import { CALIBRATION_SEED, OriginalModel, withOriginal } from './original-model.js';
import { partsOf } from './package-parts.js';
import type { PlannedModel } from './plan-model.js';
import type { CheckedTexts } from './checked-texts.js';
import type { Hooks, Runtime } from './types.js';

/** A package, with what it was made from. */
export interface ConvertedModel {
  readonly planned: PlannedModel;
  /** Length of the package in bytes. */
  readonly packageBytes: number;
  /** The package, `null` when it went to a sink of the caller's. */
  readonly package: Uint8Array | null;
  readonly statistics: readonly SourceStatistics[];
}

export interface ConvertPlannedOptions {
  /** Work that goes into the codes of weights; default `DEFAULT_EFFORT`. */
  readonly effort?: Effort | undefined;
  /** Text for static scales and for efforts above `quick`; without it the original model writes its own. */
  readonly texts?: Pick<CheckedTexts, 'calibration'> | undefined;
  /** Where the package goes; default memory. */
  readonly sink?: PackageSink | undefined;
  /** Shared with other stages, so that it is loaded once; without it the stage loads and ends its own. */
  readonly original?: OriginalModel | undefined;
}

/**
 * Converts a planned model.
 * @throws FormatError for weights that are not numbers; TransportError; the signal's reason
 */
export async function convertPlanned(
  planned: PlannedModel,
  options: ConvertPlannedOptions,
  runtime: Runtime,
  hooks: Hooks = {},
): Promise<ConvertedModel> {
  const { opened, plan } = planned;
  const kernels = await loadKernels(runtime.kernels);
  const { activationScales, importance } = await calibrated(planned, options, runtime, hooks);
  const tuned = await tunedTensors(planned, options, runtime, hooks);
  const memory = options.sink === undefined ? new MemorySink() : null;
  const writer = await PackageWriter.create(
    options.sink ?? (memory as MemorySink),
    {
      ...partsOf(planned),
      ...(activationScales === undefined ? {} : { activationScales }),
    },
    (bytes, crc) => kernels.crc32(bytes, crc),
  );
  const statistics = await quantizeTensors({
    checkpoint: opened.checkpoint,
    model: opened.model,
    plan,
    kernels,
    consumer: writer,
    tuned,
    importance,
    onProgress: hooks.onProgress,
    signal: hooks.signal,
  });
  await writer.finish();
  return { planned, packageBytes: writer.totalLength, package: memory?.take() ?? null, statistics };
}

/** What a plan wants to know of the original's activations. */
interface Calibrated {
  /** Where the plan wants them fixed. */
  readonly activationScales?: ReadonlyMap<string, number>;
  /** Where scales of weights are searched for. */
  readonly importance?: ReadonlyMap<string, Float32Array>;
}

async function calibrated(
  { opened, plan }: PlannedModel,
  { texts, effort = DEFAULT_EFFORT, original: given }: ConvertPlannedOptions,
  runtime: Runtime,
  hooks: Hooks,
): Promise<Calibrated> {
  const wantsScales = plan.scheme.activations === 'static' && isQuantized(plan.scheme);
  // With 8 bits there is next to nothing to be found.
  const wantsImportance =
    effort === 'quick' && plan.tensors.some(({ tensor }) => tensor.encoding.kind === 'int4Group');
  if (!wantsScales && !wantsImportance) return {};
  return withOriginal(
    given,
    () => new OriginalModel(opened, runtime, hooks),
    async (original) => {
      const reference = await original.reference();
      await observe(reference, texts?.calibration ?? (await original.written(plan, CALIBRATION_SEED)), hooks);
      return {
        ...(wantsScales ? { activationScales: staticScales(reference, plan) } : {}),
        ...(wantsImportance ? { importance: importances(reference, plan) } : {}),
      };
    },
  );
}

/** What efforts above `quick` make of the weights. */
async function tunedTensors(
  planned: PlannedModel,
  { texts, effort = DEFAULT_EFFORT }: ConvertPlannedOptions,
  { tuner }: Runtime,
  hooks: Hooks,
): Promise<TunedTensors | undefined> {
  if (effort === 'quick' || !isQuantized(planned.plan.scheme)) return undefined;
  if (tuner === undefined) throw new UsageError(`Effort "${effort}" cannot be made here. Choose "quick".`);
  const { tuningTask } = await import('./tune.js');
  const task = await tuningTask(planned, effort, texts?.calibration ?? [], hooks);
  return (await tuner(task, hooks)).tensors;
}
