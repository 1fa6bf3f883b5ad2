/**
 * The model package's layout as data: sections and records. docs/model-package.md explains it, and
 * its tables, like the engine's `s3lm_format.h`, are generated from here (`npm run schema`).
 */
import {
  ACTIVATION,
  CACHE,
  FUNCTION,
  HEAD_NORM,
  INPUT,
  MEMORY,
  MLP,
  NORM,
  PLACE,
  POSITION,
  STEP,
  type StepKind,
} from './kinds.js';
import { ROW_ALIGNMENT } from './encodings.js';
import { PACKAGE_LIMITS } from './limits.js';
import { f32, record, u16, u32, u8, word, type RecordSpec } from './record.js';

export { PACKAGE_LIMITS };

/** Version 1 had one record a layer instead of one a step, and one table of scales a tensor. */
export const PACKAGE_VERSION = { major: 2, minor: 0 } as const;

/** "None" in id, offset and index fields. */
export const NONE = 0xffff_ffff;

/** Layer or index of what belongs to no step or table. */
export const GLOBAL_INDEX = 0xffff;

/** The largest u32: a field without a limit of its own. */
const ANY = 0xffff_ffff;

/** Norm epsilons are 1e-5 or 1e-6 in practice; inside this range the engine's reciprocal root is accurate. */
export const EPSILON_RANGE = [1e-20, 1] as const;

/** Factors on embeddings, logits and scores: far beyond any model's, small enough that nothing overflows by itself. */
export const FACTOR_RANGE = [1e-6, 1e6] as const;

/** Static activation scales: the range in which the quantizer's reciprocal holds. */
export const ACTIVATION_SCALE_RANGE = [1e-30, 1e30] as const;

