/** The tensor directory of a package: each record against the model's sizes, and that the model is complete. */
import {
  TENSOR_ALIGNMENT,
  alignUp,
  encodingOfCode,
  groupFits,
  inputFits,
  rowBytes,
  tensorTables,
  type Encoding,
  type EncodingKind,
  type TensorTable,
} from '../schema/encodings.js';
import type { InputKind, MemoryKind } from '../schema/kinds.js';
import { GLOBAL_INDEX, NONE, PACKAGE_LIMITS, TENSOR } from '../schema/package.js';
import { readRecord, type RecordValues } from '../schema/record.js';
import {
  ROLE,
  ROLES,
  roleOfCode,
  roleSpec,
  type Role,
  type RoleSpec,
  type SizeName,
  type Sizes,
} from '../schema/roles.js';
import { globalTensorName, stepTensorNames } from '../schema/step-names.js';
import type { PackageConfig } from './config.js';
import { within, type Fail } from './fail.js';
import { rotaryDimOf, type PackageStep } from './steps.js';

/** A table of a tensor, and where it lies. */
export interface PackageTensorTable extends TensorTable {
  /** From the start of the weights section. */
  readonly offset: number;
}

export interface PackageTensor {
  /** The role's name with its place, e.g. `layers.2.gate_up`. */
  readonly name: string;
  readonly role: Role;
  /** Number of its step; of its table for rotary tables; {@link GLOBAL_INDEX} for what the model has once. */
  readonly index: number;
  readonly encoding: Encoding;
  readonly rows: number;
  readonly cols: number;
  /** Bytes from row to row. */
  readonly rowBytes: number;
  /** From the start of the weights section. */
  readonly dataOffset: number;
  readonly dataLength: number;
  readonly tables: readonly PackageTensorTable[];
  /** Memory that the writer wants it in, or its first rows. */
  readonly placement: MemoryKind;
  /** The last rows, where they belong into another memory; `null` when all lie together. */
  readonly rest: { readonly rows: number; readonly placement: MemoryKind } | null;
  /** How the vectors are quantized that it is multiplied with. */
  readonly input: InputKind;
  /** 0 when activations are quantized dynamically. */
  readonly activationScale: number;
}

/** Bytes of data and tables, without padding. */
export function tensorBytes({ dataLength, tables }: PackageTensor): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, dataLength);
}

/** Rows that belong into one memory, with their scales: bytes without padding. */
export interface PackagePiece {
  readonly placement: MemoryKind;
  readonly dataLength: number;
  readonly tables: readonly number[];
}

/** The pieces of a tensor in the order in which the firmware places them. */
export function tensorPieces({ rows, placement, rest, dataLength, tables }: PackageTensor): PackagePiece[] {
  const piece = (share: number, memory: MemoryKind): PackagePiece => ({
    placement: memory,
    dataLength: dataLength * share,
    tables: tables.map(({ bytes }) => bytes * share),
  });
  if (rest === null) return [piece(1, placement)];
  return [piece((rows - rest.rows) / rows, placement), piece(rest.rows / rows, rest.placement)];
}

/** Bytes of data and tables, without padding. */
export function pieceBytes({ dataLength, tables }: PackagePiece): number {
  return tables.reduce((sum, bytes) => sum + bytes, dataLength);
}

/** What the directory is checked against. */
interface Model {
  readonly config: PackageConfig;
  readonly steps: readonly PackageStep[];
}

/** A model with what is asked of it for every tensor. */
interface Directory extends Model {
  readonly stepTensorName: (index: number, role: Role) => string;
  /** Whether the embedding is the head as well. */
  readonly isTied: boolean;
}

type RawTensor = RecordValues<typeof TENSOR>;

/** Encodings of which single rows can be looked up. */
const LOOKUP_ENCODINGS: readonly EncodingKind[] = ['float32', 'int8Channel', 'int8GroupU8', 'int4Group'];

/**
 * Reads the directory.
 * @param weightsLength length of the weights section in bytes
 * @throws what `fail` makes
 */
