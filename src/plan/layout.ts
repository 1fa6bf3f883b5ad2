/**
 * Which tensors a package holds for a model: role, encoding, shape, and from which rows of the checkpoint each is made.
 * Fusion happens here, as data; the quantizer only follows the list. The numbers are those of docs/model-package.md.
 */
import type { DecoderModel, LinearSpec, TensorRef } from '../model/decoder.js';
import { groupSize, type Fusions, type Scheme } from './scheme.js';

/** Tensor roles of the package's directory. */
export const ROLE = {
  embedding: 1,
  head: 2,
  finalNorm: 3,
  rotary: 4,
  headBias: 5,
  attentionNorm: 16,
  queryKeyValue: 17,
  queryKeyValueBias: 18,
  output: 19,
  outputBias: 20,
  mlpNorm: 21,
  gateUp: 22,
  gateUpBias: 23,
  down: 24,
  downBias: 25,
  query: 26,
  queryBias: 27,
  key: 28,
  keyBias: 29,
  value: 30,
  valueBias: 31,
  gate: 32,
  gateBias: 33,
  up: 34,
  upBias: 35,
} as const;

export type Role = (typeof ROLE)[keyof typeof ROLE];

/** Layer number of tensors that belong to no layer. */
export const GLOBAL_LAYER = 0xffff;

/** Encodings of the package's directory. */
export const ENCODING = { f32: 0, int8Tensor: 1, int8Row: 2, int8Group: 3 } as const;

export type Encoding = (typeof ENCODING)[keyof typeof ENCODING];

/** Where a matrix's input comes from: names the activation whose range a static scale needs. */
export type ActivationSite = 'attention_in' | 'output_in' | 'mlp_in' | 'down_in' | 'head_in';

/** Rows of the checkpoint that become rows of a package tensor. */
export interface TensorPart {
  readonly source: TensorRef;
  /** Package row of the source's first row. */
  readonly rowOffset: number;
  /** Distance between package rows of neighbouring source rows. */
  readonly rowStep: number;
  /** Factor on every element. */
  readonly factor: number;
}

/** A tensor of the package. */
export interface PlannedTensor {
  readonly role: Role;
  /** Layer, or {@link GLOBAL_LAYER}; for rotary tables the table's number. */
  readonly layer: number;
  /** Unique name for people and reports, e.g. `layers.3.qkv`. */
  readonly name: string;
  readonly encoding: Encoding;
  readonly rows: number;
  readonly cols: number;
  /** Bytes from row to row, a multiple of 16. */
  readonly rowStride: number;
  /** Columns per scale for grouped encodings, else 0. */
  readonly group: number;
  /** Number of f32 scales. */
  readonly scaleCount: number;
  /** `rows * rowStride`. */
  readonly dataBytes: number;
  readonly scaleBytes: number;
  /** Norm gain multiplied into the columns, `null` for none. */
  readonly gain: TensorRef | null;
  /** Sources; empty for rotary tables, which are computed. */
  readonly parts: readonly TensorPart[];
  readonly site: ActivationSite | null;
  /** Bytes of this tensor that one decoded token reads. */
  readonly bytesPerToken: number;
}

/** Vector loads of the chip and of WebAssembly are 16 bytes wide. */
export const ROW_ALIGNMENT = 16;

export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

interface MatrixOptions {
  readonly gain?: TensorRef | null;
  readonly site?: ActivationSite | null;
  readonly encoding?: Encoding;
  readonly bytesPerToken?: number;
}

