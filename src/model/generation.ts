/** Special ids and sampling defaults: generation_config.json over config.json over what the class defaults to. */
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
  const ids = (key: string, fallback: number | null): readonly number[] => {
    const source = sourceOf(key);
    const found = source.idList(key) ?? (source.has(key) || fallback === null ? [] : [fallback]);
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

/**
 * Reads the sampling defaults; a key that the file does not have stays unset.
 * @throws FormatError when a value makes no sense
 */
export function readGenerationDefaults(generation: ConfigFields | null): GenerationDefaults {
  return {
    doSample: generation?.boolean('do_sample', false) ?? false,
    temperature: generation?.optionalNumber('temperature', { min: 0, max: 1000 }) ?? null,
    topK: generation?.optionalInteger('top_k', { min: 0, max: MAX_COUNT }) ?? null,
    topP: generation?.optionalNumber('top_p', { min: 0, max: 1 }) ?? null,
    minP: generation?.optionalNumber('min_p', { min: 0, max: 1 }) ?? null,
    repetitionPenalty: generation?.optionalNumber('repetition_penalty', { min: 1e-3, max: 1000 }) ?? null,
    maxNewTokens: generation?.optionalInteger('max_new_tokens', { min: 1, max: MAX_COUNT }) ?? null,
  };
}