/** Sampling below these is the same as greedy. `topP` is positive: its smallest value is the smallest f32. */
export const SAMPLING_RANGES = {
  temperature: [1e-3, 1000],
  topP: [2 ** -149, 1],
  minP: [0, 1],
  repetitionPenalty: [0.01, 100],
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

/** The characters of such a number, unprintable ones as dots. */
export function fourccText(value: number): string {
  return [0, 8, 16, 24]
    .map((shift) => (value >>> shift) & 0xff)
    .map((code) => (code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.'))
    .join('');
}

/** First bytes of a package. */
export const MAGIC = fourcc('S3LM');

/** Sections begin on a cache line of the chip. */
export const SECTION_ALIGNMENT = 64;

/** Section flag: a reader that does not know the kind must refuse the package. */
export const SECTION_REQUIRED = 1;

/** Sections by name: their kind, and whether every package has them. */
export const SECTION = {
  config: { kind: fourcc('CONF'), needed: true },
  steps: { kind: fourcc('STEP'), needed: true },
  tensors: { kind: fourcc('TDIR'), needed: true },
  sampling: { kind: fourcc('SAMP'), needed: true },
  tokenizer: { kind: fourcc('TOKN'), needed: false },
  chat: { kind: fourcc('CHAT'), needed: false },
  actions: { kind: fourcc('ACTN'), needed: false },
  grammar: { kind: fourcc('GRAM'), needed: false },
  metadata: { kind: fourcc('META'), needed: false },
  weights: { kind: fourcc('WGHT'), needed: true },
} as const;

const { hiddenSize, layers, vocabSize, context, maxBatch, rotaryTables } = PACKAGE_LIMITS;

/** First bytes of the file; the checksum is that of the 60 bytes before it, continued over the section table. */
export const HEADER = record(64, {
  magic: u32(0, MAGIC, MAGIC),
  majorVersion: u16(4, PACKAGE_VERSION.major, PACKAGE_VERSION.major),
  minorVersion: u16(6, 0, 0xffff),
  totalLength: u32(8, 64, ANY - 63, { step: SECTION_ALIGNMENT }),
  sectionCount: u32(12, 1, PACKAGE_LIMITS.sections),
  tableEnd: u32(16, 96, 64 + 32 * PACKAGE_LIMITS.sections),
  checksum: u32(60, 0, ANY),
});

/** An entry of the section table. */
export const SECTION_ENTRY = record(32, {
  kind: u32(0, 0, ANY),
  flags: u32(4, 0, SECTION_REQUIRED),
  offset: u32(8, 0, ANY, { step: SECTION_ALIGNMENT }),
  length: u32(12, 0, ANY),
  checksum: u32(16, 0, ANY),
});

/** CONF. */
export const CONFIG = record(64, {
  hiddenSize: u32(0, 1, hiddenSize),
  layers: u32(4, 1, layers),
  vocabSize: u32(8, 1, vocabSize),
  context: u32(12, 1, context),
  maxBatch: u32(16, 1, maxBatch),
  cache: word(20, 'u32', CACHE),
  activations: word(24, 'u32', ACTIVATION),
  bosId: u32(28, 0, vocabSize - 1, { or: NONE }),
  finalNorm: word(32, 'u32', NORM),
  finalNormEpsilon: f32(36, ...EPSILON_RANGE),
  embeddingScale: f32(40, ...FACTOR_RANGE),
  logitScale: f32(44, ...FACTOR_RANGE),
  rotaryTables: u32(48, 0, rotaryTables),
  logitCap: f32(52, ...FACTOR_RANGE, { or: 0 }),
  embeddingSize: u32(56, 0, hiddenSize),
});

/** What every record of STEP begins with; what follows depends on the kind. */
export const STEP_HEAD = record(8, {
  layer: u16(0, 0, layers - 1),
  kind: word(2, 'u8', STEP),
  reads: word(3, 'u8', PLACE),
  writes: word(4, 'u8', PLACE),
  adds: u8(5, 0, 1),
});

/** Bytes of a record of STEP. */
export const STEP_BYTES = 64;

/** The rest of a record of STEP, from its byte 8 on. */
export const STEP_BODY = {
  norm: record(56, {
    norm: word(0, 'u32', NORM),
    epsilon: f32(4, ...EPSILON_RANGE),
  }),
  attention: record(56, {
    heads: u32(0, 1, PACKAGE_LIMITS.heads),
    kvHeads: u32(4, 1, PACKAGE_LIMITS.heads),
    headDim: u32(8, 1, PACKAGE_LIMITS.headDim),
    window: u32(12, 0, ANY),
    position: word(16, 'u32', POSITION),
    rotaryTable: u32(20, 0, rotaryTables - 1, { or: NONE }),
    rotaryDim: u32(24, 0, PACKAGE_LIMITS.headDim, { step: 2 }),
    scoreScale: f32(28, ...FACTOR_RANGE),
    scoreCap: f32(32, ...FACTOR_RANGE, { or: 0 }),
    clip: f32(36, ...FACTOR_RANGE, { or: 0 }),
    headNorm: word(40, 'u8', HEAD_NORM),
    headNormKind: word(41, 'u8', NORM),
    headNormTurned: u8(42, 0, 1),
    headNormEpsilon: f32(44, ...EPSILON_RANGE, { or: 0 }),
  }),
  mlp: record(56, {
    mlp: word(0, 'u32', MLP),
    function: word(4, 'u32', FUNCTION),
    width: u32(8, 1, PACKAGE_LIMITS.mlpWidth),
  }),
  conv: record(56, {
    taps: u32(0, 2, PACKAGE_LIMITS.taps),
  }),
} as const satisfies Readonly<Record<StepKind, RecordSpec>>;

/** Rows of a matrix go to another memory in steps of so many: what cores share out among themselves. */
export const SPLIT_ROWS = 16;

/** TDIR. */
export const TENSOR = record(64, {
  role: u16(0, 0, 0xffff),
  index: u16(2, 0, 0xffff),
  encoding: u16(4, 0, 0xffff),
  placement: word(6, 'u8', MEMORY),
  input: word(7, 'u8', INPUT),
  rows: u32(8, 1, ANY),
  cols: u32(12, 1, ANY),
  rowBytes: u32(16, ROW_ALIGNMENT, ANY, { step: ROW_ALIGNMENT }),
  group: u32(20, 0, ANY, { step: ROW_ALIGNMENT }),
  dataOffset: u32(24, 0, ANY, { step: SECTION_ALIGNMENT }),
  dataLength: u32(28, 0, ANY),
  tablesOffset: u32(32, 0, ANY, { step: SECTION_ALIGNMENT, or: NONE }),
  tablesLength: u32(36, 0, ANY),
  activationScale: f32(40, ...ACTIVATION_SCALE_RANGE, { or: 0 }),
  placedRows: u32(44, 0, ANY, { step: SPLIT_ROWS }),
  restPlacement: word(48, 'u8', MEMORY),
});

/** SAMP; the stop ids follow as u32. */
export const SAMPLING = record(32, {
  doSample: u32(0, 0, 1),
  temperature: f32(4, ...SAMPLING_RANGES.temperature, { or: 0 }),
  topK: u32(8, 0, ANY),
  topP: f32(12, ...SAMPLING_RANGES.topP),
  minP: f32(16, ...SAMPLING_RANGES.minP),
  repetitionPenalty: f32(20, ...SAMPLING_RANGES.repetitionPenalty),
  maxNewTokens: u32(24, 0, ANY),
  stopIds: u32(28, 0, PACKAGE_LIMITS.stopIds),
});
