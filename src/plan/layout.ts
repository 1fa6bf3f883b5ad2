/**
 * Which tensors a package holds for a model: role, encoding, shape, and from which rows of the checkpoint each is made.
 * Fusion happens here, as data; the quantizer only follows the list. Roles and encodings are those of `src/schema`.
 */
import {
  numberedSteps,
  type AttentionSpec,
  type AttentionStep,
  type ConvStep,
  type DecoderModel,
  type LinearSpec,
  type MlpStep,
  type NormSpec,
  type NumberedStep,
  type Step,
  type TensorRef,
} from '../model/decoder.js';
import {
  encodingSpec,
  rowBytes,
  storedBytes as encodedBytes,
  tensorTables,
  type Encoding,
  type TensorTable,
} from '../schema/encodings.js';
import type { InputKind, SiteKind } from '../schema/kinds.js';
import { GLOBAL_INDEX } from '../schema/package.js';
import { roleSpec, type Role } from '../schema/roles.js';
import { globalTensorName, stepTensorNames } from '../schema/step-names.js';
import { weightEncoding } from './encoding.js';
import { firstRows, lengthOf, placeRows, rowsOf, type TensorPart } from './parts.js';
import { INPUT_OF, type Fusions, type Scheme, type UniformScheme, type WantedScheme } from './scheme.js';

/** A norm's gain that is multiplied into the columns of a matrix. */
export interface FoldedGain {
  readonly source: TensorRef;
  /** Added to every stored gain. */
  readonly offset: number;
}

/** A tensor of the package. */
export interface PlannedTensor {
  readonly role: Role;
  /** Number of its step; of its table for rotary tables; {@link GLOBAL_INDEX} for what the model has once. */
  readonly index: number;
  /** Unique name for people and reports, e.g. `layers.3.qkv`. */
  readonly name: string;
  readonly encoding: Encoding;
  /** How the vectors are quantized that it is multiplied with; `int8` where there are none. */
  readonly input: InputKind;
  readonly rows: number;
  readonly cols: number;
  /** Source tensors whose rows are in it. */
  readonly sources: number;
  /** Bytes from row to row, a multiple of 16. */
  readonly rowBytes: number;
  /** What lies behind the data: scales. */
  readonly tables: readonly TensorTable[];
  /** `rows * rowBytes`. */
  readonly dataBytes: number;
  /** Bytes of all tables, without padding. */
  readonly tableBytes: number;
  /** Norm gain multiplied into the columns, `null` for none. */
  readonly gain: FoldedGain | null;
  /** Sources; empty for rotary tables and slopes, which are computed. */
  readonly parts: readonly TensorPart[];
  readonly site: SiteKind | null;
  /** Bytes of this tensor that one decoded token reads. */
  readonly bytesPerToken: number;
}

/** Bytes that a tensor takes where it is placed, data and tables each on their own cache lines. */
export function storedBytes(tensor: PlannedTensor): number {
  return encodedBytes(tensor.encoding, tensor);
}

/** Whether codes of a tensor are multiplied with codes of a vector. */
export function isMultiplied({ encoding, site }: Pick<PlannedTensor, 'encoding' | 'site'>): boolean {
  return site !== null && encodingSpec(encoding).holds === 'codes';
}

/** What decides over a matrix besides its sources. */
interface MatrixOptions {
  readonly gain?: FoldedGain | null;
  readonly site?: SiteKind | null;
  /** Only one row a token is read. */
  readonly lookedUp?: boolean;
  /** Factor on each source. */
  readonly factors?: readonly number[];
}

/** Matrices that may have a bias. */
type FusedRole =
  | 'head'
  | 'qkv'
  | 'query'
  | 'key'
  | 'value'
  | 'output'
  | 'gate_up'
  | 'gate'
  | 'up'
  | 'down'
  | 'conv_in'
  | 'conv_out';

/** What of a scheme tensors depend on; activations that are to be chosen are INT8 here. */
type Encoded = UniformScheme & {
  readonly activations: Scheme['activations'] | WantedScheme['activations'];
};

