/** Looks over a model without converting it: what it holds, and whether it can be converted or why not. */
import type { Checkpoint, StoredType, TensorInfo } from '../checkpoint/checkpoint.js';
import type { ModelInput } from '../input/model-input.js';
import { FormatError } from '../shared/errors.js';
import type { Note } from './notes.js';
import type { DecoderModel } from './decoder.js';
import { checkArchitecture, readDecoder } from './read.js';

/** One tensor in a summary. */
export interface TensorSummary {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly file: string;
  readonly bytes: number;
}

/** What is known of a model. */
export interface ModelSummary {
  readonly name: string;
  /** In the order of the files. */
  readonly tensors: readonly TensorSummary[];
  /** Sum over all tensors. */
  readonly bytes: number;
  /** Tensors and bytes per element type, most bytes first. */
  readonly dtypes: readonly {
    readonly dtype: StoredType;
    readonly tensors: number;
    readonly bytes: number;
  }[];
  /** The largest tensor's bytes: what a conversion's memory grows with. */
  readonly largest: number;
  /** Whether the model can be read. */
  readonly convertible: boolean;
  /** Why it cannot be read and what to do, `null` when it can. */
  readonly problem: string | null;
  /** The description when it can be read. */
  readonly model: DecoderModel | null;
  readonly notes: readonly Note[];
}

/**
 * Summarizes a model; what is wrong with the model becomes `problem`, not an error.
 * @throws TransportError when bytes cannot be had; the signal's problem
 */
export async function summarizeModel(input: ModelInput, signal?: AbortSignal): Promise<ModelSummary> {
  const first = await attempt(async () => {
    await checkArchitecture(await input.config(signal));
  });
  const checkpoint = await attempt(() => input.checkpoint(signal));
  if (checkpoint.value === null) return summary(input.name, null, null, first.problem ?? checkpoint.problem);
  const model = await attempt(() => readDecoder(input, signal));
  return summary(input.name, checkpoint.value, model.value, model.problem);
}

/** The value, or why there is none. */
async function attempt<T>(work: () => Promise<T>): Promise<{ value: T | null; problem: string | null }> {
  try {
    return { value: await work(), problem: null };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { value: null, problem: error.message };
  }
}

function summary(
  name: string,
  checkpoint: Checkpoint | null,
  model: DecoderModel | null,
  problem: string | null,
): ModelSummary {
  const tensors = [...(checkpoint?.tensors.values() ?? [])].map(describe);
  const dtypes = new Map<StoredType, { dtype: StoredType; tensors: number; bytes: number }>();
  for (const { dtype, bytes } of tensors) {
    const entry = dtypes.get(dtype) ?? { dtype, tensors: 0, bytes: 0 };
    dtypes.set(dtype, { dtype, tensors: entry.tensors + 1, bytes: entry.bytes + bytes });
  }
  return {
    name,
    tensors,
    bytes: checkpoint?.bytes ?? 0,
    dtypes: [...dtypes.values()].sort((a, b) => b.bytes - a.bytes),
    largest: tensors.reduce((largest, { bytes }) => Math.max(largest, bytes), 0),
    convertible: model !== null,
    problem,
    model,
    notes: model?.notes ?? [],
  };
}

function describe(info: TensorInfo): TensorSummary {
  const { name, dtype, stored, shape, file, begin, end } = info;
  return { name, dtype: stored ?? dtype, shape, file, bytes: end - begin };
}
