/** Takes the tensors of steps from the table, in the order of the steps, and describes the steps with them. */
import type { TensorView } from '../checkpoint/tensor-view.js';
import type { FunctionKind } from '../schema/kinds.js';
import type {
  AttentionSpec,
  BlockSpec,
  ConvSpec,
  HeadGains,
  HeadNormSpec,
  LinearSpec,
  MlpSpec,
  NormSpec,
  PositionSpec,
  RotarySpec,
  Step,
  TensorRef,
} from './decoder.js';
import type {
  AttentionStepTable,
  ConvStepTable,
  FamilyTable,
  FamilyTraits,
  HeadNormTable,
  MlpStepTable,
  StepTable,
} from './family-table.js';
import type { Heads } from './heads.js';
import { fusedRows, headsOf, projectionView, type Projection } from './projection-rows.js';
import type { TensorTable } from './tensor-table.js';

/** What the specs of all layers share. */
export interface BlockSizes extends Heads {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly width: number;
  readonly function: FunctionKind;
  readonly epsilon: number;
  readonly rotaries: readonly RotarySpec[];
}

/** A matrix as it is stored, without transposition, and which of it is meant. */
interface StoredLinear {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly view?: TensorView | undefined;
  readonly hasBias: boolean;
  /** The keys of the config that say its size. */
  readonly claim: string;
}

export class BlockBuilder {
  /** Biases that the config announces and the checkpoint does not have; transformers computes with zeros. */
  absentBiases = 0;

  constructor(
    private readonly family: FamilyTable,
    private readonly traits: FamilyTraits,
    private readonly table: TensorTable,
    private readonly prefix: string,
    private readonly sizes: BlockSizes,
  ) {}

  /** The blocks, and the norm behind them. */
  build(): { readonly blocks: readonly BlockSpec[]; readonly finalNorm: NormSpec } {
    const { embeddingNorm, endsWithNorm = false } = this.traits;
    const { layers } = this.sizes;
    const blocks = Array.from({ length: layers }, (_, layer) => this.block(layer));
    if (embeddingNorm !== undefined) {
      const norm = this.norm(embeddingNorm);
      blocks[0]?.unshift({ kind: 'norm', norm, reads: 'residual', writes: 'residual', adds: false });
    }
    const last = endsWithNorm ? blocks.at(-1)?.pop() : undefined;
    const finalNorm = last?.kind === 'norm' ? last.norm : this.norm(this.family.names.finalNorm);
    return { blocks: blocks.map((steps) => ({ steps })), finalNorm };
  }

  private block(layer: number): Step[] {
    return stepsOfLayer(this.family, this.traits, layer).map((step) => this.step(step, layer));
  }

  /** @param name without prefix and `.weight` */
  private norm(name: string): NormSpec {
    const { hiddenSize, epsilon } = this.sizes;
    const { norm: kind, gainOffset = 0, keys } = this.family;
    const { normBias = false, bareNorms = false } = this.traits;
    const take = (part: 'weight' | 'bias'): TensorRef =>
      this.table.take(`${this.prefix}${name}.${part}`, [hiddenSize], keys.hiddenSize);
    return {
      kind,
      epsilon,
      gain: bareNorms ? null : take('weight'),
      gainOffset,
      bias: normBias && !bareNorms ? take('bias') : null,
    };
  }

  private step(step: StepTable, layer: number): Step {
    const { reads, writes, adds } = step;
    switch (step.kind) {
      case 'norm':
        return { kind: 'norm', norm: this.norm(this.at(layer) + step.name), reads, writes, adds };
      case 'attention':
        return { kind: 'attention', attention: this.attention(step, layer), reads, writes, adds };
      case 'mlp':
        return { kind: 'mlp', mlp: this.mlp(step, layer), reads, writes, adds };
      case 'conv':
        return { kind: 'conv', conv: this.conv(step, layer), reads, writes, adds };
    }
  }