const UNQUANTIZED: Encoding = { kind: 'float32', group: 0 };

/**
 * Lists the package's tensors in the order in which a token reads them.
 * @param encodings those of matrices that are not what the scheme says, by name
 */
export function planTensors(
  model: DecoderModel,
  scheme: Encoded,
  fusions: Fusions,
  context: number,
  encodings: ReadonlyMap<string, Encoding> = new Map(),
): PlannedTensor[] {
  return new TensorList(model, scheme, fusions, context, encodings).tensors;
}

class TensorList {
  readonly tensors: PlannedTensor[] = [];
  private readonly stepTensorName: (index: number, role: Role) => string;
  /** Gains that the matrices behind them take in, by the step of the norm. */
  private readonly folded: ReadonlySet<number>;

  constructor(
    private readonly model: DecoderModel,
    private readonly scheme: Encoded,
    private readonly fusions: Fusions,
    context: number,
    private readonly encodings: ReadonlyMap<string, Encoding>,
  ) {
    const steps = numberedSteps(model);
    this.stepTensorName = stepTensorNames(steps.map(({ layer, step }) => ({ layer, ...step })));
    this.folded = fusions.normGains ? foldableNorms(steps) : new Set();
    // A token reads one row of an embedding that is not also the head.
    this.matrix('embedding', GLOBAL_INDEX, [model.embedding], {
      ...(model.head === null ? { site: 'head' } : { lookedUp: true }),
    });
    if (model.projections !== undefined)
      this.matrix('project_in', GLOBAL_INDEX, [model.projections.into], { site: 'projectIn' });
    if (model.positions !== null) this.positions(model.positions, context);
    for (const [table, { dim }] of model.rotaries.entries()) this.rotary(table, context, dim);
    for (const place of steps) this.step(steps, place);
    this.head();
  }

  private step(steps: readonly NumberedStep[], { index, layer, step }: NumberedStep): void {
    switch (step.kind) {
      case 'norm':
        this.norm('norm', index, step.norm, this.folded.has(index));
        break;
      case 'attention':
        this.attention(index, step, this.gainOf(steps, index, layer));
        break;
      case 'mlp':
        this.mlp(index, step, this.gainOf(steps, index, layer));
        break;
      case 'conv':
        this.conv(index, step, this.gainOf(steps, index, layer));
        break;
    }
  }

  /** The gain that a step's matrices take in, `null` when it stays outside or there is none. */
  private gainOf(steps: readonly NumberedStep[], index: number, layer: number): FoldedGain | null {
    const norm = normBefore(steps, index, layer);
    return norm !== null && this.folded.has(norm.index) ? foldedGain(norm.step.norm) : null;
  }

  private norm(role: 'norm' | 'final_norm', index: number, norm: NormSpec, folded: boolean): void {
    if (!folded && norm.gain !== null) this.vector(role, index, [norm.gain], { offset: norm.gainOffset });
    if (norm.bias !== null) this.vector(`${role}.bias`, index, [norm.bias]);
  }

  private attention(index: number, { attention }: AttentionStep, gain: FoldedGain | null): void {
    const { query, key, value, output } = attention;
    const options: MatrixOptions = { gain, site: 'attention' };
    const factor = takesScoreScale(this.fusions, attention) ? attention.scale : 1;
    if (this.fusions.queryKeyValue && allOrNone([query, key, value])) {
      this.fused('qkv', index, [query, key, value], { ...options, factors: [factor, 1, 1] });
    } else {
      this.fused('query', index, [query], { ...options, factors: [factor] });
      this.fused('key', index, [key], options);
      this.fused('value', index, [value], options);
    }
    this.beside(index, attention);
    this.fused('output', index, [output], { site: 'output', factors: [attention.factor] });
  }

