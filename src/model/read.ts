/** Reads config.json and the tensor directory into the one description that all later rooms work from. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { Note } from '../shared/notes.js';
import type { ModelFolder } from '../source/byte-source.js';
import { MAX_CONFIG_BYTES, readJsonObject } from '../source/read-json.js';
import { ConfigFields, show } from './config-fields.js';
import type { DecoderModel } from './decoder.js';
import { FAMILIES, supportedFamilies } from './families/index.js';
import type { Family } from './family.js';
import { adapterError, refuseKinds } from './refusals.js';

const CONFIG_NAME = 'config.json';
const GENERATION_NAME = 'generation_config.json';
const ADAPTER_NAME = 'adapter_config.json';

/**
 * Reads a model folder's architecture.
 * @throws FormatError when config.json is missing, malformed or disagrees with the tensors; UnsupportedError for a family or
 *   a kind of model that is not converted, by name; TransportError
 */
export async function readDecoder(
  folder: ModelFolder,
  checkpoint: Checkpoint,
  signal?: AbortSignal,
): Promise<DecoderModel> {
  const config = await readConfig(folder, signal);
  const { family, architecture, notes } = chooseFamily(config);
  const generation = await readJsonObject(folder, GENERATION_NAME, MAX_CONFIG_BYTES, signal);
  return family.read({
    architecture,
    config,
    generation: generation === null ? null : new ConfigFields(generation, GENERATION_NAME),
    checkpoint,
    notes,
    signal,
  });
}

/**
 * Refuses a folder by its config alone, before any weights are opened: cheaper, and the better message when both are wrong.
 * @throws as {@link readDecoder}
 */
export async function checkArchitecture(folder: ModelFolder, signal?: AbortSignal): Promise<void> {
  chooseFamily(await readConfig(folder, signal));
}

async function readConfig(folder: ModelFolder, signal: AbortSignal | undefined): Promise<ConfigFields> {
  if ((await folder.open(ADAPTER_NAME, signal)) !== null) throw adapterError();
  const config = await readJsonObject(folder, CONFIG_NAME, MAX_CONFIG_BYTES, signal);
  if (config === null) {
    throw new FormatError('It has no config.json.', {
      file: folder.name,
      remedy: 'Choose the folder that holds config.json and the safetensors files.',
      code: 'no-config',
    });
  }
  return new ConfigFields(config, CONFIG_NAME);
}

interface Choice {
  readonly family: Family;
  readonly architecture: string;
  readonly notes: readonly Note[];
}

/** Trusts `architectures[0]`, confirmed by `model_type`. */
function chooseFamily(config: ConfigFields): Choice {
  refuseKinds(config, supportedFamilies());
  const modelType = config.optionalText('model_type');
  const architecture = readArchitecture(config);
  if (architecture === null) {
    const byType = FAMILIES.find((family) => modelType !== null && family.modelTypes.includes(modelType));
    const assumed = byType?.architectures[0];
    if (byType === undefined || assumed === undefined) throw unknownFamily(config, modelType, 'model_type');
    return {
      family: byType,
      architecture: assumed,
      notes: [{ code: 'architecture-assumed', architecture: assumed }],
    };
  }
  const family = FAMILIES.find(
    (candidate) =>
      candidate.architectures.includes(architecture) || candidate.baseArchitectures.includes(architecture),
  );
  if (family === undefined) throw unknownFamily(config, architecture, 'architectures');
  if (modelType !== null && !family.modelTypes.includes(modelType)) {
    throw new FormatError(`It is ${show(modelType)}, but the architecture is ${architecture}.`, {
      file: config.file,
      field: 'model_type',
      remedy: 'Take the file of the original model.',
      code: 'mixed-up',
    });
  }
  if (family.baseArchitectures.includes(architecture) && !config.boolean('tie_word_embeddings', false)) {
    throw new UnsupportedError(`${architecture} has no language model head, so it cannot write text.`, {
      file: config.file,
      field: 'architectures',
      remedy: `Use the model with its head. ${supportedFamilies()}`,
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

function unknownFamily(config: ConfigFields, name: string | null, field: string): UnsupportedError {
  return new UnsupportedError(
    name === null
      ? 'It names neither an architecture nor a model type.'
      : `${show(name).replace(/^"|"$/g, '')} is not converted yet.`,
    { file: config.file, field, remedy: supportedFamilies(), code: 'family' },
  );
}
