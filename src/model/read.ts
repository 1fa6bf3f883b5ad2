/** Reads config.json and the tensor directory into the one description that all later rooms work from. */
import type { TensorInfo } from '../checkpoint/checkpoint.js';
import type { JsonPart, ModelInput } from '../input/model-input.js';
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { Note } from './notes.js';
import { ConfigFields, show } from './config-fields.js';
import type { DecoderModel } from './decoder.js';
import { findFamily, supportedFamilies } from './families/index.js';
import type { Family } from './family.js';
import { refuseKinds } from './refusals.js';

/**
 * Reads a model's architecture.
 * @throws FormatError when the config is missing, malformed or disagrees with the tensors; UnsupportedError for a family or
 *   a kind of model that is not converted, by name; TransportError
 */
export async function readDecoder(
  input: Pick<ModelInput, 'config' | 'generation' | 'checkpoint'>,
  signal?: AbortSignal,
): Promise<DecoderModel> {
  const part = await input.config(signal);
  const config = fieldsOf(part);
  // Refused by the config alone, before the weights are opened: cheaper, and the better message when both are wrong.
  const tensors: StoredTensors = async () => (await input.checkpoint(signal)).tensors.values();
  const { family, architecture, notes } = await chooseFamily(config, tensors);
  const generation = await readGeneration(input, signal);
  return family.read({
    architecture,
    config,
    generation: generation.fields,
    checkpoint: await input.checkpoint(signal),
    layout: part.layout,
    notes: [
      ...notes,
      ...(part.ignored === undefined ? [] : [{ code: 'adapter-ignored', file: part.ignored } as const]),
      ...generation.notes,
    ],
    signal,
  });
}

/** A file that cannot be read is as good as none, as it is to transformers: it only says how to generate. */
async function readGeneration(
  input: Pick<ModelInput, 'generation'>,
  signal: AbortSignal | undefined,
): Promise<{ fields: ConfigFields | null; notes: readonly Note[] }> {
  try {
    const part = await input.generation(signal);
    return { fields: part === null ? null : fieldsOf(part), notes: [] };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { fields: null, notes: [{ code: 'generation-ignored', file: error.file, key: null }] };
  }
}

/**
 * Refuses a model by its config alone.
 * @throws as {@link readDecoder}
 */
export async function checkArchitecture(config: JsonPart): Promise<void> {
  await chooseFamily(fieldsOf(config), () => Promise.resolve([]));
}

function fieldsOf({ fields, file }: JsonPart): ConfigFields {
  return new ConfigFields(fields, file);
}

interface Choice {
  readonly family: Family;
  readonly architecture: string;
  readonly notes: readonly Note[];
}

/** What is stored, when it is asked for. */
type StoredTensors = () => Promise<Iterable<TensorInfo>>;

async function unknownFamily(
  config: ConfigFields,
  name: string | null,
  field: string,
  tensors: StoredTensors,
): Promise<UnsupportedError> {
  const { nearestFamily } = await import('./nearest.js');
  return new UnsupportedError(
    name === null
      ? 'It names neither an architecture nor a model type.'
      : `${show(name).replace(/^"|"$/g, '')} is not converted yet.`,
    {
      file: config.file,
      field,
      remedy: `${await nearestFamily(name, config, tensors)}${await supportedFamilies()}`,
      code: 'family',
    },
  );
}

/** Trusts `architectures[0]`, confirmed by `model_type`. */
async function chooseFamily(config: ConfigFields, tensors: StoredTensors): Promise<Choice> {
  await refuseKinds(config, supportedFamilies);
  const modelType = config.optionalText('model_type');
  const architecture = readArchitecture(config);
  if (architecture === null) {
    const byType =
      modelType === null
        ? undefined
        : await findFamily((candidate) => candidate.modelTypes.includes(modelType));
    const assumed = byType?.architectures[0];
    if (byType === undefined || assumed === undefined)
      throw await unknownFamily(config, modelType, 'model_type', tensors);
    return {
      family: byType,
      architecture: assumed,
      notes: [{ code: 'architecture-assumed', architecture: assumed }],
    };
  }
  const family = await findFamily(
    (candidate) =>
      candidate.architectures.includes(architecture) || candidate.baseArchitectures.includes(architecture),
  );
  if (family === undefined) throw await unknownFamily(config, architecture, 'architectures', tensors);
  if (modelType !== null && !family.modelTypes.includes(modelType)) {
    throw new FormatError(`It is ${show(modelType)}, but the architecture is ${architecture}.`, {
      file: config.file,
      field: 'model_type',
      remedy: 'Take the file of the original model.',
      code: 'mixed-up',
    });
  }
  if (
    family.baseArchitectures.includes(architecture) &&
    !config.boolean('tie_word_embeddings', family.isTied)
  ) {
    throw new UnsupportedError(`${architecture} has no language model head, so it cannot write text.`, {
      file: config.file,
      field: 'architectures',
      remedy: `Use the model with its head. ${await supportedFamilies()}`,
    });
  }
  return { family, architecture, notes: [] };
}

function readArchitecture(config: ConfigFields): string | null {
  if (!config.isSet('architectures')) return null;
  const list = config.raw('architectures');
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  if (typeof first !== 'string') throw config.wrong('architectures', 'a list of names');
  return first;
}