/** Lists the package's tensors in the order in which a token reads them. */
export function planTensors(
  model: DecoderModel,
  scheme: Pick<Scheme, 'weights' | 'granularity'>,
  fusions: Fusions,
  context: number,
): PlannedTensor[] {
  const tensors: PlannedTensor[] = [];
  const weightEncoding: Encoding =
    scheme.weights === 'float32'
      ? ENCODING.f32
      : scheme.granularity === 'tensor'
        ? ENCODING.int8Tensor
        : scheme.granularity === 'channel'
          ? ENCODING.int8Row
          : ENCODING.int8Group;
  const rowEncoding: Encoding = scheme.weights === 'float32' ? ENCODING.f32 : ENCODING.int8Row;

  const matrix = (
    role: Role,
    layer: number,
    name: string,
    parts: readonly TensorPart[],
    options: MatrixOptions = {},
  ): void => {
    const cols = parts[0]?.source.shape[1] ?? 0;
    const asked = options.encoding ?? weightEncoding;
    // A group that spans the row is a scale a row.
    const encoding =
      asked === ENCODING.int8Group && cols <= groupSize(scheme.granularity) ? ENCODING.int8Row : asked;
    const rows = parts.reduce((sum, part) => sum + (part.source.shape[0] ?? 0), 0);
    const group = encoding === ENCODING.int8Group ? groupSize(scheme.granularity) : 0;
    const scaleCount =
      encoding === ENCODING.f32
        ? 0
        : encoding === ENCODING.int8Tensor
          ? parts.length
          : encoding === ENCODING.int8Row
            ? rows
            : rows * Math.ceil(cols / group);
    const rowStride = alignUp(encoding === ENCODING.f32 ? cols * 4 : cols, ROW_ALIGNMENT);
    const dataBytes = rows * rowStride;
    const scaleBytes = scaleCount * 4;
    tensors.push({
      role,
      layer,
      name,
      encoding,
      rows,
      cols,
      rowStride,
      group,
      scaleCount,
      dataBytes,
      scaleBytes,
      gain: options.gain ?? null,
      parts,
      site: options.site ?? null,
      bytesPerToken: options.bytesPerToken ?? dataBytes + scaleBytes,
    });
  };

  const vector = (role: Role, layer: number, name: string, parts: readonly TensorPart[]): void => {
    const cols = parts.reduce((sum, part) => sum + (part.source.shape[0] ?? 0), 0);
    const rowStride = alignUp(cols * 4, ROW_ALIGNMENT);
    tensors.push({
      role,
      layer,
      name,
      encoding: ENCODING.f32,
      rows: 1,
      cols,
      rowStride,
      group: 0,
      scaleCount: 0,
      dataBytes: rowStride,
      scaleBytes: 0,
      gain: null,
      parts,
      site: null,
      bytesPerToken: rowStride,
    });
  };

  const one = (source: TensorRef, factor = 1): TensorPart[] => [{ source, rowOffset: 0, rowStep: 1, factor }];

  const linear = (
    role: Role,
    biasRole: Role,
    layer: number,
    name: string,
    spec: LinearSpec,
    options: MatrixOptions,
    factor = 1,
  ): void => {
    matrix(role, layer, name, one(spec.weight, factor), options);
    if (spec.bias !== null) vector(biasRole, layer, `${name}.bias`, one(spec.bias, factor));
  };

  // A token reads one row of an embedding that is not also the head.
  const embeddingStride = alignUp(
    scheme.weights === 'float32' ? model.hiddenSize * 4 : model.hiddenSize,
    ROW_ALIGNMENT,
  );
  matrix(ROLE.embedding, GLOBAL_LAYER, 'embedding', one(model.embedding), {
    encoding: rowEncoding,
    ...(model.head === null ? { site: 'head_in' as const } : { bytesPerToken: embeddingStride + 4 }),
  });

  for (const [index, rotary] of model.rotaries.entries()) {
    const rowStride = alignUp(rotary.dim * 4, ROW_ALIGNMENT);
    tensors.push({
      role: ROLE.rotary,
      layer: index,
      name: `rotary.${index}`,
      encoding: ENCODING.f32,
      rows: context,
      cols: rotary.dim,
      rowStride,
      group: 0,
      scaleCount: 0,
      dataBytes: context * rowStride,
      scaleBytes: 0,
      gain: null,
      parts: [],
      site: null,
      bytesPerToken: rowStride,
    });
  }

  for (const [layer, block] of model.blocks.entries()) {
    const prefix = `layers.${layer}`;
    const { attention, mlp } = block;
    const queryFactor = fusions.attentionScale ? attention.scale : 1;
    const attentionGain = fusions.normGains ? block.attentionNorm.gain : null;
    const mlpGain = fusions.normGains ? block.mlpNorm.gain : null;

    if (attentionGain === null)
      vector(ROLE.attentionNorm, layer, `${prefix}.attention_norm`, one(block.attentionNorm.gain));
    const attentionIn = { gain: attentionGain, site: 'attention_in' as const };
    if (fusions.queryKeyValue && allOrNone([attention.query, attention.key, attention.value])) {
      const specs = [attention.query, attention.key, attention.value];
      const factors = [queryFactor, 1, 1];
      matrix(
        ROLE.queryKeyValue,
        layer,
        `${prefix}.qkv`,
        stack(
          specs.map((spec) => spec.weight),
          factors,
        ),
        attentionIn,
      );
      const biases = specs.map((spec) => spec.bias);
      if (biases.every((bias) => bias !== null)) {
        vector(ROLE.queryKeyValueBias, layer, `${prefix}.qkv.bias`, stack(biases, factors));
      }
    } else {
      linear(ROLE.query, ROLE.queryBias, layer, `${prefix}.query`, attention.query, attentionIn, queryFactor);
      linear(ROLE.key, ROLE.keyBias, layer, `${prefix}.key`, attention.key, attentionIn);
      linear(ROLE.value, ROLE.valueBias, layer, `${prefix}.value`, attention.value, attentionIn);
    }
    linear(ROLE.output, ROLE.outputBias, layer, `${prefix}.output`, attention.output, { site: 'output_in' });

    if (mlpGain === null) vector(ROLE.mlpNorm, layer, `${prefix}.mlp_norm`, one(block.mlpNorm.gain));
    const mlpIn = { gain: mlpGain, site: 'mlp_in' as const };
    if (fusions.gateUp && allOrNone([mlp.gate, mlp.up])) {
      matrix(ROLE.gateUp, layer, `${prefix}.gate_up`, alternate(mlp.gate.weight, mlp.up.weight), mlpIn);
      if (mlp.gate.bias !== null && mlp.up.bias !== null) {
        vector(ROLE.gateUpBias, layer, `${prefix}.gate_up.bias`, alternate(mlp.gate.bias, mlp.up.bias));
      }
    } else {
      linear(ROLE.gate, ROLE.gateBias, layer, `${prefix}.gate`, mlp.gate, mlpIn);
      linear(ROLE.up, ROLE.upBias, layer, `${prefix}.up`, mlp.up, mlpIn);
    }
    linear(ROLE.down, ROLE.downBias, layer, `${prefix}.down`, mlp.down, { site: 'down_in' });
  }

  // A tied head shares its columns with the embedding rows, so the gain must stay outside.
  const headGain = fusions.normGains && model.head !== null ? model.finalNorm.gain : null;
  if (headGain === null) vector(ROLE.finalNorm, GLOBAL_LAYER, 'final_norm', one(model.finalNorm.gain));
  if (model.head !== null) {
    linear(ROLE.head, ROLE.headBias, GLOBAL_LAYER, 'head', model.head, { gain: headGain, site: 'head_in' });
  }
  return tensors;
}

/** Matrices can share one bias vector only when each has a bias or none has. */
function allOrNone(specs: readonly LinearSpec[]): boolean {
  const biases = specs.filter((spec) => spec.bias !== null).length;
  return biases === 0 || biases === specs.length;
}

function stack(sources: readonly TensorRef[], factors: readonly number[]): TensorPart[] {
  let rowOffset = 0;
  return sources.map((source, index) => {
    const part = { source, rowOffset, rowStep: 1, factor: factors[index] ?? 1 };
    rowOffset += source.shape[0] ?? 0;
    return part;
  });
}

function alternate(even: TensorRef, odd: TensorRef): TensorPart[] {
  return [
    { source: even, rowOffset: 0, rowStep: 2, factor: 1 },
    { source: odd, rowOffset: 1, rowStep: 2, factor: 1 },
  ];
}