  private at(layer: number): string {
    return layerName(this.family, layer);
  }

  private attention(names: AttentionStepTable, layer: number): AttentionSpec {
    const { hiddenSize, heads, kvHeads, headDim } = this.sizes;
    const { keys } = this.family;
    const { attentionBias = false, headNorm = null, scoreCap = null, clip = null } = this.traits;
    const { window = null } = this.traits.layer?.(layer) ?? {};
    const position = this.position(layer);
    const at = this.at(layer);
    // Rows are put into the order of the description; the norms' gains are in it then, too.
    const pairs = this.pairs(position);
    const project = (part: Projection): LinearSpec =>
      names.fused === undefined
        ? this.linear({
            name: at + names[part],
            rows: headsOf(part, this.sizes) * headDim,
            columns: hiddenSize,
            view: projectionView(part, this.sizes, null, pairs),
            hasBias: attentionBias,
            claim: part === 'query' ? keys.heads : keys.kvHeads,
          })
        : this.linear({
            name: at + names.fused,
            rows: fusedRows(this.sizes),
            columns: hiddenSize,
            view: projectionView(part, this.sizes, names.order, pairs),
            hasBias: attentionBias,
            claim: `${keys.heads} and ${keys.kvHeads}`,
          });
    return {
      heads,
      kvHeads,
      headDim,
      scale: this.traits.scale?.(headDim, layer) ?? 1 / Math.sqrt(headDim),
      scoreCap,
      clip,
      headNorm: headNorm === null ? null : this.headNorm(headNorm, at, pairs),
      window,
      position,
      query: project('query'),
      key: project('key'),
      value: project('value'),
      output: this.linear({
        name: at + names.output,
        rows: hiddenSize,
        columns: heads * headDim,
        hasBias: this.traits.outputBias ?? attentionBias,
        claim: keys.heads,
      }),
      factor: this.traits.resultFactor ?? 1,
    };
  }

  private position(layer: number): PositionSpec {
    const { slopes } = this.traits;
    if (slopes !== undefined) return { kind: 'alibi', slopes: slopes(this.sizes.heads) };
    const { rotary = this.sizes.rotaries.length > 0 ? 0 : null } = this.traits.layer?.(layer) ?? {};
    return rotary === null ? { kind: 'none' } : { kind: 'rotary', table: rotary };
  }

  /** Elements of a head whose pairs are neighbours as they are stored. */
  private pairs(position: PositionSpec): number {
    const { neighbours = false } = this.traits;
    if (neighbours === false) return 0;
    if (position.kind === 'rotary') return this.sizes.rotaries[position.table]?.dim ?? 0;
    return neighbours === 'everywhere' ? this.sizes.headDim : 0;
  }

  private headNorm(names: HeadNormTable, at: string, pairs: number): HeadNormSpec {
    const { kind, over, turned = false } = names;
    const { heads, kvHeads, epsilon } = this.sizes;
    return {
      kind,
      epsilon,
      over,
      turned,
      query: this.headGains(names, at + names.query, heads, pairs),
      key: this.headGains(names, at + names.key, kvHeads, pairs),
      gainOffset: this.family.gainOffset ?? 0,
    };
  }

  private headGains(
    { over, stored = 'vector', bias = false }: HeadNormTable,
    name: string,
    heads: number,
    pairs: number,
  ): HeadGains {
    const { headDim } = this.sizes;
    const claim = this.family.keys.heads;
    // Gains follow the rows of query and key.
    const rows = projectionView('query', { heads: 1, kvHeads: 1, headDim }, null, pairs);
    const take = (part: string, shape: readonly number[], view?: TensorView): TensorRef =>
      this.table.take(this.prefix + part, shape, claim, view);
    const gainsOf = (part: 'weight' | 'bias'): TensorRef[] => {
      switch (stored) {
        case 'none':
          return [];
        case 'rows':
          // As columns of the transpose, of which a view can have the elements in any order.
          return Array.from({ length: heads }, (_, head) =>
            take(`${name}.${part}`, [heads, headDim], {
              transposed: true,
              ...rows,
              columns: { begin: head, end: head + 1 },
            }),
          );
        case 'numbered':
          return Array.from({ length: heads }, (_, head) => take(`${name}.${head}.${part}`, [headDim], rows));
        case 'vector':
          return over === 'all'
            ? [take(`${name}.${part}`, [heads * headDim])]
            : [take(`${name}.${part}`, [headDim], rows)];
      }
    };
    return { gains: gainsOf('weight'), biases: bias ? gainsOf('bias') : [] };
  }

