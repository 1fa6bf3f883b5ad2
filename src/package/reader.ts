/**
 * Reads and checks a model package from any byte source, without loading its weights. The same rules as the engine's
 * reader: whatever is inconsistent is refused with the field that is to blame.
 */
import type { ByteSource } from '../source/byte-source.js';
import { FormatError } from '../shared/errors.js';
import type { Sampling } from '../shared/sampling.js';
import { crc32 } from './crc32.js';
import {
  CONFIG_BYTES,
  EPSILON_RANGE,
  FACTOR_RANGE,
  HEADER_BYTES,
  LAYER_BYTES,
  MAGIC,
  MAX_SECTIONS,
  MAX_STOP_IDS,
  NONE,
  PACKAGE_LIMITS,
  SAMPLING_BYTES,
  SAMPLING_LIMITS,
  SECTION,
  SECTION_ENTRY_BYTES,
  SECTION_REQUIRED,
  VERSION_MAJOR,
  alignSection,
  kindName,
} from './format.js';
import { checkTensors, type PackageTensor } from './tensors.js';
import type { Crc } from './writer.js';

export interface PackageSection {
  /** Four characters. */
  readonly kind: string;
  readonly required: boolean;
  readonly offset: number;
  readonly length: number;
  readonly crc: number;
}

export interface PackageConfig {
  readonly hiddenSize: number;
  readonly layers: number;
  readonly vocabSize: number;
  readonly context: number;
  readonly maxBatch: number;
  readonly cache: 'int8' | 'float32';
  readonly activations: 'dynamic' | 'static' | 'float32';
  readonly bosId: number | null;
  readonly finalNormEpsilon: number;
  readonly embeddingScale: number;
  readonly logitScale: number;
  readonly rotaryTables: number;
}

export interface PackageLayer {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ffnSize: number;
  /** Tokens that a query sees, itself included; `null` for all. */
  readonly window: number | null;
  readonly rotary: number | null;
  readonly attentionNormEpsilon: number;
  readonly mlpNormEpsilon: number;
  readonly scoreScale: number;
  readonly rotaryDim: number;
}

export interface PackageSampling extends Sampling {
  readonly stopIds: readonly number[];
}

export interface ModelPackage {
  readonly totalLength: number;
  readonly version: readonly [number, number];
  readonly sections: readonly PackageSection[];
  readonly config: PackageConfig;
  readonly layers: readonly PackageLayer[];
  readonly tensors: readonly PackageTensor[];
  readonly sampling: PackageSampling;
  readonly metadata: Readonly<Record<string, string>>;
}

const REMEDY = 'Convert the model again, or download the file again if it was copied.';

/** Largest section besides the weights that is read into memory: a tokenizer of a million tokens stays below. */
const MAX_SMALL_SECTION = 64 * 1024 * 1024;

/** The smallest normal f32: top-p is positive. */
const SMALLEST_NORMAL = 2 ** -126;

/** Bytes per read while checking the weights. */
const CHECK_BLOCK = 4 * 1024 * 1024;

function broken(source: ByteSource, field: string, problem: string): FormatError {
  return new FormatError(problem, { file: source.name, field, remedy: REMEDY });
}

/**
 * Reads a package's directory and checks it; with `verify`, every section's checksum and all padding too.
 * @throws FormatError naming the section and field; TransportError from the source
 */
