/** Special ids and sampling defaults: generation_config.json over config.json over what the class defaults to. */
import { FormatError } from '../shared/errors.js';
import type { Note } from './notes.js';
import type { ConfigFields } from './config-fields.js';
import type { GenerationDefaults } from './decoder.js';

/** The ids that mean something to generation. */
export interface SpecialIds {
  readonly bosId: number | null;
  readonly eosIds: readonly number[];
  readonly padId: number | null;
  /** The file that says the end tokens. */
  readonly endsFile: string;
  readonly notes: readonly Note[];
}

/** The ids that a class assumes when config.json does not mention them. */
export interface DefaultIds {
  readonly bos: number | null;
  readonly eos: number | null;
}

/**
 * Reads the special ids. Ids outside the vocabulary (some configs write -1 for "none") are left out with a note: no token can
 * ever have them.
 * @throws FormatError when an entry is not an id
 */
export function readSpecialIds(
  config: ConfigFields,
  generation: ConfigFields | null,
  vocabSize: number,
  defaults: DefaultIds,
): SpecialIds {
  const notes: Note[] = [];
  const sourceOf = (key: string): ConfigFields => (generation?.isSet(key) === true ? generation : config);
  const listed = (key: string): { source: ConfigFields; list: readonly number[] | null } => {
    const source = sourceOf(key);
    try {
      return { source, list: source.idList(key) };
    } catch (error) {
      // What only generation is told must not keep a model from being read.
      if (source === config || !(error instanceof FormatError)) throw error;
      notes.push({ code: 'generation-ignored', file: source.file, key });
      return { source: config, list: config.idList(key) };
    }
  };
  const ids = (key: string, fallback: number | null): readonly number[] => {
    const { source, list } = listed(key);
    const found = list ?? (source.has(key) || fallback === null ? [] : [fallback]);
    const inside = found.filter((id) => id >= 0 && id < vocabSize);
    const outside = found.filter((id) => id !== -1 && !inside.includes(id));
    if (outside.length > 0 && source.has(key)) {
      notes.push({ code: 'ids-ignored', key, ids: outside, file: source.file, vocabSize });
    }
    return [...new Set(inside)];
  };
  return {
    bosId: ids('bos_token_id', defaults.bos)[0] ?? null,
    eosIds: ids('eos_token_id', defaults.eos),
    padId: ids('pad_token_id', null)[0] ?? null,
    endsFile: sourceOf('eos_token_id').file,
    notes,
  };
}

/** Largest count in a generation config; more positions than any model has. */
const MAX_COUNT = 2 ** 31;

/** What transformers' `generate` takes where nothing is said of top-k. */
const DEFAULT_TOP_K = 50;

/** What "all" is for the parameters that some files switch off with -1. */
const OFF = { top_k: 0, top_p: 1, min_p: 0, max_new_tokens: null } as const;

/** Sampling defaults, and what of the file was left out. */
export interface ReadGeneration {
  readonly defaults: GenerationDefaults;
  readonly notes: readonly Note[];
}

/**
 * Reads the sampling defaults as transformers' `generate` has them: a key that the file does not have stays unset, but for
 * top-k. A value that makes no sense is left out with a note: it is no reason to refuse a model.
 */
export function readGenerationDefaults(generation: ConfigFields | null): ReadGeneration {
  const notes: Note[] = [];
  const read = <T>(key: string, take: (file: ConfigFields) => T): T | null => {
    if (generation?.isSet(key) !== true) return null;
    try {
      return take(generation);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      notes.push({ code: 'generation-ignored', file: generation.file, key });
      return null;
    }
  };
  const number = (key: string, min: number, max: number, whole = false): number | null =>
    read(key, (file) => {
      if (key in OFF && file.raw(key) === -1) return OFF[key as keyof typeof OFF];
      return whole ? file.integer(key, undefined, { min, max }) : file.number(key, undefined, { min, max });
    });
  const defaults: GenerationDefaults = {
    doSample: read('do_sample', (file) => file.boolean('do_sample', false)) ?? false,
    temperature: number('temperature', 0, 1000),
    topK: number('top_k', 0, MAX_COUNT, true) ?? DEFAULT_TOP_K,
    topP: number('top_p', 0, 1),
    minP: number('min_p', 0, 1),
    repetitionPenalty: number('repetition_penalty', 1e-3, 1000),
    maxNewTokens: number('max_new_tokens', 1, MAX_COUNT, true),
  };
  return { defaults, notes };
}
