/** The limits of a model package, apart from its layout: a page needs to know them long before a package. */

/** Limits of what the engine takes; they keep every size on the chip within 32 bits and every integer sum within its type. */
export const PACKAGE_LIMITS = {
  /** A flash chip holds tens of layers. */
  layers: 128,
  /** Eight for each layer: a sandwich of norms around both halves has six. Keeps the quadratic checks cheap. */
  steps: 1024,
  /** Keeps a row of INT8 products inside 32 bits with room to spare, and rows below 64 KiB. */
  hiddenSize: 16_384,
  /** 127 * 127 * 65,536 < 2^31: the longest row whose INT8 dot product cannot overflow. */
  mlpWidth: 65_536,
  /** Ids fit in 20 bits; the largest vocabularies in use have 262,144 entries. */
  vocabSize: 1 << 20,
  /** Positions fit in 16 bits. */
  context: 65_536,
  /** Query heads of one layer; with the size of a head it bounds a projection to 65,536 rows. */
  heads: 256,
  /** 16,383 * 127 * 256 < 2^31: the longest head whose 16-bit by 8-bit dot product cannot overflow. */
  headDim: 256,
  /** Tokens that a convolution sees; models have three. */
  taps: 8,
  /** Tokens of one prefill pass; more does not help a chip whose weights stream from flash. */
  maxBatch: 32,
  /** Distinct rotary tables: one a rotary variety, not one a layer. */
  rotaryTables: 16,
  /** Section table entries; a dozen kinds exist. */
  sections: 64,
  /** Ids that end a generation; Llama 3 has three. */
  stopIds: 32,
  /** Tensor directory entries. */
  tensors: 8192,
  /** Tables behind the data of a tensor: scales, minimums, scales of scales. */
  tables: 3,
} as const;

/** Longest package: far beyond any chip's flash, and the twin holds it beside its state in the 4 GiB of WebAssembly. */
export const MAX_PACKAGE_BYTES = 1024 * 1024 * 1024;

/** Longest metadata: a dozen short texts, which are parsed whole. */
export const MAX_METADATA_BYTES = 1024 * 1024;

/** Most memory that the engine takes for a model's state and cache; its sizes stay inside signed 32-bit arithmetic. */
export const MAX_STATE_BYTES = 0x7fff_ffff;