export async function readPackage(
  source: ByteSource,
  options: { verify?: boolean; crc?: Crc; signal?: AbortSignal } = {},
): Promise<ModelPackage> {
  const crc = options.crc ?? crc32;
  const { version, sections, totalLength } = await readSections(source, options.signal);
  const contents = new Map<string, DataView>();
  for (const section of sections) {
    if (section.kind === 'WGHT') continue;
    if (section.length > MAX_SMALL_SECTION)
      throw broken(
        source,
        section.kind,
        `The section is ${section.length} bytes, more than ${MAX_SMALL_SECTION}.`,
      );
    const bytes = await source.read(section.offset, section.offset + section.length, options.signal);
    if (crc(bytes, 0) !== section.crc)
      throw broken(source, section.kind, 'The checksum does not match: the file is damaged.');
    contents.set(section.kind, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
  const need = (kind: string): DataView => {
    const view = contents.get(kind);
    if (view === undefined) throw broken(source, kind, 'The section is missing.');
    return view;
  };
  const weights = sections.find((section) => section.kind === 'WGHT');
  if (weights === undefined) throw broken(source, 'WGHT', 'The section is missing.');
  const known = new Set(Object.values(SECTION).map(kindName));
  for (const section of sections) {
    if (section.required && !known.has(section.kind)) {
      throw broken(
        source,
        section.kind,
        'This version does not know a section that the package says is needed.',
      );
    }
  }

  const config = readConfig(source, need('CONF'));
  const layers = readLayers(source, need('LAYR'), config);
  const tensors = checkTensors(need('TDIR'), config, layers, weights.length, (field, problem) =>
    broken(source, field, problem),
  );
  const sampling = readSampling(source, need('SAMP'), config);
  const metadata = readMetadata(source, contents.get('META'));
  if (options.verify === true) await verifyBytes(source, sections, totalLength, weights, crc, options.signal);
  return { totalLength, version, sections, config, layers, tensors, sampling, metadata };
}

async function readSections(
  source: ByteSource,
  signal: AbortSignal | undefined,
): Promise<{ version: readonly [number, number]; sections: PackageSection[]; totalLength: number }> {
  if (source.size < HEADER_BYTES)
    throw broken(
      source,
      'header',
      `The file has ${source.size} bytes; a package has at least ${HEADER_BYTES}.`,
    );
  const head = await source.read(0, HEADER_BYTES, signal);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (view.getUint32(0, true) !== MAGIC)
    throw broken(source, 'magic', 'This is not a model package (it does not begin with "S3LM").');
  const major = view.getUint16(4, true);
  const minor = view.getUint16(6, true);
  if (major !== VERSION_MAJOR) {
    throw new FormatError(
      `The package has format version ${major}.${minor}; this program reads version ${VERSION_MAJOR}.`,
      {
        file: source.name,
        field: 'version',
        remedy: major > VERSION_MAJOR ? 'Update this program.' : 'Convert the model again.',
      },
    );
  }
  const totalLength = view.getUint32(8, true);
  const count = view.getUint32(12, true);
  const tableEnd = view.getUint32(16, true);
  if (totalLength !== source.size) {
    throw broken(
      source,
      'total length',
      `The package says ${totalLength} bytes, the file has ${source.size}: ${source.size < totalLength ? 'it is cut off' : 'something follows it'}.`,
    );
  }
  if (count < 1 || count > MAX_SECTIONS)
    throw broken(source, 'section count', `${count} sections, not 1 to ${MAX_SECTIONS}.`);
  if (tableEnd !== HEADER_BYTES + SECTION_ENTRY_BYTES * count || tableEnd > totalLength) {
    throw broken(
      source,
      'section table',
      `The table ends at ${tableEnd}, which does not fit ${count} sections.`,
    );
  }
  const table = await source.read(HEADER_BYTES, tableEnd, signal);
  if (crc32(table, crc32(head.subarray(0, 60))) !== view.getUint32(60, true)) {
    throw broken(source, 'header', 'The checksum of the header does not match: the file is damaged.');
  }
  if (view.getUint32(20, true) !== 0 || head.subarray(24, 60).some((byte) => byte !== 0)) {
    throw broken(source, 'header', 'Reserved fields are not zero.');
  }

  const rows = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const sections: PackageSection[] = [];
  const seen = new Set<number>();
  let expected = alignSection(tableEnd);
  for (let index = 0; index < count; index++) {
    const at = SECTION_ENTRY_BYTES * index;
    const kind = rows.getUint32(at, true);
    const flags = rows.getUint32(at + 4, true);
    const offset = rows.getUint32(at + 8, true);
    const length = rows.getUint32(at + 12, true);
    const field = `section ${kindName(kind)}`;
    if (seen.has(kind)) throw broken(source, field, 'The section occurs twice.');
    seen.add(kind);
    if (
      (flags & ~SECTION_REQUIRED) !== 0 ||
      rows.getUint32(at + 20, true) !== 0 ||
      rows.getUint32(at + 24, true) !== 0 ||
      rows.getUint32(at + 28, true) !== 0
    ) {
      throw broken(source, field, 'Unknown flags or reserved fields.');
    }
    if (offset !== expected) throw broken(source, field, `It begins at ${offset} instead of ${expected}.`);
    if (offset + length > totalLength)
      throw broken(source, field, `It ends at ${offset + length}, after the file.`);
    expected = alignSection(offset + length);
    sections.push({
      kind: kindName(kind),
      required: (flags & SECTION_REQUIRED) !== 0,
      offset,
      length,
      crc: rows.getUint32(at + 16, true),
    });
  }
  if (expected !== totalLength)
    throw broken(source, 'total length', `The sections end at ${expected}, the file at ${totalLength}.`);
  return { version: [major, minor], sections, totalLength };
}

function readConfig(source: ByteSource, view: DataView): PackageConfig {
  if (view.byteLength !== CONFIG_BYTES)
    throw broken(source, 'CONF', `${view.byteLength} bytes instead of ${CONFIG_BYTES}.`);
  const word = (index: number): number => view.getUint32(4 * index, true);
  const ranged = (index: number, name: string, least: number, most: number): number => {
    const value = word(index);
    if (value < least || value > most)
      throw broken(source, `CONF ${name}`, `${value} is not between ${least} and ${most}.`);
    return value;
  };
  const vocabSize = ranged(2, 'vocabulary', 1, PACKAGE_LIMITS.vocabSize);
  const bos = word(7);
  if (bos !== NONE && bos >= vocabSize)
    throw broken(source, 'CONF bos', `Id ${bos} is outside the vocabulary of ${vocabSize}.`);
  if (word(11) !== 0) throw broken(source, 'CONF norm kind', `Kind ${word(11)} is unknown.`);
  if (word(13) !== 0 || word(14) !== 0 || word(15) !== 0)
    throw broken(source, 'CONF', 'Reserved fields are not zero.');
  const context = ranged(3, 'context', 1, PACKAGE_LIMITS.context);
  return {
    hiddenSize: ranged(0, 'hidden size', 1, PACKAGE_LIMITS.hiddenSize),
    layers: ranged(1, 'layers', 1, PACKAGE_LIMITS.layers),
    vocabSize,
    context,
    maxBatch: ranged(4, 'batch', 1, PACKAGE_LIMITS.maxBatch),
    cache: ranged(5, 'cache kind', 0, 1) === 0 ? 'int8' : 'float32',
    activations: (['dynamic', 'static', 'float32'] as const)[ranged(6, 'activation kind', 0, 2)] ?? 'dynamic',
    bosId: bos === NONE ? null : bos,
    finalNormEpsilon: within(source, view, 32, 'CONF epsilon', EPSILON_RANGE),
    embeddingScale: within(source, view, 36, 'CONF embedding scale', FACTOR_RANGE),
    logitScale: within(source, view, 40, 'CONF logit scale', FACTOR_RANGE),
    rotaryTables: ranged(12, 'rotary tables', 0, PACKAGE_LIMITS.rotaryTables),
  };
}

function within(
  source: ByteSource,
  view: DataView,
  offset: number,
  field: string,
  [least, most]: readonly [number, number],
): number {
  const value = view.getFloat32(offset, true);
  // Compared as the engine does, with the limits rounded to 32 bits.
  if (!(value >= Math.fround(least) && value <= Math.fround(most))) {
    throw broken(source, field, `${value} is not between ${least} and ${most}.`);
  }
  return value;
}

function readLayers(source: ByteSource, view: DataView, config: PackageConfig): PackageLayer[] {
  if (view.byteLength !== LAYER_BYTES * config.layers) {
    throw broken(source, 'LAYR', `${view.byteLength} bytes instead of ${LAYER_BYTES * config.layers}.`);
  }
  return Array.from({ length: config.layers }, (_, layer) => {
    const at = LAYER_BYTES * layer;
    const word = (index: number): number => view.getUint32(at + 4 * index, true);
    const check = (good: boolean, name: string, value: number): void => {
      if (!good) throw broken(source, `LAYR ${layer} ${name}`, `${value} is not possible.`);
    };
    const [blockKind, heads, kvHeads, headDim, ffnSize, activation, window, rotary, normKind] = [
      0, 1, 2, 3, 4, 5, 6, 7, 8,
    ].map(word) as [number, number, number, number, number, number, number, number, number];
    const rotaryDim = word(12);
    check(blockKind === 0, 'block kind', blockKind);
    check(heads >= 1 && heads <= PACKAGE_LIMITS.heads, 'heads', heads);
    check(kvHeads >= 1 && heads % kvHeads === 0, 'key/value heads', kvHeads);
    check(headDim >= 2 && headDim % 2 === 0 && headDim <= PACKAGE_LIMITS.headDim, 'head size', headDim);
    check(ffnSize >= 1 && ffnSize <= PACKAGE_LIMITS.ffnSize, 'feed-forward size', ffnSize);
    check(activation === 0, 'activation', activation);
    check(normKind === 0, 'norm kind', normKind);
    check(rotary === NONE || rotary < config.rotaryTables, 'rotary table', rotary);
    check(
      rotary === NONE ? rotaryDim === 0 : rotaryDim >= 2 && rotaryDim % 2 === 0 && rotaryDim <= headDim,
      'rotary size',
      rotaryDim,
    );
    check(word(13) === 0 && word(14) === 0 && word(15) === 0, 'reserved fields', 1);
    return {
      heads,
      kvHeads,
      headDim,
      ffnSize,
      window: window === 0 ? null : window,
      rotary: rotary === NONE ? null : rotary,
      attentionNormEpsilon: within(source, view, at + 36, `LAYR ${layer} epsilon`, EPSILON_RANGE),
      mlpNormEpsilon: within(source, view, at + 40, `LAYR ${layer} epsilon`, EPSILON_RANGE),
      scoreScale: within(source, view, at + 44, `LAYR ${layer} score scale`, FACTOR_RANGE),
      rotaryDim,
    };
  });
}

function readSampling(source: ByteSource, view: DataView, config: PackageConfig): PackageSampling {
  if (view.byteLength < SAMPLING_BYTES)
    throw broken(source, 'SAMP', `${view.byteLength} bytes, fewer than ${SAMPLING_BYTES}.`);
  const count = view.getUint32(28, true);
  if (count > MAX_STOP_IDS || view.byteLength !== SAMPLING_BYTES + 4 * count) {
    throw broken(source, 'SAMP', `${count} stop ids do not fit ${view.byteLength} bytes.`);
  }
  const stopIds = Array.from({ length: count }, (_, index) =>
    view.getUint32(SAMPLING_BYTES + 4 * index, true),
  );
  const outside = stopIds.find((id) => id >= config.vocabSize);
  if (outside !== undefined)
    throw broken(source, 'SAMP stop ids', `Id ${outside} is outside the vocabulary of ${config.vocabSize}.`);
  const doSample = view.getUint32(0, true);
  if (doSample > 1) throw broken(source, 'SAMP sampling', `${doSample} is neither 0 nor 1.`);
  const number = (offset: number, name: string, least: number, most: number): number => {
    const value = view.getFloat32(offset, true);
    if (!(value >= Math.fround(least) && value <= Math.fround(most))) {
      throw broken(source, `SAMP ${name}`, `${value} is not between ${least} and ${most}.`);
    }
    return value;
  };
  const [leastPenalty, mostPenalty] = SAMPLING_LIMITS.penalty;
  return {
    doSample: doSample === 1,
    temperature:
      view.getFloat32(4, true) === 0
        ? 0
        : number(4, 'temperature', SAMPLING_LIMITS.temperature, SAMPLING_LIMITS.maxTemperature),
    topK: view.getUint32(8, true),
    topP: number(12, 'top-p', SMALLEST_NORMAL, 1),
    minP: number(16, 'min-p', 0, 1),
    repetitionPenalty: number(20, 'repetition penalty', leastPenalty, mostPenalty),
    maxNewTokens: view.getUint32(24, true),
    stopIds,
  };
}

function readMetadata(source: ByteSource, view: DataView | undefined): Record<string, string> {
  if (view === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(view));
  } catch {
    throw broken(source, 'META', 'It is not UTF-8 JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw broken(source, 'META', 'It is not an object.');
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  if (entries.length !== Object.keys(value).length) throw broken(source, 'META', 'A value is not a string.');
  return Object.fromEntries(entries);
}

async function verifyBytes(
  source: ByteSource,
  sections: readonly PackageSection[],
  totalLength: number,
  weights: PackageSection,
  crc: Crc,
  signal: AbortSignal | undefined,
): Promise<void> {
  let value = 0;
  const end = weights.offset + weights.length;
  for (let at = weights.offset; at < end; at += CHECK_BLOCK) {
    signal?.throwIfAborted();
    value = crc(await source.read(at, Math.min(at + CHECK_BLOCK, end), signal), value);
  }
  if (value !== weights.crc)
    throw broken(source, 'WGHT', 'The checksum does not match: the file is damaged.');
  let from = HEADER_BYTES + SECTION_ENTRY_BYTES * sections.length;
  for (const section of [...sections, { kind: 'end', offset: totalLength, length: 0 }]) {
    const padding = await source.read(from, section.offset, signal);
    if (padding.some((byte) => byte !== 0))
      throw broken(source, `before ${section.kind}`, 'The padding is not zero: the file is damaged.');
    from = section.offset + section.length;
  }
}
