/**
 * Reads and checks a model package from any byte source, without loading its weights. The same rules as the engine's
 * reader: whatever is inconsistent is refused with the field that is to blame.
 */
import { HEADER, SECTION, SECTION_ENTRY, fourccText } from '../schema/package.js';
import { MAX_METADATA_BYTES } from '../schema/limits.js';
import type { ByteSource } from '../source/byte-source.js';
import { FormatError } from '../shared/errors.js';
import { crc32, type Crc } from '../shared/crc32.js';
import { readDescription, type PackageDescription } from './description.js';
import type { Fail } from './fail.js';
import { readSections, viewOf, type PackageSection, type PackageTable } from './sections.js';
import type { PackageTensor } from './tensors.js';
import { WeightsChecker } from './weights.js';

export type { PackageConfig } from './config.js';
export type { PackageSampling } from './description.js';
export type { PackageSection } from './sections.js';
export type { PackageStep } from './steps.js';
export { pieceBytes, tensorBytes, tensorPieces, type PackageTensor } from './tensors.js';

export interface ModelPackage extends PackageTable, PackageDescription {
  readonly metadata: Readonly<Record<string, string>>;
}

const REMEDY = 'Convert the model again, or download the file again if it was copied.';

/** Largest section besides the weights that is read into memory: a tokenizer of a million tokens stays below. */
const MAX_SMALL_SECTION = 64 * 1024 * 1024;

/** Bytes per read while checking the weights. */
const CHECK_BLOCK = 4 * 1024 * 1024;

export interface ReadOptions {
  /** Checks the weights and all padding as well, which means reading every byte. */
  readonly verify?: boolean;
  readonly crc?: Crc;
  readonly signal?: AbortSignal;
}

/**
 * Reads a package's directory and checks it; with `verify`, the weights and all padding too.
 * @throws FormatError naming the section and field; TransportError from the source
 */
export async function readPackage(source: ByteSource, options: ReadOptions = {}): Promise<ModelPackage> {
  const { crc = crc32, signal } = options;
  const fail: Fail = (field, problem) =>
    new FormatError(problem, { file: source.name, field, remedy: REMEDY });
  const table = await readSections(source, fail, signal);
  const contents = new Map<string, DataView>();
  for (const section of table.sections) {
    if (section.kind === WEIGHTS) continue;
    contents.set(section.kind, viewOf(await readSmall(source, section, crc, fail, signal)));
  }
  const need = ({ kind }: { readonly kind: number }): DataView => contents.get(fourccText(kind)) as DataView;
  const weights = table.sections.find(({ kind }) => kind === WEIGHTS) as PackageSection;
  const description = readDescription(
    {
      config: need(SECTION.config),
      steps: need(SECTION.steps),
      tensors: need(SECTION.tensors),
      sampling: need(SECTION.sampling),
      weightsLength: weights.length,
    },
    fail,
  );
  const metadata = readMetadata(contents.get(fourccText(SECTION.metadata.kind)), fail);
  if (options.verify === true) {
    await verifyWeights(source, weights, description.tensors, { crc, fail, signal });
    await verifyPadding(source, table, fail, signal);
  }
  return { ...table, ...description, metadata };
}

const WEIGHTS = fourccText(SECTION.weights.kind);

async function readSmall(
  source: ByteSource,
  { kind, offset, length, crc: expected }: PackageSection,
  crc: Crc,
  fail: Fail,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  if (length > MAX_SMALL_SECTION)
    throw fail(kind, `The section is ${length} bytes, more than ${MAX_SMALL_SECTION}.`);
  const bytes = await source.read(offset, offset + length, signal);
  if (crc(bytes, 0) !== expected) throw fail(kind, 'The checksum does not match: the file is damaged.');
  return bytes;
}

function readMetadata(view: DataView | undefined, fail: Fail): Record<string, string> {
  if (view === undefined) return {};
  if (view.byteLength > MAX_METADATA_BYTES)
    throw fail('META', `It has ${view.byteLength} bytes, more than ${MAX_METADATA_BYTES}.`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(view));
  } catch {
    throw fail('META', 'It is not UTF-8 JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fail('META', 'It is not an object.');
  const entries = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  if (entries.length !== Object.keys(value).length) throw fail('META', 'A value is not a string.');
  return Object.fromEntries(entries);
}

interface Verification {
  readonly crc: Crc;
  readonly fail: Fail;
  readonly signal: AbortSignal | undefined;
}

async function verifyWeights(
  source: ByteSource,
  weights: PackageSection,
  tensors: readonly PackageTensor[],
  { crc, fail, signal }: Verification,
): Promise<void> {
  let value = 0;
  const checker = new WeightsChecker(tensors, fail);
  const end = weights.offset + weights.length;
  for (let at = weights.offset; at < end; at += CHECK_BLOCK) {
    signal?.throwIfAborted();
    const bytes = await source.read(at, Math.min(at + CHECK_BLOCK, end), signal);
    value = crc(bytes, value);
    checker.take(bytes);
  }
  if (value !== weights.crc) throw fail(WEIGHTS, 'The checksum does not match: the file is damaged.');
  if (checker.problem !== null) throw checker.problem;
}

async function verifyPadding(
  source: ByteSource,
  { sections, totalLength }: PackageTable,
  fail: Fail,
  signal: AbortSignal | undefined,
): Promise<void> {
  let from = HEADER.bytes + SECTION_ENTRY.bytes * sections.length;
  for (const section of [...sections, { kind: 'end', offset: totalLength, length: 0 }]) {
    const padding = await source.read(from, section.offset, signal);
    if (padding.some((byte) => byte !== 0))
      throw fail(`before ${section.kind}`, 'The padding is not zero: the file is damaged.');
    from = section.offset + section.length;
  }
}
