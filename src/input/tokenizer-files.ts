/** A tokenizer in other files than tokenizer.json, in its form: as transformers (5.24) makes one of them. */
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { ByteSource, ModelFolder } from '../source/byte-source.js';
import { readJsonObject, readText } from '../source/read-json.js';
import { isJsonObject } from '../source/strict-json.js';
import type { JsonObject, JsonValue } from '../source/strict-json.js';
import { decodeText } from '../source/text.js';
import { BYTE_CHARACTERS } from './byte-alphabet.js';
import type { JsonPart } from './model-input.js';
import { definitionOfModel, type SentencePieceClass } from './sentencepiece-definition.js';
import { readSentencePieceModel, type SentencePieceModel } from './sentencepiece-model.js';
import { objectOf } from './sentencepiece.js';
import type { BesideToken } from './special-tokens.js';
import { tokenText } from './special-tokens.js';
import {
  CLASS_NAMES,
  MERGES_FILE,
  MODEL_FILES,
  tokenizerClass,
  VOCAB_FILE,
  WORDS_FILE,
  type TokenNames,
} from './tokenizer-class.js';
import {
  byteLevelDefinition,
  isTiktoken,
  readMerges,
  requireByteLevel,
  tiktokenDefinition,
  wordsOf,
} from './vocabulary-files.js';
import { wordPieceDefinition } from './word-piece-definition.js';

/** Limit for each of them; the largest published ones have 5 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Classes whose ids are not those of the pieces in their files. */
const OWN_IDS =
  /^(XGLM|XLMRoberta|MBart|MBart50|Nllb|Camembert|Barthez|SeamlessM4T|M2M100|Albert|XLNet|BigBird|Pegasus|DebertaV2|RemBert|Reformer|GPTSw3|Cpm|FNet|Marian|PLBart|MLuke|Speech2Text|SpeechT5|Bartpho|BertGeneration)Tokenizer$/;

/** A tokenizer that was found. */
export interface FoundTokenizer {
  /** Names that hold where tokenizer_config.json has no others. */
  readonly names: TokenNames;
  /**
   * The definition, once it is known which ids the added tokens get.
   * @param names the names that hold in the end
   * @param added tokens that stand elsewhere, in the order in which they get their ids
   */
  finish(names: JsonObject, added: readonly BesideToken[]): JsonPart;
}

