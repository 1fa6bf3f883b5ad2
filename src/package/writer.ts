/**
 * Writes a model package as a stream: every section but the weights is known beforehand, the weights are appended tensor
 * by tensor, and the header with the checksums is handed over last, to be put in front.
 */
import type { PlannedTensor } from '../plan/layout.js';
import { alignUp, type TableValues } from '../schema/encodings.js';
import {
  HEADER,
  MAGIC,
  PACKAGE_VERSION,
  SECTION,
  SECTION_ALIGNMENT,
  SECTION_ENTRY,
  SECTION_REQUIRED,
} from '../schema/package.js';
import { MAX_PACKAGE_BYTES } from '../schema/limits.js';
import { writeRecord } from '../schema/record.js';
import { crc32, type Crc } from '../shared/crc32.js';
import { readDescription } from './description.js';
import {
  encodeDescription,
  type DescriptionParts,
  type EncodedDescription,
  type PackageParts,
} from './encode.js';
import { placeInWeights, type TensorPlace } from './places.js';
import { headerChecksum, viewOf } from './sections.js';

export type { PackageParts } from './encode.js';

/** Where a package's bytes go. */
export interface PackageSink {
  /** Called once, first: how many bytes {@link prepend} will bring, and the length of the whole. */
  begin(headLength: number, totalLength: number): Promise<void>;
  /** Adds bytes after the last; the array may be reused once the promise is fulfilled. */
  append(bytes: Uint8Array): Promise<void>;
  /** Puts the first bytes of the file, which were left out so far, in their place. */
  prepend(head: Uint8Array): Promise<void>;
}

interface Section {
  readonly kind: number;
  readonly required: boolean;
  readonly offset: number;
  readonly length: number;
  crc: number;
}

/** A section before it has its place; `bytes` is `null` for the weights, which are not known yet. */
interface Content {
  readonly kind: number;
  readonly required: boolean;
  readonly bytes: Uint8Array | null;
  readonly length: number;
}

export class PackageWriter {
  /** Length of the finished package in bytes. */
  readonly totalLength: number;
  private readonly head: Uint8Array;
  private readonly sections: readonly Section[];
  private readonly tensors: readonly PlannedTensor[];
  private readonly places: readonly TensorPlace[];
  private written = 0;
  private next = 0;

  private constructor(
    private readonly sink: PackageSink,
    parts: PackageParts,
    private readonly crc: Crc,
  ) {
    this.tensors = parts.plan.tensors.map(({ tensor }) => tensor);
    this.places = placeInWeights(this.tensors);
    const contents = contentsOf(parts, this.places);
    const { offsets, end } = layOut(contents);
    this.sections = contents.map(({ kind, required, bytes, length }, index) => ({
      kind,
      required,
      offset: offsets[index] as number,
      length,
      crc: bytes === null ? 0 : crc32(bytes),
    }));
    this.totalLength = end;
    if (this.totalLength > MAX_PACKAGE_BYTES) {
      throw new RangeError(
        `The package would be ${this.totalLength} bytes; at most ${MAX_PACKAGE_BYTES} are read.`,
      );
    }
    this.head = new Uint8Array(this.weights.offset);
    for (const [index, { bytes }] of contents.entries()) {
      if (bytes !== null) this.head.set(bytes, (this.sections[index] as Section).offset);
    }
  }

  /**
   * Prepares a package for the tensors of `parts.plan`, which must then be appended in that order.
   * @throws RangeError naming the field when readers would refuse what the model or the plan says
   */
  static async create(sink: PackageSink, parts: PackageParts, crc: Crc = crc32): Promise<PackageWriter> {
    const writer = new PackageWriter(sink, parts, crc);
    await sink.begin(writer.head.length, writer.totalLength);
    return writer;
  }

  /** Appends the next bytes of the current tensor's data. */
  async appendData(bytes: Uint8Array): Promise<void> {
    await this.put(bytes);
  }

  /**
   * Ends the current tensor: checks that its data is complete, then writes its tables, in the order of its encoding.
   * @throws RangeError when the data or a table has another length than planned
   */
  async endTensor(tables: readonly TableValues[]): Promise<void> {
    const tensor = this.tensors[this.next];
    const place = this.places[this.next];
    if (tensor === undefined || place === undefined)
      throw new RangeError('all tensors of the package are written');
    if (this.written !== place.dataOffset + tensor.dataBytes) {
      throw new RangeError(
        `${tensor.name}: wrote up to ${this.written}, planned ${place.dataOffset + tensor.dataBytes}`,
      );
    }
    if (tables.length !== tensor.tables.length)
      throw new RangeError(`${tensor.name}: ${tables.length} tables instead of ${tensor.tables.length}`);
    for (const [index, table] of tensor.tables.entries()) {
      const values = tables[index] as TableValues;
      if (values.byteLength !== table.bytes)
        throw new RangeError(`${tensor.name}: ${values.length} ${table.name}s instead of ${table.count}`);
      await this.padTo(place.tableOffsets[index] as number);
      await this.put(littleEndian(values));
    }
    await this.padTo(place.end);
    this.next += 1;
  }