  /** What an attention has besides its matrices. */
  private beside(index: number, { headNorm, position, heads }: AttentionSpec): void {
    if (headNorm !== null) {
      for (const side of ['query', 'key'] as const) {
        const { gains, biases } = headNorm[side];
        if (gains.length > 0) this.vector(`${side}_norm`, index, gains, { offset: headNorm.gainOffset });
        if (biases.length > 0) this.vector(`${side}_norm.bias`, index, biases);
      }
    }
    if (position.kind === 'alibi')
      this.tensors.push(this.add('slopes', index, UNQUANTIZED, 1, heads, [], { gain: null, site: null }));
  }

  private mlp(index: number, { mlp }: MlpStep, gain: FoldedGain | null): void {
    const { gate, up, down } = mlp;
    const options: MatrixOptions = { gain, site: 'mlp' };
    if (gate !== null && this.fusions.gateUp && allOrNone([gate, up])) {
      this.fused('gate_up', index, [gate, up], options);
    } else {
      if (gate !== null) this.fused('gate', index, [gate], options);
      this.fused('up', index, [up], options);
    }
    this.fused('down', index, [down], { site: 'down', factors: [mlp.factor] });
  }

  private conv(index: number, { conv }: ConvStep, gain: FoldedGain | null): void {
    this.fused('conv_in', index, [conv.input], { gain, site: 'conv' });
    this.vector('conv_taps', index, conv.taps);
    if (conv.bias !== null) this.vector('conv_taps.bias', index, [conv.bias]);
    this.fused('conv_out', index, [conv.output], { site: 'convOutput' });
  }

  private head(): void {
    const { head, finalNorm, projections } = this.model;
    // A tied head shares its columns with the embedding rows, so the gain must stay outside.
    const reader = projections === undefined ? head : projections.out;
    const folded = this.fusions.normGains && reader !== null && finalNorm.bias === null;
    const gain = folded ? foldedGain(finalNorm) : null;
    this.norm('final_norm', GLOBAL_INDEX, finalNorm, folded);
    if (projections !== undefined)
      this.matrix('project_out', GLOBAL_INDEX, [projections.out], { gain, site: 'projectOut' });
    if (head !== null)
      this.fused('head', GLOBAL_INDEX, [head], {
        gain: projections === undefined ? gain : null,
        site: 'head',
      });
  }

  /** A matrix of one or several linear maps of the same input, with their biases in one vector. */
  private fused(role: FusedRole, index: number, specs: readonly LinearSpec[], options: MatrixOptions): void {
    this.matrix(
      role,
      index,
      specs.map(({ weight }) => weight),
      options,
    );
    const biases = specs.map(({ bias }) => bias);
    if (biases.every((bias) => bias !== null))
      this.vector(`${role}.bias`, index, biases, { factors: options.factors });
  }

  private matrix(role: Role, index: number, sources: readonly TensorRef[], options: MatrixOptions): void {
    const cols = sources[0]?.shape[1] ?? 0;
    const parts = placeRows(role, sources, rowsOf, options.factors);
    const rows = parts.reduce((sum, part) => sum + (part.source.shape[0] ?? 0), 0);
    const encoding =
      this.encodings.get(this.nameOf(role, index)) ?? weightEncoding(this.scheme, { role, cols });
    const tensor = this.add(role, index, encoding, rows, cols, parts, {
      gain: options.gain ?? null,
      site: options.site ?? null,
    });
    if (options.lookedUp === true)
      this.tensors.push({ ...tensor, bytesPerToken: tensor.rowBytes + LOOKUP_SCALE_BYTES });
    else this.tensors.push(tensor);
  }

  private vector(
    role: Role,
    index: number,
    sources: readonly TensorRef[],
    { factors, offset }: { factors?: readonly number[] | undefined; offset?: number } = {},
  ): void {
    const parts = placeRows(role, sources, lengthOf, factors, offset);
    const cols = parts.reduce((sum, part) => sum + lengthOf(part.source), 0);
    this.tensors.push(this.add(role, index, UNQUANTIZED, 1, cols, parts, { gain: null, site: null }));
  }

