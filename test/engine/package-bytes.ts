/** A made model as the bytes of a package, field by field from the format's description. */
import { crc32 } from 'node:zlib';
import { PLACES, STEP_KINDS } from './block-shapes.js';
import {
  EPSILON,
  FUNCTIONS,
  HEAD_NORMS,
  NORMS,
  rotaryDimOf,
  rotaryDims,
  stepsOf,
  tapsOf,
  type MadeStep,
  type MadeTensor,
  type ModelShape,
} from './model-shape.js';

const NONE = 0xffffffff;

const up = (value: number, step: number): number => Math.ceil(value / step) * step;

/** Bytes filled field by field. */
class Fields {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }
  u16(at: number, value: number): void {
    this.view.setUint16(at, value, true);
  }
  u32(at: number, value: number): void {
    this.view.setUint32(at, value, true);
  }
  f32(at: number, value: number): void {
    this.view.setFloat32(at, value, true);
  }
}

/** The whole file. */
export function packageBytes(shape: ModelShape, tensors: readonly MadeTensor[]): Uint8Array {
  const { directory, weights } = encodeTensors(tensors);
  const sections: (readonly [string, boolean, Uint8Array])[] = [
    ['CONF', true, encodeConfig(shape)],
    ['STEP', true, encodeSteps(shape)],
    ['TDIR', true, directory],
    ['WGHT', true, weights],
    ['SAMP', true, encodeSampling(shape.stops ?? [])],
  ];
  if (shape.tokenizer !== undefined) sections.push(['TOKN', false, shape.tokenizer]);
  if (shape.chat !== undefined) sections.push(['CHAT', false, shape.chat]);
  if (shape.metadata !== undefined)
    sections.push(['META', false, new TextEncoder().encode(JSON.stringify(shape.metadata))]);
  return assemble(sections);
}

function encodeTensors(tensors: readonly MadeTensor[]): { directory: Uint8Array; weights: Uint8Array } {
  const directory = new Fields(64 * tensors.length);
  const weights: Uint8Array[] = [];
  let offset = 0;
  const put = (bytes: Uint8Array): number => {
    const at = offset;
    const padded = new Uint8Array(up(bytes.length, 64));
    padded.set(bytes);
    weights.push(padded);
    offset += padded.length;
    return at;
  };
  for (const [index, tensor] of tensors.entries()) {
    const stride =
      tensor.encoding === 5
        ? 16 * Math.ceil(tensor.cols / 32)
        : up(tensor.cols * (tensor.encoding === 0 ? 4 : 1), 16);
    const data = encodeRows(tensor, stride);
    const scales = new Fields(4 * tensor.scales.length);
    tensor.scales.forEach((scale, i) => scales.f32(4 * i, scale));
    const at = 64 * index;
    directory.u16(at, tensor.role);
    directory.u16(at + 2, tensor.index);
    directory.u16(at + 4, tensor.encoding);
    directory.bytes[at + 7] = tensor.input;
    directory.u32(at + 8, tensor.rows);
    directory.u32(at + 12, tensor.cols);
    directory.u32(at + 16, stride);
    directory.u32(at + 20, tensor.group);
    directory.u32(at + 24, put(data));
    directory.u32(at + 28, data.length);
    const begin = scales.bytes.length === 0 ? NONE : put(scales.bytes);
    directory.u32(at + 32, begin);
    let length = scales.bytes.length;
    for (const bytes of [tensor.numbers, tensor.offsets])
      if (bytes !== undefined) length = put(new Uint8Array(bytes.buffer)) - begin + bytes.length;
    directory.u32(at + 36, length);
    directory.f32(at + 40, tensor.activationScale);
  }
  return { directory: directory.bytes, weights: Buffer.concat(weights) };
}

function encodeRows({ encoding, rows, cols, values }: MadeTensor, stride: number): Uint8Array {
  const data = new Fields(rows * stride);
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      const value = values[row * cols + col] as number;
      if (encoding === 0) data.f32(row * stride + 4 * col, value);
      else if (encoding !== 5) data.bytes[row * stride + col] = value;
      else {
        const at = row * stride + 16 * Math.floor(col / 32) + (col % 16);
        data.bytes[at] = (data.bytes[at] as number) | ((value & 15) << (col % 32 < 16 ? 0 : 4));
      }
    }
  }
  return data.bytes;
}

