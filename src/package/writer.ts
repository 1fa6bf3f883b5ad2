/**
 * Writes a model package as a stream: every section but the weights is known beforehand, the weights are appended tensor
 * by tensor, and the header with the checksums is handed over last, to be put in front.
 */
import type { DecoderModel } from '../model/decoder.js';
import type { PlannedTensor } from '../plan/layout.js';
import type { Plan } from '../plan/plan.js';
import { crc32 } from './crc32.js';
import {
  ACTIVATION_KIND,
  CACHE_KIND,
  CONFIG_BYTES,
  HEADER_BYTES,
  LAYER_BYTES,
  MAGIC,
  MAX_STOP_IDS,
  NONE,
  SAMPLING_BYTES,
  SAMPLING_LIMITS,
  SECTION,
  SECTION_ENTRY_BYTES,
  SECTION_REQUIRED,
  TENSOR_BYTES,
  VERSION_MAJOR,
  VERSION_MINOR,
  alignSection,
} from './format.js';

/** Where a package's bytes go. */
export interface PackageSink {
  /** Called once, first: how many bytes {@link prepend} will bring, and the length of the whole. */
  begin(headLength: number, totalLength: number): Promise<void>;
  /** Adds bytes after the last; the array may be reused once the promise is fulfilled. */
  append(bytes: Uint8Array): Promise<void>;
  /** Puts the first bytes of the file, which were left out so far, in their place. */
  prepend(head: Uint8Array): Promise<void>;
}

/** Parts of a package besides its weights. */
export interface PackageParts {
  readonly model: DecoderModel;
  readonly plan: Plan;
  /** TOKN section, `null` for a model without a tokenizer. */
  readonly tokenizer: Uint8Array | null;
  /** CHAT section, `null` for a model that continues text. */
  readonly chat: Uint8Array | null;
  /** Ids that end a generation, at most {@link MAX_STOP_IDS}; default the model's end tokens. */
  readonly stopIds?: readonly number[];
  /** Static scale of each matrix's input by tensor name; absent or 0 for dynamic. */
  readonly activationScales?: ReadonlyMap<string, number>;
  /** META section: strings for people. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** CRC-32 continued over more bytes. */
export type Crc = (bytes: Uint8Array, crc: number) => number;

interface Section {
  readonly kind: number;
  readonly required: boolean;
  readonly offset: number;
  readonly length: number;
  crc: number;
}

/** Offsets of a tensor inside the weights section. */
interface TensorPlace {
  readonly dataOffset: number;
  readonly scaleOffset: number;
  readonly end: number;
}

/** Largest package: offsets are 32 bits wide. */
const MAX_PACKAGE_BYTES = 0xffffffff;

export class PackageWriter {
  /** Length of the finished package in bytes. */
  readonly totalLength: number;
  private readonly head: Uint8Array;
  private readonly sections: Section[];
  private readonly places: readonly TensorPlace[];
  private written = 0;
  private next = 0;

  private constructor(
    private readonly sink: PackageSink,
    private readonly tensors: readonly PlannedTensor[],
    parts: PackageParts,
    private readonly crc: Crc,
  ) {
    this.places = placeInWeights(tensors);
    const weightsLength = this.places.at(-1)?.end ?? 0;
    const contents: { kind: number; required: boolean; bytes: Uint8Array | null; length: number }[] = [];
    const add = (kind: number, required: boolean, bytes: Uint8Array): void => {
      contents.push({ kind, required, bytes, length: bytes.length });
    };
    add(SECTION.config, true, encodeConfig(parts));
    add(SECTION.layers, true, encodeLayers(parts));
    add(SECTION.tensors, true, this.encodeDirectory(parts));
    add(SECTION.sampling, true, encodeSampling(parts));
    if (parts.tokenizer !== null) add(SECTION.tokenizer, false, parts.tokenizer);
    if (parts.chat !== null) add(SECTION.chat, false, parts.chat);
    add(SECTION.metadata, false, new TextEncoder().encode(JSON.stringify(parts.metadata)));
    contents.push({ kind: SECTION.weights, required: true, bytes: null, length: weightsLength });

    let offset = alignSection(HEADER_BYTES + SECTION_ENTRY_BYTES * contents.length);
    this.sections = contents.map(({ kind, required, bytes, length }) => {
      const section = { kind, required, offset, length, crc: bytes === null ? 0 : crc32(bytes) };
      offset = alignSection(offset + length);
      return section;
    });
    this.totalLength = offset;
    if (this.totalLength > MAX_PACKAGE_BYTES) {
      throw new RangeError(
        `The package would be ${this.totalLength} bytes; its offsets end at ${MAX_PACKAGE_BYTES}.`,
      );
    }
    const weights = this.sections.at(-1) as Section;
    this.head = new Uint8Array(weights.offset);
    for (const [index, { bytes }] of contents.entries()) {
      if (bytes !== null) this.head.set(bytes, (this.sections[index] as Section).offset);
    }
  }