  /** The rows of the context; a token reads one. */
  private positions(table: TensorRef, context: number): void {
    const [rows = 0] = table.shape;
    this.matrix('positions', GLOBAL_INDEX, [firstRows(table, Math.min(rows, context))], { lookedUp: true });
  }

  private rotary(table: number, context: number, dim: number): void {
    const tensor = this.add('rotary', table, UNQUANTIZED, context, dim, [], { gain: null, site: null });
    this.tensors.push({ ...tensor, bytesPerToken: tensor.rowBytes });
  }

  /** What the scheme says for all matrices; what it leaves open is decided when their places are known. */
  private inputOf(encoding: Encoding, site: SiteKind | null): InputKind {
    const { activations } = this.scheme;
    const isChosen = activations === 'mixed' || activations === 'auto';
    return isMultiplied({ encoding, site }) && !isChosen ? INPUT_OF[activations] : 'int8';
  }

  private nameOf(role: Role, index: number): string {
    const { scope } = roleSpec(role);
    return scope === 'model' || scope === 'table'
      ? globalTensorName(role, index)
      : this.stepTensorName(index, role);
  }

  private add(
    role: Role,
    index: number,
    encoding: Encoding,
    rows: number,
    cols: number,
    parts: readonly TensorPart[],
    rest: Pick<PlannedTensor, 'gain' | 'site'>,
  ): PlannedTensor {
    const sources = parts.length;
    const tables = tensorTables(encoding, { rows, cols, sources });
    const bytes = rowBytes(encoding, cols);
    const tableBytes = tables.reduce((sum, table) => sum + table.bytes, 0);
    return {
      role,
      index,
      name: this.nameOf(role, index),
      encoding,
      input: this.inputOf(encoding, rest.site),
      rows,
      cols,
      sources,
      rowBytes: bytes,
      tables,
      dataBytes: rows * bytes,
      tableBytes,
      parts,
      bytesPerToken: rows * bytes + tableBytes,
      ...rest,
    };
  }
}

/** What a looked-up row brings along, a scale. */
const LOOKUP_SCALE_BYTES = 4;

/** The norm whose result a step of the same layer reads, `null` when it reads something else. */
function normBefore(
  steps: readonly NumberedStep[],
  index: number,
  layer: number,
): NumberedStep<Extract<Step, { readonly kind: 'norm' }>> | null {
  const { reads } = (steps[index] as NumberedStep).step;
  const writer = steps
    .slice(0, index)
    .findLast((place) => place.layer === layer && place.step.writes === reads);
  if (writer === undefined || writer.step.kind !== 'norm') return null;
  return { index: writer.index, layer, step: writer.step };
}

/**
 * Norms whose gain can go into the matrices that read their result: nothing else reads it, it is not added to anything,
 * and no bias stands between.
 */
function foldableNorms(steps: readonly NumberedStep[]): Set<number> {
  const foldable = new Set<number>();
  for (const { index, layer, step } of steps) {
    if (step.kind !== 'norm' || step.norm.bias !== null || step.adds || step.writes === 'residual') continue;
    const readers = steps.filter(
      (place) => place.layer === layer && normBefore(steps, place.index, layer)?.index === index,
    );
    if (readers.length > 0 && readers.every(({ step: reader }) => reader.kind !== 'norm'))
      foldable.add(index);
  }
  return foldable;
}

/** Matrices can share one bias vector only when each has a bias or none has. */
function allOrNone(specs: readonly LinearSpec[]): boolean {
  const biases = specs.filter((spec) => spec.bias !== null).length;
  return biases === 0 || biases === specs.length;
}

function foldedGain({ gain, gainOffset }: NormSpec): FoldedGain | null {
  return gain === null ? null : { source: gain, offset: gainOffset };
}

/** Whether the factor on an attention's scores is in its queries: nothing may come between that the factor would change. */
export function takesScoreScale(
  { attentionScale }: Fusions,
  { headNorm, clip }: Pick<AttentionSpec, 'headNorm' | 'clip'>,
): boolean {
  return attentionScale && headNorm === null && clip === null;
}
