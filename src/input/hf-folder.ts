/** A HuggingFace folder as a model's parts: which file holds what, and what stands in for a file that is absent. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import {
  ADAPTER_WEIGHTS,
  openCheckpoint,
  openWeightFile,
  weightFileNames,
} from '../checkpoint/open-checkpoint.js';
import type { ByteSource, ModelFolder } from '../source/byte-source.js';
import { MAX_CONFIG_BYTES, readJsonObject, readText } from '../source/read-json.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';
import { ACTIONS_FILE, GRAMMAR_FILE, WIRING_FILE } from './action-names.js';
import { cardLicence } from './licence.js';
import type {
  ChatPart,
  InputKind,
  JsonPart,
  ModelFile,
  ModelInput,
  TextPart,
  TokenizerPart,
} from './model-input.js';
import { once } from './once.js';
import { specialTokens } from './special-tokens.js';
import {
  CLASS_NAMES,
  MERGES_FILE,
  MODEL_FILES,
  VOCAB_FILE,
  WORDS_FILE,
  type TokenNames,
} from './tokenizer-class.js';
import type { FoundTokenizer } from './tokenizer-files.js';

const CONFIG_FILE = 'config.json';
const GENERATION_FILE = 'generation_config.json';
const ADAPTER_FILE = 'adapter_config.json';
const TOKENIZER_FILE = 'tokenizer.json';
const SENTENCE_PIECE_FILE = 'tokenizer.model';
/** The names of the begin and end tokens, and often the chat template. */
const NAMES_FILE = 'tokenizer_config.json';
/** What older folders have beside it. */
const MAP_FILE = 'special_tokens_map.json';
const ADDED_FILE = 'added_tokens.json';
const TEMPLATE_FILE = 'chat_template.jinja';
const OLD_TEMPLATE_FILE = 'chat_template.json';
const CARD_FILE = 'README.md';

/** Small files beside the weights that go with the model. */
const BESIDE = [
  CONFIG_FILE,
  GENERATION_FILE,
  TOKENIZER_FILE,
  ...MODEL_FILES,
  VOCAB_FILE,
  MERGES_FILE,
  WORDS_FILE,
  NAMES_FILE,
  MAP_FILE,
  ADDED_FILE,
  TEMPLATE_FILE,
  OLD_TEMPLATE_FILE,
  CARD_FILE,
  ACTIONS_FILE,
  WIRING_FILE,
  GRAMMAR_FILE,
  'LICENSE',
];

/** Limit for tokenizer.json: the largest published ones (256,000 tokens, merges as pairs) have 33 MB. */
const MAX_TOKENIZER_BYTES = 64 * 1024 * 1024;

/** Limit for a chat template of its own; the longest published ones have about 20,000 characters. */
const MAX_TEMPLATE_BYTES = 1 << 20;

/** A folder as transformers saves it; what is no other kind of folder is taken for one. */
export const hfFolder: InputKind = {
  label: 'HuggingFace folder (config.json, tokenizer.json, *.safetensors)',
  open: async (folder) => hfFolderInput(folder),
};

/** The parts of a HuggingFace folder; nothing is read yet. */
export function hfFolderInput(folder: ModelFolder): ModelInput {
  return new HfFolderInput(folder);
}

/** What is known of a tokenizer besides tokenizer.json. */
interface BesideParts extends Pick<TokenizerPart, 'names' | 'added'> {
  /** The tokenizer that other files make, where there is no tokenizer.json. */
  readonly definition: JsonPart | null;
}

/** An adapter beside its base model. */
interface Adapter {
  /** Those of its files that are needed. */
  readonly files: readonly string[];
  /** `null` where only its description was left, and nothing is missing. */
  readonly merge: ((base: Checkpoint, config: JsonPart) => Promise<Checkpoint>) | null;
}

class HfFolderInput implements ModelInput {
  readonly name: string;
  readonly #folder: ModelFolder;

  constructor(folder: ModelFolder) {
    this.name = folder.name;
    this.#folder = folder;
  }