  private mlp(names: MlpStepTable, layer: number): MlpSpec {
    const { hiddenSize, width, function: between } = this.sizes;
    const { keys } = this.family;
    const at = this.at(layer);
    const hasBias = this.traits.mlpBias ?? false;
    const claim = `${keys.hiddenSize} and ${keys.width}`;
    const into = (name: string, view?: TensorView): LinearSpec => {
      const rows = names.fused === true ? 2 * width : width;
      return this.linear({ name: at + name, rows, columns: hiddenSize, view, hasBias, claim });
    };
    const half = (begin: number): TensorView => ({ rows: { begin, end: begin + width } });
    const gate = names.fused === true ? into(names.up, half(0)) : null;
    return {
      kind: names.mlp,
      function: between,
      width,
      gate: names.gate === undefined ? gate : into(names.gate),
      up: into(names.up, names.fused === true ? half(width) : undefined),
      down: this.linear({ name: at + names.down, rows: hiddenSize, columns: width, hasBias, claim }),
      factor: this.traits.resultFactor ?? 1,
    };
  }

  private conv(names: ConvStepTable, layer: number): ConvSpec {
    const { hiddenSize } = this.sizes;
    const { convBias: hasBias = false, taps = { count: 0, key: '' } } = this.traits;
    const claim = this.family.keys.hiddenSize;
    const at = this.at(layer);
    const into = { rows: 3 * hiddenSize, columns: hiddenSize, hasBias, claim };
    const name = this.prefix + at + names.taps;
    const tap = (begin: number): TensorRef => {
      const shape = [hiddenSize, 1, taps.count];
      const columns = { begin, end: begin + 1 };
      return this.table.take(`${name}.weight`, shape, `${claim} and ${taps.key}`, { columns });
    };
    return {
      input: this.linear({ name: at + names.input, ...into }),
      taps: Array.from({ length: taps.count }, (_, begin) => tap(begin)),
      bias: hasBias ? this.table.take(`${name}.bias`, [hiddenSize], claim) : null,
      output: this.linear({ name: at + names.output, ...into, rows: hiddenSize }),
    };
  }

  private linear({ name, rows, columns, view, hasBias, claim }: StoredLinear): LinearSpec {
    const transposed = this.family.transposed === true;
    const weight = this.table.take(
      `${this.prefix}${name}.weight`,
      transposed ? [columns, rows] : [rows, columns],
      claim,
      transposed ? { transposed, ...view } : view,
    );
    const bias = `${this.prefix}${name}.bias`;
    if (!hasBias) return { weight, bias: null };
    if (this.table.has(bias)) return { weight, bias: this.table.take(bias, [rows], claim, view) };
    this.absentBiases++;
    return { weight, bias: null };
  }
}

/** The steps of a layer. */
export function stepsOfLayer(
  { steps }: Pick<FamilyTable, 'steps'>,
  traits: Pick<FamilyTraits, 'steps' | 'layer'>,
  layer: number,
): readonly StepTable[] {
  return traits.layer?.(layer).steps ?? traits.steps ?? steps;
}

/** What the names of a layer's tensors begin with, behind the prefix. */
export function layerName({ names }: FamilyTable, layer: number): string {
  return `${names.layers}.${layer}.`;
}