export function readTensors(
  view: DataView,
  model: Model,
  weightsLength: number,
  fail: Fail,
): PackageTensor[] {
  const count = view.byteLength / TENSOR.bytes;
  if (!Number.isInteger(count) || count < 1 || count > PACKAGE_LIMITS.tensors)
    throw fail('TDIR', `${view.byteLength} bytes are not 1 to ${PACKAGE_LIMITS.tensors} tensors.`);
  const directory: Directory = {
    ...model,
    stepTensorName: stepTensorNames(model.steps),
    isTied: !holdsRole(view, count, 'head'),
  };
  const tensors = new Map<string, PackageTensor>();
  let end = 0;
  for (let record = 0; record < count; record++) {
    const tensor = readTensor(view, record, directory, end, fail);
    const field = `TDIR ${tensor.name}`;
    if (tensors.has(keyOf(tensor.role, tensor.index))) throw fail(field, 'The tensor occurs twice.');
    tensors.set(keyOf(tensor.role, tensor.index), tensor);
    const last = tensor.tables.at(-1);
    const length = last === undefined ? tensor.dataOffset + tensor.dataLength : last.offset + last.bytes;
    end = alignUp(length, TENSOR_ALIGNMENT);
    if (end > weightsLength)
      throw fail(field, `It ends at ${end}, after the weights section of ${weightsLength}.`);
  }
  if (end !== weightsLength)
    throw fail('TDIR', `The tensors end at ${end}, the weights section at ${weightsLength}.`);
  checkComplete(tensors, directory, fail);
  return [...tensors.values()];
}

function keyOf(role: Role, index: number): string {
  return `${role}.${index}`;
}

function holdsRole(view: DataView, count: number, role: Role): boolean {
  return Array.from({ length: count }, (_, record) => record).some(
    (record) => view.getUint16(TENSOR.bytes * record + TENSOR.fields.role.offset, true) === ROLE[role].code,
  );
}

/** @param expected where its data must begin */
function readTensor(
  view: DataView,
  record: number,
  directory: Directory,
  expected: number,
  fail: Fail,
): PackageTensor {
  const at = TENSOR.bytes * record;
  const code = view.getUint16(at + TENSOR.fields.role.offset, true);
  const role = roleOfCode(code);
  if (role === undefined) throw fail(`TDIR ${record} role`, `Role ${code} is unknown.`);
  const index = view.getUint16(at + TENSOR.fields.index.offset, true);
  const name = nameOf(role, index, directory, within(fail, `TDIR ${record}`));
  const wrong = within(fail, `TDIR ${name}`);
  const raw = readRecord(TENSOR, view, at, wrong);
  const { rows, cols, placement, input, activationScale, dataOffset, dataLength } = raw;
  const { config } = directory;
  const sizes = sizesOf(directory, role, index);
  const spec = roleSpec(role);
  if (rows !== sizes[spec.rows] || cols !== sizes[spec.cols]) {
    throw wrong(
      'shape',
      `It is ${rows} x ${cols}, the model asks for ${sizes[spec.rows]} x ${sizes[spec.cols]}.`,
    );
  }
  const encoding = readEncoding(raw, role, directory, wrong);
  if (raw.rowBytes !== rowBytes(encoding, cols))
    throw wrong('row bytes', `${raw.rowBytes} do not fit ${cols} columns.`);
  if (dataLength !== rows * raw.rowBytes)
    throw wrong('data length', `${dataLength} bytes are not ${rows} rows of ${raw.rowBytes}.`);
  if (dataOffset !== expected)
    throw wrong('data offset', `Its data begins at ${dataOffset} instead of ${expected}.`);
  const tables = readTables(raw, encoding, spec, wrong);
  const isMultiplied = encoding.kind !== 'float32' && takesActivations(role, directory);
  if (input !== 'int8' && !(isMultiplied && inputFits(input, encoding)))
    throw wrong(
      'input',
      `${input} is not possible for ${encoding.kind}${isMultiplied ? ` and groups of ${encoding.group}` : ', which is multiplied with no codes'}.`,
    );
  const isStatic = config.activations === 'static' && isMultiplied && input === 'int8';
  if (activationScale !== 0 && !isStatic)
    throw wrong('activation scale', `${activationScale} is given, but its input has no static scale.`);
  const rest = readRest(raw, tables.every(({ per }) => per !== 'source') && isMultiplied, wrong);
  const place = { rowBytes: raw.rowBytes, dataOffset, dataLength };
  return {
    name,
    role,
    index,
    encoding,
    rows,
    cols,
    ...place,
    tables,
    placement,
    rest,
    input,
    activationScale,
  };
}

