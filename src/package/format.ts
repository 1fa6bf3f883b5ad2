/** Constants of the model package, shared by writer and reader. docs/model-package.md is the specification. */

/** `S3LM`, lowest byte first. */
export const MAGIC = fourcc('S3LM');
export const VERSION_MAJOR = 1;
export const VERSION_MINOR = 0;
export const HEADER_BYTES = 64;
export const SECTION_ENTRY_BYTES = 32;
/** Sections and tensors start on a cache line of the chip. */
export const SECTION_ALIGNMENT = 64;
/** More would only be a damaged or hostile header: nine kinds exist. */
export const MAX_SECTIONS = 64;
/** Section flag: a reader that does not know the kind must refuse the package. */
export const SECTION_REQUIRED = 1;
/** "None" in id, offset and index fields. */
export const NONE = 0xffffffff;

export const SECTION = {
  config: fourcc('CONF'),
  layers: fourcc('LAYR'),
  tensors: fourcc('TDIR'),
  sampling: fourcc('SAMP'),
  tokenizer: fourcc('TOKN'),
  chat: fourcc('CHAT'),
  metadata: fourcc('META'),
  weights: fourcc('WGHT'),
} as const;

export const CONFIG_BYTES = 64;
export const LAYER_BYTES = 64;
export const TENSOR_BYTES = 64;
export const SAMPLING_BYTES = 32;
/** Sampling below these is the same as greedy; the engine asks for 0 or at least the temperature, and a positive top-p. */
export const SAMPLING_LIMITS = {
  temperature: 1e-3,
  topP: 1e-6,
  maxTemperature: 1000,
  penalty: [0.01, 100],
} as const;
/** Norm epsilons outside are damage; the engine's reciprocal root is accurate inside. */
export const EPSILON_RANGE = [1e-20, 1] as const;
/** Factors on embeddings, logits and scores. */
export const FACTOR_RANGE = [1e-6, 1e6] as const;
/** Ids that end a generation; Llama 3 has three. */
export const MAX_STOP_IDS = 32;

export const ACTIVATION_KIND = { dynamic: 0, static: 1, float32: 2 } as const;
export const CACHE_KIND = { int8: 0, float32: 1 } as const;

/** Limits of what the engine takes; they keep every size on the chip within 32 bits. */
export const PACKAGE_LIMITS = {
  hiddenSize: 16384,
  layers: 128,
  vocabSize: 1 << 20,
  context: 65536,
  maxBatch: 32,
  heads: 256,
  headDim: 256,
  ffnSize: 65536,
  rotaryTables: 16,
  tensors: 8192,
} as const;

/** Four ASCII characters as a u32, the first in the lowest byte. */
export function fourcc(text: string): number {
  return (
    (text.charCodeAt(0) |
      (text.charCodeAt(1) << 8) |
      (text.charCodeAt(2) << 16) |
      (text.charCodeAt(3) << 24)) >>>
    0
  );
}

/** The characters of a section kind, unprintable ones as dots. */
export function kindName(kind: number): string {
  return [0, 8, 16, 24]
    .map((shift) => (kind >>> shift) & 0xff)
    .map((code) => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.'))
    .join('');
}

export function alignSection(offset: number): number {
  return Math.ceil(offset / SECTION_ALIGNMENT) * SECTION_ALIGNMENT;
}