/** Puts sections behind a header with all checksums. */
function assemble(sections: readonly (readonly [string, boolean, Uint8Array])[]): Uint8Array {
  const tableEnd = 64 + 32 * sections.length;
  const offsets: number[] = [];
  let total = tableEnd;
  for (const [, , bytes] of sections) {
    offsets.push(up(total, 64));
    total = up(total, 64) + bytes.length;
  }
  const file = new Fields(up(total, 64));
  file.bytes.set(new TextEncoder().encode('S3LM'));
  file.u16(4, 2);
  file.u32(8, file.bytes.length);
  file.u32(12, sections.length);
  file.u32(16, tableEnd);
  for (const [index, [kind, required, bytes]] of sections.entries()) {
    const at = 64 + 32 * index;
    file.bytes.set(new TextEncoder().encode(kind), at);
    file.u32(at + 4, required ? 1 : 0);
    file.u32(at + 8, offsets[index] as number);
    file.u32(at + 12, bytes.length);
    file.u32(at + 16, crc32(bytes));
    file.bytes.set(bytes, offsets[index]);
  }
  sealHeader(file.bytes);
  return file.bytes;
}

/** Writes the checksum over header and section table. */
export function sealHeader(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const table = bytes.subarray(64, view.getUint32(16, true));
  view.setUint32(60, crc32(table, crc32(bytes.subarray(0, 60))), true);
}

/** As in src/schema/kinds.ts. */
const CACHE_CODES = { int8: 0, f32: 1, int16: 2, k16v8: 3 } as const;

function encodeConfig(shape: ModelShape): Uint8Array {
  const conf = new Fields(64);
  conf.u32(0, shape.hidden);
  conf.u32(4, shape.layers.length);
  conf.u32(8, shape.vocab);
  conf.u32(12, shape.context);
  conf.u32(16, shape.maxBatch ?? 4);
  conf.u32(20, CACHE_CODES[shape.cache ?? 'int8']);
  conf.u32(24, shape.encoding === 0 ? 2 : shape.activations === 'static' ? 1 : 0);
  conf.u32(28, shape.bos ?? NONE);
  conf.u32(32, NORMS.indexOf(shape.norm ?? 'rms'));
  conf.f32(36, EPSILON);
  conf.f32(40, shape.embeddingScale ?? 1);
  conf.f32(44, shape.logitScale ?? 1);
  conf.u32(48, rotaryDims(shape).length);
  conf.f32(52, shape.logitCap ?? 0);
  return conf.bytes;
}

function encodeSteps(shape: ModelShape): Uint8Array {
  const all = stepsOf(shape);
  const dims = rotaryDims(shape);
  const steps = new Fields(64 * all.length);
  for (const [index, step] of all.entries()) {
    const at = 64 * index;
    steps.u16(at, step.layer);
    steps.bytes[at + 2] = STEP_KINDS.indexOf(step.kind);
    steps.bytes[at + 3] = PLACES.indexOf(step.reads);
    steps.bytes[at + 4] = PLACES.indexOf(step.writes);
    steps.bytes[at + 5] = step.adds ? 1 : 0;
    encodeStep(steps, at + 8, step, dims, NORMS.indexOf(shape.norm ?? 'rms'));
  }
  return steps.bytes;
}

function encodeStep(
  steps: Fields,
  at: number,
  { kind, shape }: MadeStep,
  dims: readonly number[],
  norm: number,
): void {
  if (kind === 'norm') {
    steps.u32(at, norm);
    steps.f32(at + 4, EPSILON);
  } else if (kind === 'mlp') {
    steps.u32(at, shape.mlp === 'plain' ? 1 : 0);
    steps.u32(at + 4, FUNCTIONS.indexOf(shape.function ?? 'silu'));
    steps.u32(at + 8, shape.ffn);
  } else if (kind === 'conv') {
    steps.u32(at, tapsOf(shape));
  } else {
    const rotaryDim = rotaryDimOf(shape);
    steps.u32(at, shape.heads);
    steps.u32(at + 4, shape.kvHeads);
    steps.u32(at + 8, shape.headDim);
    steps.u32(at + 12, shape.window ?? 0);
    steps.u32(at + 16, shape.slopes === true ? 2 : rotaryDim === 0 ? 0 : 1);
    steps.u32(at + 20, rotaryDim === 0 ? NONE : dims.indexOf(rotaryDim));
    steps.u32(at + 24, rotaryDim);
    steps.f32(at + 28, shape.scoreScale ?? 1);
    steps.f32(at + 32, shape.scoreCap ?? 0);
    steps.f32(at + 36, shape.clip ?? 0);
    const { headNorm } = shape;
    if (headNorm !== undefined) {
      steps.bytes[at + 40] = HEAD_NORMS.indexOf(headNorm.over);
      steps.bytes[at + 41] = NORMS.indexOf(headNorm.kind);
      steps.bytes[at + 42] = headNorm.turned === true ? 1 : 0;
      steps.f32(at + 44, EPSILON);
    }
  }
}

function encodeSampling(stops: readonly number[]): Uint8Array {
  const samp = new Fields(32 + 4 * stops.length);
  samp.f32(4, 1);
  samp.f32(12, 1);
  samp.f32(20, 1);
  samp.u32(28, stops.length);
  stops.forEach((id, index) => samp.u32(32 + 4 * index, id));
  return samp.bytes;
}