  /** Prepares a package for the tensors of `parts.plan`, which must then be appended in that order. */
  static async create(sink: PackageSink, parts: PackageParts, crc: Crc = crc32): Promise<PackageWriter> {
    const writer = new PackageWriter(
      sink,
      parts.plan.tensors.map((placed) => placed.tensor),
      parts,
      crc,
    );
    await sink.begin(writer.head.length, writer.totalLength);
    return writer;
  }

  /** Appends the next bytes of the current tensor's data. */
  async appendData(bytes: Uint8Array): Promise<void> {
    await this.put(bytes);
  }

  /**
   * Ends the current tensor: checks that its data is complete, then writes its scales.
   * @throws RangeError when the data or the scales have another length than planned
   */
  async endTensor(scales: Float32Array): Promise<void> {
    const tensor = this.tensors[this.next];
    const place = this.places[this.next];
    if (tensor === undefined || place === undefined)
      throw new RangeError('all tensors of the package are written');
    if (this.written !== place.dataOffset + tensor.dataBytes) {
      throw new RangeError(
        `${tensor.name}: wrote up to ${this.written}, planned ${place.dataOffset + tensor.dataBytes}`,
      );
    }
    if (scales.length !== tensor.scaleCount) {
      throw new RangeError(`${tensor.name}: ${scales.length} scales instead of ${tensor.scaleCount}`);
    }
    if (scales.length > 0) {
      await this.padTo(place.scaleOffset);
      await this.put(littleEndian(scales));
    }
    await this.padTo(place.end);
    this.next += 1;
  }

  /** Writes the header with all checksums. */
  async finish(): Promise<void> {
    if (this.next !== this.tensors.length) {
      throw new RangeError(`${this.tensors.length - this.next} tensors of the package are missing`);
    }
    const header = new DataView(this.head.buffer);
    const tableEnd = HEADER_BYTES + SECTION_ENTRY_BYTES * this.sections.length;
    header.setUint32(0, MAGIC, true);
    header.setUint16(4, VERSION_MAJOR, true);
    header.setUint16(6, VERSION_MINOR, true);
    header.setUint32(8, this.totalLength, true);
    header.setUint32(12, this.sections.length, true);
    header.setUint32(16, tableEnd, true);
    for (const [index, section] of this.sections.entries()) {
      const entry = HEADER_BYTES + SECTION_ENTRY_BYTES * index;
      header.setUint32(entry, section.kind, true);
      header.setUint32(entry + 4, section.required ? SECTION_REQUIRED : 0, true);
      header.setUint32(entry + 8, section.offset, true);
      header.setUint32(entry + 12, section.length, true);
      header.setUint32(entry + 16, section.crc, true);
    }
    const covered = crc32(this.head.subarray(HEADER_BYTES, tableEnd), crc32(this.head.subarray(0, 60)));
    header.setUint32(60, covered, true);
    await this.sink.prepend(this.head);
  }

  private async put(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const weights = this.sections.at(-1) as Section;
    weights.crc = this.crc(bytes, weights.crc);
    this.written += bytes.length;
    await this.sink.append(bytes);
  }

  private async padTo(offset: number): Promise<void> {
    if (offset > this.written) await this.put(new Uint8Array(offset - this.written));
  }

