/** The parts of a model in GGUF: all of them are in its keys and tensors. */
import { ggufCheckpoint } from '../../checkpoint/gguf/gguf-checkpoint.js';
import type { ModelFolder } from '../../source/byte-source.js';
import type { JsonObject, JsonValue } from '../../source/strict-json.js';
import { cardLicence, licenceName } from '../licence.js';
import type { ChatPart, ConfigPart, JsonPart, ModelInput, TokenizerPart } from '../model-input.js';
import { once } from '../once.js';
import { objectOf } from '../sentencepiece.js';
import { architectureOf, configOf, findArchitecture } from './config.js';
import type { GgufFiles } from './files.js';
import { Metadata } from './metadata.js';
import { openParts } from './parts.js';
import { readRopeFactors } from './rope-factors.js';
import { piecesOf } from './tensor-names.js';

const CARD_FILE = 'README.md';
const TEMPLATE = 'tokenizer.chat_template';

/** The parts of a model; nothing is read yet. */
export function ggufInput(folder: ModelFolder, files: GgufFiles): ModelInput {
  const parts = once((signal) => openParts(folder, files, signal));
  const metadata = once(async (signal) => new Metadata(await parts(signal)));
  const place = `${files.files[0] ?? folder.name}, metadata`;
  return {
    name: files.name.slice(files.name.lastIndexOf('/') + 1),
    config: once(async (signal): Promise<ConfigPart> => {
      const keys = await metadata(signal);
      const architecture = architectureOf(keys);
      const fields = configOf(keys, architecture, await readRopeFactors(await parts(signal), signal));
      const { layout } = architecture;
      return { fields, file: place, ...(layout === undefined ? {} : { layout }) };
    }),
    generation: once(async (signal): Promise<JsonPart | null> => {
      const fields = samplingOf(await metadata(signal));
      return fields === null ? null : { fields, file: place };
    }),
    checkpoint: once(async (signal) => {
      const keys = await metadata(signal);
      const names = findArchitecture(keys.architecture)?.tensors(keys);
      // Of an architecture that is not read the tensors can be looked at, under the names that they have.
      return ggufCheckpoint(await parts(signal), (tensor) =>
        names === undefined ? [{ name: tensor.name }] : piecesOf(tensor, names),
      );
    }),
    tokenizer: once(async (signal): Promise<TokenizerPart | null> => {
      const { ggufTokenizer } = await import('./tokenizer.js');
      return ggufTokenizer(await metadata(signal), place);
    }),
    hasSentencePiece: once(async () => false),
    chat: once(async (signal): Promise<ChatPart | null> => {
      const keys = await metadata(signal);
      const text = keys.text(TEMPLATE);
      if (text === null) return null;
      const { namesOf } = await import('./tokenizer.js');
      return { template: { text, file: place }, names: namesOf(keys, place) };
    }),
    licence: once(async (signal) => {
      const own = (await metadata(signal)).text('general.license');
      if (own !== null) return licenceName(own);
      const card = await folder.open(CARD_FILE, signal);
      return card === null ? null : cardLicence(card, signal);
    }),
    files: once(async () => [
      ...files.files.map((name) => ({ name, needed: true })),
      { name: CARD_FILE, needed: false },
    ]),
  };
}

/** Keys of generation_config.json by those of GGUF. */
const SAMPLING = [
  ['temp', 'temperature'],
  ['top_k', 'top_k'],
  ['top_p', 'top_p'],
  ['min_p', 'min_p'],
  ['penalty_repeat', 'repetition_penalty'],
] as const;

/** The sampling that the model's makers recommend, `null` when the file says none. */
function samplingOf(metadata: Metadata): JsonObject | null {
  const fields: Record<string, JsonValue> = {};
  for (const [key, name] of SAMPLING) {
    const value = metadata.number(`general.sampling.${key}`);
    if (value !== null) fields[name] = value;
  }
  if (Object.keys(fields).length === 0) return null;
  return objectOf({ do_sample: fields.temperature !== 0, ...fields });
}
