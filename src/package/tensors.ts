/** Checks the tensor directory of a package against the configuration, and names what it holds. */
import { ENCODING, GLOBAL_LAYER, ROLE, alignUp } from '../plan/layout.js';
import { NONE, PACKAGE_LIMITS, TENSOR_BYTES, alignSection } from './format.js';
import type { FormatError } from '../shared/errors.js';
import type { PackageConfig, PackageLayer } from './reader.js';

export interface PackageTensor {
  /** Role's name with the layer, e.g. `layers.2.gateUp`. */
  readonly name: string;
  readonly role: number;
  readonly layer: number;
  readonly encoding: number;
  readonly rows: number;
  readonly cols: number;
  readonly rowStride: number;
  readonly group: number;
  /** From the start of the weights section. */
  readonly dataOffset: number;
  readonly dataLength: number;
  readonly scaleOffset: number | null;
  readonly scaleCount: number;
  readonly placement: 'flash' | 'psram' | 'sram';
  /** 0 when activations are quantized dynamically. */
  readonly activationScale: number;
}

type Fail = (field: string, problem: string) => FormatError;

interface Shape {
  readonly rows: number;
  readonly cols: number;
  /** Vectors are always F32. */
  readonly vector: boolean;
  /** Scales of the per-tensor encoding. */
  readonly parts: number;
}

const ROLE_NAMES = new Map<number, string>(Object.entries(ROLE).map(([name, value]) => [value, name]));

/** First role that belongs to a layer. */
const FIRST_LAYER_ROLE = ROLE.attentionNorm;

/**
 * Reads the directory.
 * @param weightsLength length of the weights section in bytes
 * @throws the error that `fail` makes
 */
export function checkTensors(
  view: DataView,
  config: PackageConfig,
  layers: readonly PackageLayer[],
  weightsLength: number,
  fail: Fail,
): PackageTensor[] {
  const count = view.byteLength / TENSOR_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > PACKAGE_LIMITS.tensors) {
    throw fail(
      'TDIR',
      `${view.byteLength} bytes are not a directory of 1 to ${PACKAGE_LIMITS.tensors} tensors.`,
    );
  }
  const tensors: PackageTensor[] = [];
  const seen = new Set<string>();
  let end = 0;
  for (let index = 0; index < count; index++) {
    const tensor = readTensor(view, index, config, layers, fail);
    const field = `TDIR ${tensor.name}`;
    if (seen.has(tensor.name)) throw fail(field, 'The tensor occurs twice.');
    seen.add(tensor.name);
    if (tensor.dataOffset !== end)
      throw fail(field, `Its data begins at ${tensor.dataOffset} instead of ${end}.`);
    end = alignSection(tensor.dataOffset + tensor.dataLength);
    if (tensor.scaleOffset !== null) {
      if (tensor.scaleOffset !== end)
        throw fail(field, `Its scales begin at ${tensor.scaleOffset} instead of ${end}.`);
      end = alignSection(end + 4 * tensor.scaleCount);
    }
    if (end > weightsLength)
      throw fail(field, `It ends at ${end}, after the weights section of ${weightsLength}.`);
    tensors.push(tensor);
  }
  if (end !== weightsLength)
    throw fail('TDIR', `The tensors end at ${end}, the weights section at ${weightsLength}.`);
  checkComplete(seen, config, fail);
  return tensors;
}

function readTensor(
  view: DataView,
  index: number,
  config: PackageConfig,
  layers: readonly PackageLayer[],
  fail: Fail,
): PackageTensor {
  const at = TENSOR_BYTES * index;
  const role = view.getUint16(at, true);
  const layer = view.getUint16(at + 2, true);
  const roleName = ROLE_NAMES.get(role);
  if (roleName === undefined) throw fail(`TDIR ${index}`, `Role ${role} is unknown.`);
  const perLayer = role >= FIRST_LAYER_ROLE;
  const name = perLayer ? `layers.${layer}.${roleName}` : role === ROLE.rotary ? `rotary.${layer}` : roleName;
  const field = `TDIR ${name}`;
  const lastLayer = perLayer ? config.layers : role === ROLE.rotary ? config.rotaryTables : 0;
  if (perLayer || role === ROLE.rotary ? layer >= lastLayer : layer !== GLOBAL_LAYER)
    throw fail(field, `Layer ${layer} does not exist.`);

  const [encoding, rows, cols, rowStride, group, dataOffset, dataLength, scaleOffset, scaleCount, placement] =
    [4, 8, 12, 16, 20, 24, 28, 32, 36, 40].map((offset) => view.getUint32(at + offset, true)) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
  const activationScale = view.getFloat32(at + 44, true);
  const shape = expectedShape(role, config, perLayer ? layers[layer] : undefined, rotaryDim(layer, layers));
  if (rows !== shape.rows || cols !== shape.cols) {
    throw fail(
      field,
      `Its shape is ${rows} x ${cols}, the configuration asks for ${shape.rows} x ${shape.cols}.`,
    );
  }
  if (encoding > ENCODING.int8Group || (shape.vector && encoding !== ENCODING.f32))
    throw fail(field, `Encoding ${encoding} is not possible.`);
  if (!shape.vector && (config.activations === 'float32') !== (encoding === ENCODING.f32)) {
    throw fail(field, 'F32 weights and F32 activations go together.');
  }
  if (role === ROLE.embedding && encoding !== ENCODING.f32 && encoding !== ENCODING.int8Row) {
    throw fail(field, 'An embedding has one scale a row.');
  }
  if (rowStride !== alignUp(encoding === ENCODING.f32 ? cols * 4 : cols, 16))
    throw fail(field, `A row distance of ${rowStride} does not fit ${cols} columns.`);
  if (dataLength !== rows * rowStride)
    throw fail(field, `${dataLength} bytes are not ${rows} rows of ${rowStride}.`);
  if (
    encoding === ENCODING.int8Group
      ? group === 0 || group % 16 !== 0 || group > alignUp(cols, 16)
      : group !== 0
  ) {
    throw fail(field, `A group of ${group} columns is not possible.`);
  }
  const scales =
    encoding === ENCODING.f32
      ? 0
      : encoding === ENCODING.int8Tensor
        ? shape.parts
        : encoding === ENCODING.int8Row
          ? rows
          : rows * Math.ceil(cols / group);
  if (scaleCount !== scales || (scales === 0) !== (scaleOffset === NONE))
    throw fail(field, `${scaleCount} scales instead of ${scales}.`);
  if (placement > 2) throw fail(field, `Placement ${placement} is unknown.`);
  const mayBeStatic = config.activations === 'static' && !shape.vector;
  if (mayBeStatic ? !(activationScale >= 0 && Number.isFinite(activationScale)) : activationScale !== 0) {
    throw fail(field, `An activation scale of ${activationScale} does not fit the activation kind.`);
  }
  if ([48, 52, 56, 60].some((offset) => view.getUint32(at + offset, true) !== 0))
    throw fail(field, 'Reserved fields are not zero.');
  return {
    name,
    role,
    layer,
    encoding,
    rows,
    cols,
    rowStride,
    group,
    dataOffset,
    dataLength,
    scaleOffset: scaleOffset === NONE ? null : scaleOffset,
    scaleCount,
    placement: (['flash', 'psram', 'sram'] as const)[placement] ?? 'flash',
    activationScale,
  };
}