  /** Writes the header with all checksums. */
  async finish(): Promise<void> {
    if (this.next !== this.tensors.length) {
      throw new RangeError(`${this.tensors.length - this.next} tensors of the package are missing`);
    }
    const view = viewOf(this.head);
    const end = tableEnd(this.sections.length);
    for (const [index, { kind, required, offset, length, crc }] of this.sections.entries()) {
      const flags = required ? SECTION_REQUIRED : 0;
      const entry = { kind, flags, offset, length, checksum: crc };
      writeRecord(SECTION_ENTRY, entry, view, tableEnd(index));
    }
    const header = {
      magic: MAGIC,
      majorVersion: PACKAGE_VERSION.major,
      minorVersion: PACKAGE_VERSION.minor,
      totalLength: this.totalLength,
      sectionCount: this.sections.length,
      tableEnd: end,
      checksum: 0,
    };
    writeRecord(HEADER, header, view, 0);
    const checksum = headerChecksum(this.head, this.head.subarray(HEADER.bytes, end));
    writeRecord(HEADER, { ...header, checksum }, view, 0);
    await this.sink.prepend(this.head);
  }

  /** The last section. */
  private get weights(): Section {
    return this.sections.at(-1) as Section;
  }

  private async put(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.weights.crc = this.crc(bytes, this.weights.crc);
    this.written += bytes.length;
    await this.sink.append(bytes);
  }

  private async padTo(offset: number): Promise<void> {
    if (offset > this.written) await this.put(new Uint8Array(offset - this.written));
  }
}

/** Where the table of so many sections ends, and the entry of the next would begin. */
function tableEnd(sections: number): number {
  return HEADER.bytes + SECTION_ENTRY.bytes * sections;
}

/**
 * Length of the package of these parts, before any of it is written.
 * @throws RangeError, a FieldError (or one with it as its cause) for what no package can say
 */
export function packageLength(parts: PackageParts): number {
  return layOut(contentsOf(parts, placeInWeights(parts.plan.tensors.map(({ tensor }) => tensor)))).end;
}

/** Where sections begin behind their table, and where the last one ends. */
function layOut(contents: readonly Content[]): { readonly offsets: number[]; readonly end: number } {
  let end = alignUp(tableEnd(contents.length), SECTION_ALIGNMENT);
  const offsets = contents.map(({ length }) => {
    const offset = end;
    end = alignUp(offset + length, SECTION_ALIGNMENT);
    return offset;
  });
  return { offsets, end };
}

/** The sections that describe the model, as readers accept them. */
function describe(
  parts: DescriptionParts,
  places: readonly TensorPlace[],
  weightsLength: number,
): EncodedDescription {
  const encoded = encodeDescription(parts, places);
  const { config, steps, tensors, sampling } = encoded;
  readDescription(
    {
      config: viewOf(config),
      steps: viewOf(steps),
      tensors: viewOf(tensors),
      sampling: viewOf(sampling),
      weightsLength,
    },
    (field, problem) => new RangeError(`${field}: ${problem}`),
  );
  return encoded;
}

/**
 * The sections in the order in which they lie, the weights last.
 * @throws RangeError naming the field when readers would refuse the description
 */
function contentsOf(parts: PackageParts, places: readonly TensorPlace[]): Content[] {
  const weightsLength = places.at(-1)?.end ?? 0;
  const { config, steps, tensors, sampling } = describe(parts, places, weightsLength);
  const metadata = new TextEncoder().encode(JSON.stringify(parts.metadata));
  const { tokenizer, chat, actions, grammar } = parts;
  const content = ({ kind, needed }: { kind: number; needed: boolean }, bytes: Uint8Array): Content => ({
    kind,
    required: needed,
    bytes,
    length: bytes.length,
  });
  return [
    content(SECTION.config, config),
    content(SECTION.steps, steps),
    content(SECTION.tensors, tensors),
    content(SECTION.sampling, sampling),
    ...(tokenizer === null ? [] : [content(SECTION.tokenizer, tokenizer)]),
    ...(chat === null ? [] : [content(SECTION.chat, chat)]),
    ...(actions === undefined ? [] : [content(SECTION.actions, actions)]),
    ...(grammar === undefined ? [] : [content(SECTION.grammar, grammar)]),
    content(SECTION.metadata, metadata),
    { kind: SECTION.weights.kind, required: true, bytes: null, length: weightsLength },
  ];
}

/** The bytes of a table, little-endian on any machine. */
export function littleEndian(values: TableValues): Uint8Array {
  if (!(values instanceof Float32Array))
    return new Uint8Array(values.buffer, values.byteOffset, values.length);
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat32(4 * index, value, true));
  return bytes;
}

/** Keeps a package in memory, in one array of its final length. */
export class MemorySink implements PackageSink {
  private bytes = new Uint8Array(0);
  private end = 0;

  begin(headLength: number, totalLength: number): Promise<void> {
    this.bytes = new Uint8Array(totalLength);
    this.end = headLength;
    return Promise.resolve();
  }

  append(bytes: Uint8Array): Promise<void> {
    this.bytes.set(bytes, this.end);
    this.end += bytes.length;
    return Promise.resolve();
  }

  prepend(head: Uint8Array): Promise<void> {
    this.bytes.set(head);
    return Promise.resolve();
  }

  /** The whole package. */
  take(): Uint8Array {
    return this.bytes;
  }
}
