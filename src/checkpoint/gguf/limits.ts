/** Bounds on what a GGUF file may say of itself. */

/**
 * Longest header: keys, values and the directory of tensors. Tokenizers make it long: 256,000 tokens with their merges take
 * 12 MB, the longest published ones 20.
 */
export const MAX_HEADER_BYTES = 64 * 1024 * 1024;

/** Read at once from the start; without a tokenizer it is all. What is longer is read in steps that grow. */
export const FIRST_READ = 256 * 1024;

/** By how much each step of reading is longer than what is there. */
export const READ_GROWTH = 3;

/** Most keys: real files have some 40. */
export const MAX_KEYS = 4096;

/** Longest key, as the format says. */
export const MAX_KEY_BYTES = 65_535;

/** Longest name of a tensor: llama.cpp writes at most 63 bytes. */
export const MAX_NAME_BYTES = 1024;

/** Longest text that is no list's: chat templates have some 20,000 characters. */
export const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** Lists in lists: the format allows them, nobody writes them. */
export const MAX_LIST_DEPTH = 4;

/** Dimensions of a tensor in ggml. */
export const MAX_DIMENSIONS = 4;

/** Where tensors begin when the file does not say: at multiples of so many bytes. */
export const DEFAULT_ALIGNMENT = 32;

/** Largest alignment: a page of memory is what could be wanted. */
export const MAX_ALIGNMENT = 1 << 20;

/** Most files that a model is split into. */
export const MAX_PARTS = 1000;