  private encodeDirectory(parts: PackageParts): Uint8Array {
    const bytes = new Uint8Array(TENSOR_BYTES * this.tensors.length);
    const view = new DataView(bytes.buffer);
    for (const [index, tensor] of this.tensors.entries()) {
      const at = TENSOR_BYTES * index;
      const place = this.places[index] as TensorPlace;
      view.setUint16(at, tensor.role, true);
      view.setUint16(at + 2, tensor.layer, true);
      view.setUint32(at + 4, tensor.encoding, true);
      view.setUint32(at + 8, tensor.rows, true);
      view.setUint32(at + 12, tensor.cols, true);
      view.setUint32(at + 16, tensor.rowStride, true);
      view.setUint32(at + 20, tensor.group, true);
      view.setUint32(at + 24, place.dataOffset, true);
      view.setUint32(at + 28, tensor.dataBytes, true);
      view.setUint32(at + 32, tensor.scaleCount > 0 ? place.scaleOffset : NONE, true);
      view.setUint32(at + 36, tensor.scaleCount, true);
      view.setUint32(at + 40, parts.plan.tensors[index]?.placement ?? 0, true);
      view.setFloat32(at + 44, parts.activationScales?.get(tensor.name) ?? 0, true);
    }
    return bytes;
  }
}

function placeInWeights(tensors: readonly PlannedTensor[]): TensorPlace[] {
  let offset = 0;
  return tensors.map((tensor) => {
    const dataOffset = offset;
    const scaleOffset = alignSection(dataOffset + tensor.dataBytes);
    const end = tensor.scaleCount > 0 ? alignSection(scaleOffset + tensor.scaleBytes) : scaleOffset;
    offset = end;
    return { dataOffset, scaleOffset, end };
  });
}

function encodeConfig({ model, plan }: PackageParts): Uint8Array {
  const bytes = new Uint8Array(CONFIG_BYTES);
  const view = new DataView(bytes.buffer);
  const activations =
    plan.scheme.weights === 'float32' ? ACTIVATION_KIND.float32 : ACTIVATION_KIND[plan.scheme.activations];
  const words = [
    model.hiddenSize,
    model.blocks.length,
    model.vocabSize,
    plan.context,
    plan.maxBatch,
    CACHE_KIND[plan.scheme.cache],
    activations,
    model.bosId ?? NONE,
  ];
  words.forEach((word, index) => view.setUint32(4 * index, word, true));
  view.setFloat32(32, model.finalNorm.epsilon, true);
  view.setFloat32(36, model.embeddingScale, true);
  view.setFloat32(40, 1, true);
  view.setUint32(48, model.rotaries.length, true);
  return bytes;
}

function encodeLayers({ model, plan }: PackageParts): Uint8Array {
  const bytes = new Uint8Array(LAYER_BYTES * model.blocks.length);
  const view = new DataView(bytes.buffer);
  for (const [layer, { attention, attentionNorm, mlp, mlpNorm }] of model.blocks.entries()) {
    const at = LAYER_BYTES * layer;
    const rotary = attention.rotary === null ? undefined : model.rotaries[attention.rotary];
    view.setUint32(at + 4, attention.heads, true);
    view.setUint32(at + 8, attention.kvHeads, true);
    view.setUint32(at + 12, attention.headDim, true);
    view.setUint32(at + 16, mlp.width, true);
    view.setUint32(at + 24, attention.window ?? 0, true);
    view.setUint32(at + 28, attention.rotary ?? NONE, true);
    view.setFloat32(at + 36, attentionNorm.epsilon, true);
    view.setFloat32(at + 40, mlpNorm.epsilon, true);
    view.setFloat32(at + 44, plan.fusions.attentionScale ? 1 : attention.scale, true);
    view.setUint32(at + 48, rotary?.dim ?? 0, true);
  }
  return bytes;
}

function encodeSampling({ model, stopIds }: PackageParts): Uint8Array {
  const { generation } = model;
  const stops = (stopIds ?? model.eosIds).slice(0, MAX_STOP_IDS);
  const bytes = new Uint8Array(SAMPLING_BYTES + 4 * stops.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, generation.doSample ? 1 : 0, true);
  const temperature = generation.temperature ?? 1;
  view.setFloat32(4, temperature < SAMPLING_LIMITS.temperature ? 0 : temperature, true);
  view.setUint32(8, generation.topK ?? 0, true);
  view.setFloat32(12, Math.max(generation.topP ?? 1, SAMPLING_LIMITS.topP), true);
  view.setFloat32(16, generation.minP ?? 0, true);
  const [least, most] = SAMPLING_LIMITS.penalty;
  view.setFloat32(20, Math.min(most, Math.max(least, generation.repetitionPenalty ?? 1)), true);
  view.setUint32(24, generation.maxNewTokens ?? 0, true);
  view.setUint32(28, stops.length, true);
  stops.forEach((id, index) => view.setUint32(SAMPLING_BYTES + 4 * index, id, true));
  return bytes;
}

/** The bytes of an f32 array, little-endian on any machine. */
export function littleEndian(values: Float32Array): Uint8Array {
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