/** What goes around each text: names of tokens as tokenizer_config.json has them. */
interface Around {
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * The tokenizer of a folder without tokenizer.json, `null` when it has none.
 * @param readConfig reads tokenizer_config.json, when there is something to use it for
 * @param readModel reads config.json likewise
 * @throws FormatError, UnsupportedError, TransportError
 */
export async function findTokenizer(
  folder: ModelFolder,
  readConfig: () => Promise<JsonObject | null>,
  readModel: () => Promise<JsonObject | null>,
  signal: AbortSignal | undefined,
): Promise<FoundTokenizer | null> {
  const first = await firstFile(folder, signal);
  if (first === null) return null;
  const { name, source } = first;
  const config = await readConfig();
  const type = tokenizerClass(config, await readModel());
  const flag = (key: string, absent: boolean): boolean => {
    const value = config?.get(key);
    return typeof value === 'boolean' ? value : value === null ? false : absent;
  };
  const found = (
    definition: JsonObject,
    file: string,
    more: Partial<Around> & { names?: TokenNames } = {},
  ): FoundTokenizer => {
    const around = {
      before: flag('add_bos_token', false) ? 'bos_token' : null,
      after: flag('add_eos_token', false) ? 'eos_token' : null,
      ...more,
    };
    return {
      names: more.names ?? CLASS_NAMES[type ?? ''] ?? {},
      finish: (names, added) => ({ fields: finished(definition, around, names, added), file }),
    };
  };

  if (MODEL_FILES.includes(name)) {
    const bytes = await readBounded(source, name, signal);
    if (isTiktoken(new TextDecoder('latin1').decode(bytes.subarray(0, 4096)))) {
      const ranks = decodeText(bytes, name);
      return found(tiktokenDefinition(ranks, BYTE_CHARACTERS, renamedPieces(config), name), name, {
        names: {},
      });
    }
    if (type !== null && OWN_IDS.test(type))
      throw unsupported(name, `The class ${type} has ids of its own, which only a tokenizer.json tells.`);
    const sentencePiece = readSentencePieceModel(bytes, name);
    const rules = SENTENCE_PIECE_CLASSES[type ?? ''] ?? 'own';
    const definition = definitionOfModel(
      sentencePiece,
      {
        class: rules,
        legacy: flag('legacy', rules !== 'llama'),
        addPrefixSpace: config?.get('add_prefix_space') !== false,
        extraIds: extraIds(config, name),
        renamed: renamedPieces(config),
      },
      name,
    );
    return found(definition, name, {
      ...(rules === 'own' ? { names: ownNames(sentencePiece) } : {}),
      ...(rules === 't5' ? { before: null, after: 'eos_token' } : {}),
    });
  }

  if (name === VOCAB_FILE) {
    const vocab =
      (await readJsonObject(folder, VOCAB_FILE, MAX_BYTES, signal)) ?? new Map<string, JsonValue>();
    const merges = await readText(folder, MERGES_FILE, MAX_BYTES, signal);
    if (merges === null)
      throw unsupported(VOCAB_FILE, `There is no ${MERGES_FILE} beside it, which says how tokens are made.`);
    requireByteLevel(vocab, BYTE_CHARACTERS, VOCAB_FILE);
    const rules = type === 'Qwen2Tokenizer' ? 'qwen2' : type === 'GPTNeoXTokenizer' ? 'neox' : 'gpt2';
    const pairs = readMerges(merges, MERGES_FILE);
    return found(byteLevelDefinition(vocab, pairs, rules, flag('add_prefix_space', false)), VOCAB_FILE, {
      ...(type === 'LlamaTokenizer' ? { names: {} } : {}),
    });
  }

  const names = CLASS_NAMES['BertTokenizer'] ?? {};
  const words = decodeText(await readBounded(source, WORDS_FILE, signal), WORDS_FILE);
  const definition = wordPieceDefinition(wordsOf(words), {
    lowercase: flag('do_lower_case', true),
    chineseCharacters: flag('tokenize_chinese_chars', true),
    stripAccents: typeof config?.get('strip_accents') === 'boolean' ? flag('strip_accents', false) : null,
    unknown: tokenText(config?.get('unk_token')) ?? (names['unk_token'] as string),
  });
  return found(definition, WORDS_FILE, { names, before: 'cls_token', after: 'sep_token' });
}

/** The file that the tokenizer is made of. */
async function firstFile(
  folder: ModelFolder,
  signal: AbortSignal | undefined,
): Promise<{ readonly name: string; readonly source: ByteSource } | null> {
  for (const name of [...MODEL_FILES, VOCAB_FILE, WORDS_FILE]) {
    const source = await folder.open(name, signal);
    if (source !== null) return { name, source };
  }
  return null;
}

/** What a model calls its own tokens. */
function ownNames({ spelled, bos, eos, unknown }: SentencePieceModel): TokenNames {
  return {
    ...(bos === null ? {} : { bos_token: spelled.bos }),
    ...(eos === null ? {} : { eos_token: spelled.eos }),
    ...(unknown === null ? {} : { unk_token: spelled.unknown }),
  };
}

const SENTENCE_PIECE_CLASSES: Readonly<Record<string, SentencePieceClass>> = {
  LlamaTokenizer: 'llama',
  GemmaTokenizer: 'gemma',
  T5Tokenizer: 't5',
};

/** The definition with a post-processor. */
function finished(
  definition: JsonObject,
  { before, after }: Around,
  names: JsonObject,
  added: readonly BesideToken[],
): JsonObject {
  const ids = vocabularyIds(definition);
  for (const { fields } of added) {
    const content = fields.get('content') as string;
    if (!ids.has(content)) ids.set(content, ids.size);
  }
  const named = (key: string | null): { text: string; id: number } | null => {
    const text = key === null ? null : tokenText(names.get(key));
    const id = text === null ? undefined : ids.get(text);
    return text === null || id === undefined ? null : { text, id };
  };
  const [first, last] = [named(before), named(after)];
  if (first === null && last === null) return definition;
  const special = (token: { text: string } | null): JsonValue[] =>
    token === null ? [] : [objectOf({ SpecialToken: objectOf({ id: token.text, type_id: 0 }) })];
  const text = objectOf({ Sequence: objectOf({ id: 'A', type_id: 0 }) });
  const tokens = [first, last].flatMap((token): [string, JsonValue][] =>
    token === null ? [] : [[token.text, objectOf({ id: token.text, ids: [token.id], tokens: [token.text] })]],
  );
  const processor = objectOf({
    type: 'TemplateProcessing',
    single: [...special(first), text, ...special(last)],
    pair: [],
    special_tokens: new Map(tokens),
  });
  return new Map([...definition, ['post_processor', processor]]);
}

/** Ids of all tokens of the model's vocabulary, whichever form it has. */
function vocabularyIds(definition: JsonObject): Map<string, number> {
  const model = definition.get('model');
  const vocab = isJsonObject(model) ? model.get('vocab') : null;
  if (isJsonObject(vocab)) return new Map(vocab as ReadonlyMap<string, number>);
  const list = (vocab ?? []) as readonly (readonly [string, number])[];
  return new Map(list.map(([text], id) => [text, id]));
}

/** Names that `added_tokens_decoder` gives to ids. */
function renamedPieces(config: JsonObject | null): ReadonlyMap<number, string> {
  const decoder = config?.get('added_tokens_decoder');
  if (!isJsonObject(decoder)) return new Map();
  return new Map(
    [...decoder].flatMap(([id, value]): [number, string][] => {
      const text = tokenText(value);
      return text === null ? [] : [[Number(id), text]];
    }),
  );
}

function extraIds(config: JsonObject | null, file: string): number {
  const value = config?.get('extra_ids') ?? 100;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new FormatError('extra_ids is not a whole number.', {
    file,
    remedy: 'Correct tokenizer_config.json.',
  });
}

async function readBounded(
  source: ByteSource,
  file: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (source.size <= MAX_BYTES) return source.read(0, source.size, signal);
  throw new FormatError(`The file has ${source.size} bytes; at most ${MAX_BYTES} are read.`, {
    file,
    remedy: 'Check that it is the right file.',
    code: 'broken-file',
  });
}

function unsupported(file: string, problem: string): UnsupportedError {
  return new UnsupportedError(problem, {
    file,
    remedy: 'Add the tokenizer.json of the model, or remove the file to work with token ids.',
  });
}