/** @param possible whether its rows may lie in two memories */
function readRest(
  { rows, placement, placedRows, restPlacement }: RawTensor,
  possible: boolean,
  fail: Fail,
): PackageTensor['rest'] {
  if (placedRows === 0) {
    if (restPlacement !== 'flash') throw fail('rest placement', `There is no rest for ${restPlacement}.`);
    return null;
  }
  if (!possible || placedRows >= rows)
    throw fail('placed rows', `Such a tensor of ${rows} rows is not parted behind ${placedRows}.`);
  if (restPlacement === placement)
    throw fail('rest placement', `All rows are in ${placement}, so that there is no rest.`);
  return { rows: rows - placedRows, placement: restPlacement };
}

function nameOf(role: Role, index: number, directory: Directory, fail: Fail): string {
  const { config, steps, stepTensorName } = directory;
  const spec = roleSpec(role);
  switch (spec.scope) {
    case 'model':
      if (index !== GLOBAL_INDEX) throw fail('index', `${role} is none of step ${index}.`);
      if (!rolesOfModel(config).includes(role))
        throw fail('role', `${role} does not belong to such a model.`);
      return globalTensorName(role, index);
    case 'table':
      if (index >= config.rotaryTables)
        throw fail('index', `Table ${index} is none of ${config.rotaryTables}.`);
      return globalTensorName(role, index);
    case 'norm':
    case 'attention':
    case 'mlp':
    case 'conv': {
      const step = steps[index];
      if (step?.kind !== spec.scope)
        throw fail('index', `Step ${index} is no ${spec.scope}, which ${role} belongs to.`);
      const name = stepTensorName(index, role);
      if (!belongsTo(spec, step)) throw fail('role', `${name} does not belong to such a step.`);
      return name;
    }
  }
}

/** Whether activations are multiplied with it: a matrix, or an embedding that is the head as well. */
function takesActivations(role: Role, { isTied }: Directory): boolean {
  return roleSpec(role).shape === 'matrix' || (role === 'embedding' && isTied);
}

function readEncoding(raw: RawTensor, role: Role, directory: Directory, fail: Fail): Encoding {
  const kind = encodingOfCode(raw.encoding);
  if (kind === undefined) throw fail('encoding', `Encoding ${raw.encoding} is unknown.`);
  const isFloat = directory.config.activations === 'float32';
  switch (roleSpec(role).shape) {
    case 'vector':
    case 'table':
      if (kind !== 'float32') throw fail('encoding', `${kind} is not possible, only float32.`);
      break;
    case 'matrix':
      if (isFloat !== (kind === 'float32'))
        throw fail('encoding', 'F32 weights and F32 activations go together.');
      break;
    case 'lookup':
      if (!LOOKUP_ENCODINGS.includes(kind))
        throw fail('encoding', `${kind} is not possible, only ${LOOKUP_ENCODINGS.join(' or ')}.`);
      if (isFloat && takesActivations(role, directory) && kind !== 'float32')
        throw fail('encoding', 'It is the head as well: F32 weights and F32 activations go together.');
      break;
  }
  const { group, cols } = raw;
  if (!groupFits(kind, group, cols))
    throw fail('group', `${group} columns are not possible for ${kind} and ${cols} columns.`);
  return { kind, group };
}

function readTables(raw: RawTensor, encoding: Encoding, spec: RoleSpec, fail: Fail): PackageTensorTable[] {
  const { rows, cols, dataOffset, dataLength, tablesOffset, tablesLength } = raw;
  let end = dataOffset + dataLength;
  const tables = tensorTables(encoding, { rows, cols, sources: spec.sources ?? 0 }).map((table) => {
    const offset = alignUp(end, TENSOR_ALIGNMENT);
    end = offset + table.bytes;
    return { ...table, offset };
  });
  const begin = tables[0]?.offset ?? NONE;
  if (tablesOffset !== begin)
    throw fail('tables offset', `Its tables begin at ${tablesOffset} instead of ${begin}.`);
  const length = tables.length === 0 ? 0 : end - begin;
  if (tablesLength !== length) throw fail('tables length', `${tablesLength} bytes instead of ${length}.`);
  return tables;
}