  readonly config = once(async (signal): Promise<JsonPart> => {
    const adapter = await this.#adapter(signal);
    const config = await this.#json(CONFIG_FILE, MAX_CONFIG_BYTES, signal);
    if (config !== null) return adapter?.merge === null ? { ...config, ignored: ADAPTER_FILE } : config;
    const { refuseNoModel } = await import('./no-model.js');
    return refuseNoModel(this.#folder);
  });

  /** The adapter. Its weights beside those of a model are the difference to it, as transformers takes them. */
  readonly #adapter = once(async (signal): Promise<Adapter | null> => {
    const part = await this.#json(ADAPTER_FILE, MAX_CONFIG_BYTES, signal);
    if (part === null) return null;
    const isWhole = await this.#hasModel(signal);
    const weights = await this.#adapterWeights(signal);
    if (isWhole && weights === null) return { files: [], merge: null };
    const room = await import('./adapter.js');
    const lora = room.readLoraConfig(part);
    if (!isWhole || weights === null) throw room.withoutBase(lora, part.file);
    return {
      files: [ADAPTER_FILE, weights.name],
      merge: async (base, config) =>
        room.mergeAdapter(base, await openWeightFile(weights, signal), lora, config.fields),
    };
  });

  async #adapterWeights(signal: AbortSignal | undefined): Promise<ByteSource | null> {
    const others = (this.#folder.names ?? []).filter((name) => ADAPTER_WEIGHTS.test(name));
    for (const name of ['adapter_model.safetensors', 'adapter_model.bin', ...others]) {
      const source = await this.#folder.open(name, signal);
      if (source !== null) return source;
    }
    return null;
  }

  /** Whether there is a model that the adapter may belong to. */
  async #hasModel(signal: AbortSignal | undefined): Promise<boolean> {
    const [first] = await weightFileNames(this.#folder, signal);
    return (
      first !== undefined &&
      (await this.#folder.open(first, signal)) !== null &&
      (await this.#folder.open(CONFIG_FILE, signal)) !== null
    );
  }

  readonly generation = once((signal) => this.#json(GENERATION_FILE, MAX_CONFIG_BYTES, signal));

  readonly checkpoint = once(async (signal): Promise<Checkpoint> => {
    const base = await openCheckpoint(this.#folder, signal);
    const adapter = await this.#adapter(signal);
    return adapter?.merge ? adapter.merge(base, await this.config(signal)) : base;
  });

  readonly tokenizer = once(async (signal): Promise<TokenizerPart | null> => {
    const written = await this.#definition(signal);
    if (written === null && (await this.#found(signal)) === null) return null;
    const beside = await this.#beside(signal);
    const definition = written ?? beside.definition;
    return definition === null ? null : { definition, names: beside.names, added: beside.added };
  });

  readonly hasSentencePiece = once(
    async (signal) => (await this.#folder.open(SENTENCE_PIECE_FILE, signal)) !== null,
  );

  /** The strongest place first: chat_template.jinja, tokenizer_config.json, chat_template.json. */
  readonly chat = once(async (signal): Promise<ChatPart | null> => {
    const { names } = await this.#beside(signal);
    const text = await readText(this.#folder, TEMPLATE_FILE, MAX_TEMPLATE_BYTES, signal);
    const template =
      (text === null ? null : { text, file: TEMPLATE_FILE }) ??
      templateIn(names) ??
      templateIn(await this.#json(OLD_TEMPLATE_FILE, MAX_TEMPLATE_BYTES, signal));
    return template === null ? null : { template, names };
  });

  readonly licence = once(async (signal): Promise<string | null> => {
    const card = await this.#folder.open(CARD_FILE, signal);
    return card === null ? null : cardLicence(card, signal);
  });

  readonly files = once(async (signal): Promise<readonly ModelFile[]> => [
    ...BESIDE.map((name) => ({ name, needed: false })),
    ...(await weightFileNames(this.#folder, signal)).map((name) => ({ name, needed: true })),
    ...((await this.#adapter(signal))?.files ?? []).map((name) => ({ name, needed: true })),
  ]);

  readonly #definition = once((signal) => this.#json(TOKENIZER_FILE, MAX_TOKENIZER_BYTES, signal));

  /** What other files make a tokenizer, where there is no tokenizer.json. Few folders need their readers. */
  readonly #found = once(async (signal): Promise<FoundTokenizer | null> => {
    if ((await this.#definition(signal)) !== null) return null;
    const { findTokenizer } = await import('./tokenizer-files.js');
    return findTokenizer(
      this.#folder,
      async () => (await this.#names(signal))?.fields ?? null,
      async () => (await this.#json(CONFIG_FILE, MAX_CONFIG_BYTES, signal))?.fields ?? null,
      signal,
    );
  });

  readonly #names = once((signal) => this.#json(NAMES_FILE, MAX_CONFIG_BYTES, signal));

  /** The names and tokens beside the tokenizer, whether there is a file for them at all, and the tokenizer of other files. */
  readonly #beside = once(async (signal): Promise<BesideParts> => {
    const found = await this.#found(signal);
    const fields = async (file: string): Promise<JsonObject | null> =>
      (await this.#json(file, MAX_CONFIG_BYTES, signal))?.fields ?? null;
    const config = (await this.#names(signal))?.fields ?? null;
    // The decoder has every token, and the older files are not read beside it.
    const old = !isJsonObject(config?.get('added_tokens_decoder'));
    const map = old ? await fields(MAP_FILE) : null;
    const encoder = old ? await fields(ADDED_FILE) : null;
    const defaults = found === null ? await this.#classNames(config, signal) : found.names;
    const { names, added } = specialTokens(config, map, encoder, defaults);
    const isNamed = config !== null || map !== null || found !== null;
    return {
      names: isNamed ? { fields: names, file: NAMES_FILE } : null,
      added,
      definition: found?.finish(names, added) ?? null,
    };
  });

  /** Llama's class names the tokens of tokenizer.json, unless that is byte-level. */
  async #classNames(config: JsonObject | null, signal: AbortSignal | undefined): Promise<TokenNames> {
    const decoder = (await this.#definition(signal))?.fields.get('decoder');
    const byteLevel = isJsonObject(decoder) && decoder.get('type') === 'ByteLevel';
    const type = config?.get('tokenizer_class');
    const isLlama = type === 'LlamaTokenizer' || type === 'LlamaTokenizerFast';
    return isLlama && !byteLevel ? (CLASS_NAMES['LlamaTokenizer'] ?? {}) : {};
  }

  async #json(file: string, maxBytes: number, signal: AbortSignal | undefined): Promise<JsonPart | null> {
    // tokenizer.json is written and read by Rust, all others by Python.
    const numbers = file === TOKENIZER_FILE ? 'any' : 'python';
    const fields = await readJsonObject(this.#folder, file, maxBytes, signal, { numbers });
    return fields === null ? null : { fields, file };
  }
}

/** `chat_template`: a text, or a list of named ones of which the default is taken. */
function templateIn(part: JsonPart | null): TextPart | null {
  const text = part === null ? null : defaultTemplate(part.fields);
  return part === null || text === null ? null : { text, file: part.file };
}

function defaultTemplate(config: JsonObject): string | null {
  const value: JsonValue = config.get('chat_template') ?? null;
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return null;
  const items = (value as readonly JsonValue[]).filter(isJsonObject);
  const template = items.find((item) => item.get('name') === 'default')?.get('template');
  return typeof template === 'string' ? template : null;
}