function rotaryDim(table: number, layers: readonly PackageLayer[]): number {
  return layers.find((layer) => layer.rotary === table)?.rotaryDim ?? 0;
}

function expectedShape(
  role: number,
  config: PackageConfig,
  layer: PackageLayer | undefined,
  rotary: number,
): Shape {
  const matrix = (rows: number, cols: number, parts = 1): Shape => ({ rows, cols, vector: false, parts });
  const vector = (cols: number): Shape => ({ rows: 1, cols, vector: true, parts: 0 });
  const hidden = config.hiddenSize;
  switch (role) {
    case ROLE.embedding:
    case ROLE.head:
      return matrix(config.vocabSize, hidden);
    case ROLE.finalNorm:
      return vector(hidden);
    case ROLE.rotary:
      return { rows: config.context, cols: rotary, vector: true, parts: 0 };
    case ROLE.headBias:
      return vector(config.vocabSize);
    default:
  }
  const { heads, kvHeads, headDim, ffnSize } = layer as PackageLayer;
  const query = heads * headDim;
  const key = kvHeads * headDim;
  switch (role) {
    case ROLE.attentionNorm:
    case ROLE.mlpNorm:
    case ROLE.outputBias:
    case ROLE.downBias:
      return vector(hidden);
    case ROLE.queryKeyValue:
      return matrix(query + 2 * key, hidden, 3);
    case ROLE.queryKeyValueBias:
      return vector(query + 2 * key);
    case ROLE.output:
      return matrix(hidden, query);
    case ROLE.gateUp:
      return matrix(2 * ffnSize, hidden, 2);
    case ROLE.gateUpBias:
      return vector(2 * ffnSize);
    case ROLE.down:
      return matrix(hidden, ffnSize);
    case ROLE.query:
      return matrix(query, hidden);
    case ROLE.queryBias:
      return vector(query);
    case ROLE.key:
    case ROLE.value:
      return matrix(key, hidden);
    case ROLE.keyBias:
    case ROLE.valueBias:
      return vector(key);
    case ROLE.gate:
    case ROLE.up:
      return matrix(ffnSize, hidden);
    default:
      return vector(ffnSize);
  }
}

/** Biases, each with the matrix that it belongs to. */
const BIASES = [
  ['queryKeyValueBias', 'queryKeyValue'],
  ['outputBias', 'output'],
  ['gateUpBias', 'gateUp'],
  ['downBias', 'down'],
  ['queryBias', 'query'],
  ['keyBias', 'key'],
  ['valueBias', 'value'],
  ['gateBias', 'gate'],
  ['upBias', 'up'],
] as const;

function checkComplete(seen: ReadonlySet<string>, config: PackageConfig, fail: Fail): void {
  const need = (name: string): void => {
    if (!seen.has(name)) throw fail(`TDIR ${name}`, 'The tensor is missing.');
  };
  need('embedding');
  for (let table = 0; table < config.rotaryTables; table++) need(`rotary.${table}`);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `layers.${layer}`;
    for (const [fused, separate] of [
      ['queryKeyValue', ['query', 'key', 'value']],
      ['gateUp', ['gate', 'up']],
    ] as const) {
      if (seen.has(`${prefix}.${fused}`)) {
        const twice = separate.find((name) => seen.has(`${prefix}.${name}`));
        if (twice !== undefined) throw fail(`TDIR ${prefix}.${twice}`, `It is also part of ${fused}.`);
      } else {
        for (const name of separate) need(`${prefix}.${name}`);
      }
    }
    for (const [bias, matrix] of BIASES) {
      if (seen.has(`${prefix}.${bias}`)) need(`${prefix}.${matrix}`);
    }
    need(`${prefix}.output`);
    need(`${prefix}.down`);
  }
}