/** The sizes of the model and of the step or table that a tensor belongs to; 0 for those of others. */
function sizesOf({ config, steps }: Model, role: Role, index: number): Sizes {
  const { scope } = roleSpec(role);
  const step = scope === 'model' || scope === 'table' ? undefined : steps[index];
  const sizes: Record<SizeName, number> = {
    one: 1,
    hidden: config.hiddenSize,
    embedding: config.embeddingSize === 0 ? config.hiddenSize : config.embeddingSize,
    vocab: config.vocabSize,
    context: config.context,
    query: 0,
    key: 0,
    queryKeyValue: 0,
    width: 0,
    twoWidths: 0,
    threeHidden: 3 * config.hiddenSize,
    kernel: step?.kind === 'conv' ? step.taps * config.hiddenSize : 0,
    heads: 0,
    queryNorm: 0,
    keyNorm: 0,
    rotaryDim: (scope === 'table' ? rotaryDimOf(steps, index) : null) ?? 0,
  };
  if (step?.kind === 'attention') {
    sizes.query = step.heads * step.headDim;
    sizes.key = step.kvHeads * step.headDim;
    sizes.queryKeyValue = sizes.query + 2 * sizes.key;
    sizes.heads = step.heads;
    sizes.queryNorm = step.headNorm === 'head' ? step.headDim : sizes.query;
    sizes.keyNorm = step.headNorm === 'head' ? step.headDim : sizes.key;
  } else if (step?.kind === 'mlp') {
    sizes.width = step.width;
    sizes.twoWidths = 2 * step.width;
  }
  return sizes;
}

/** Nothing that is needed is missing, and nothing is there that makes no sense beside the rest. */
function checkComplete(
  tensors: ReadonlyMap<string, PackageTensor>,
  { config, steps, stepTensorName }: Directory,
  fail: Fail,
): void {
  const check = (index: number, roles: readonly Role[], nameOfRole: (role: Role) => string): void => {
    const has = (role: Role): boolean => tensors.has(keyOf(role, index));
    checkRoles(roles, has, (role, problem) => fail(`TDIR ${nameOfRole(role)}`, problem));
  };
  check(GLOBAL_INDEX, rolesOfModel(config), (role) => globalTensorName(role, GLOBAL_INDEX));
  for (let table = 0; table < config.rotaryTables; table++)
    check(table, rolesOfScope('table'), (role) => globalTensorName(role, table));
  for (const [index, step] of steps.entries())
    check(index, rolesOfStep(step), (role) => stepTensorName(index, role));
}

function rolesOfScope(scope: RoleSpec['scope']): Role[] {
  return ROLES.filter((role) => roleSpec(role).scope === scope);
}

/** The roles that a model may have once. */
function rolesOfModel({ embeddingSize }: PackageConfig): Role[] {
  return rolesOfScope('model').filter((role) => embeddingSize > 0 || roleSpec(role).ofEmbeddingSize !== true);
}

/** The roles that a step of this kind may have. */
function rolesOfStep(step: PackageStep): Role[] {
  return rolesOfScope(step.kind).filter((role) => belongsTo(roleSpec(role), step));
}

/** Whether a step of the role's scope may have tensors of the role. */
function belongsTo({ mlps, positions, ofHeadNorm }: RoleSpec, step: PackageStep): boolean {
  switch (step.kind) {
    case 'norm':
    case 'conv':
      return true;
    case 'attention':
      return (
        (positions?.includes(step.position) ?? true) && (ofHeadNorm !== true || step.headNorm !== 'none')
      );
    case 'mlp':
      return mlps?.includes(step.mlp) ?? true;
  }
}

/** The roles of one step, table or model: which there are must fit together. */
function checkRoles(
  roles: readonly Role[],
  has: (role: Role) => boolean,
  wrong: (role: Role, problem: string) => Error,
): void {
  const fused = new Map<Role, Role>();
  for (const role of roles.filter(has)) {
    for (const part of roleSpec(role).fuses ?? []) fused.set(part, role);
  }
  for (const role of roles) {
    const { needed, biasOf } = roleSpec(role);
    const whole = fused.get(biasOf ?? role);
    if (has(role)) {
      if (whole !== undefined) throw wrong(role, `It is also part of ${whole}.`);
      if (biasOf !== undefined && !has(biasOf))
        throw wrong(role, `There is no ${biasOf} that it belongs to.`);
    } else if (needed === true && whole === undefined) {
      throw wrong(role, 'The tensor is missing.');
    }
  }
}
