/**
 * Attention of one token in the graph. Keys are kept as `[kvHeads, context, headDim]`, values transposed as
 * `[kvHeads, headDim, context]`: both products then read their second factor by rows, which spares TensorFlow Lite Micro a
 * transposed copy of it in the arena.
 */
import type { AttentionSpec, RotarySpec } from '../model/decoder.js';
import type { GraphBuilder } from './graph.js';
import type { Matrices } from './linear.js';
import type { Norms } from './norms.js';
import type { Memory } from './memory.js';

/** Added to a score that may not count; its exponential is zero. */
const MASKED = -1e9;

/** What attention of all layers shares: the position of the token, and what follows from it. */
export class Positions {
  readonly #graph: GraphBuilder;
  readonly #context: number;
  readonly #rotaries: readonly RotarySpec[];
  /** INT32, `[1]` */
  readonly position: number;
  readonly #turns = new Map<number, { readonly cosines: number; readonly sines: number }>();
  readonly #masks = new Map<number | null, number>();
  #distance: number | null = null;
  #starts: { readonly key: number; readonly value: number } | null = null;

  constructor(graph: GraphBuilder, position: number, context: number, rotaries: readonly RotarySpec[]) {
    this.#graph = graph;
    this.position = position;
    this.#context = context;
    this.#rotaries = rotaries;
  }

  /** Where the token's key and value go in a cache: INT32, `[3]` each. */
  starts(): { readonly key: number; readonly value: number } {
    const zero = this.#graph.integers([0]);
    this.#starts ??= {
      key: this.#graph.concatenate([zero, this.position, zero], 'int32'),
      value: this.#graph.concatenate([zero, zero, this.position], 'int32'),
    };
    return this.#starts;
  }

  /**
   * Turns each head by its position.
   * @param x `[heads, headDim]`
   */
  turn(x: number, table: number): number {
    const graph = this.#graph;
    const spec = this.#rotaries[table];
    if (spec === undefined) throw new RangeError(`There is no rotary table ${table}.`);
    const headDim = graph.shape(x)[1] ?? 0;
    const half = spec.dim / 2;
    const rest = headDim - spec.dim;
    const { cosines, sines } = this.#row(table, spec, headDim);
    const [first = 0, second = 0, still] = graph.split(x, rest === 0 ? [half, half] : [half, half, rest]);
    const turned = graph.concatenate([
      graph.unary('NEG', second),
      first,
      ...(still === undefined ? [] : [still]),
    ]);
    return graph.binary('ADD', graph.binary('MUL', x, cosines), graph.binary('MUL', turned, sines));
  }

  /** Added to scores `[kvHeads, group, context]`: zero for the tokens that are seen. */
  mask(window: number | null): number {
    const narrow = window !== null && window < this.#context ? window : null;
    const known = this.#masks.get(narrow);
    if (known !== undefined) return known;
    const graph = this.#graph;
    const ranks = Array.from({ length: this.#context }, (_, rank) => rank);
    const shape = [1, 1, this.#context];
    const hidden = graph.number(MASKED);
    const past = graph.lessEqual(graph.integers(ranks, shape), this.position);
    let mask = graph.select(past, graph.number(0), hidden);
    if (narrow !== null) {
      const last = graph.integers(
        ranks.map((rank) => rank + narrow - 1),
        shape,
      );
      mask = graph.select(graph.lessEqual(this.position, last), mask, hidden);
    }
    this.#masks.set(narrow, mask);
    return mask;
  }

  /** How far each token of the context lies before this one, `[1, 1, context]`; negative for those that come. */
  distance(): number {
    if (this.#distance !== null) return this.#distance;
    const graph = this.#graph;
    const ranks = Float32Array.from({ length: this.#context }, (_, rank) => rank);
    const own = graph.gather(graph.floats('ranks', [this.#context, 1], ranks), this.position);
    this.#distance = graph.binary(
      'SUB',
      own,
      graph.floats('ranks of the context', [1, 1, this.#context], ranks),
    );
    return this.#distance;
  }

  /** Elements that do not turn have a cosine of 1. */
  #row(
    table: number,
    spec: RotarySpec,
    headDim: number,
  ): { readonly cosines: number; readonly sines: number } {
    const known = this.#turns.get(table);
    if (known !== undefined) return known;
    const half = spec.dim / 2;
    const cosines = new Float32Array(this.#context * headDim).fill(1);
    const sines = new Float32Array(this.#context * headDim);
    for (let position = 0; position < this.#context; position++) {
      for (let i = 0; i < spec.dim; i++) {
        const angle = position * (spec.inverseFrequencies[i % half] ?? 0);
        cosines[position * headDim + i] = Math.cos(angle) * spec.attentionFactor;
        sines[position * headDim + i] = Math.sin(angle) * spec.attentionFactor;
      }
    }
    const graph = this.#graph;
    const shape = [this.#context, headDim];
    const row = {
      cosines: graph.gather(graph.floats(`rotary_${table}/cosines`, shape, cosines), this.position),
      sines: graph.gather(graph.floats(`rotary_${table}/sines`, shape, sines), this.position),
    };
    this.#turns.set(table, row);
    return row;
  }
}

/** What an attention is made of. */
export interface AttentionParts {
  readonly graph: GraphBuilder;
  readonly matrices: Matrices;
  readonly norms: Norms;
  readonly memory: Memory;
  readonly positions: Positions;
  readonly context: number;
}

/**
 * Attention of one token to those before it and to itself.
 * @param x `[1, hidden]`
 * @param bound of its elements, `null` when nothing is known
 * @param name of this attention's cache
 */
export async function attention(
  parts: AttentionParts,
  x: number,
  bound: number | null,
  spec: AttentionSpec,
  name: string,
): Promise<number> {
  const { graph, matrices, memory, positions, context } = parts;
  const { heads, kvHeads, headDim, scale } = spec;
  // A query that nothing but a rotation happens to carries the factor of its scores in its rows.
  const isLinear = spec.headNorm === null && spec.clip === null;
  let query = clipped(graph, await matrices.linear(x, spec.query, isLinear ? scale : 1, bound), spec.clip);
  let key = clipped(graph, await matrices.linear(x, spec.key, 1, bound), spec.clip);
  const value = clipped(graph, await matrices.linear(x, spec.value, 1, bound), spec.clip);
  query = await placed(parts, graph.reshape(query, [heads, headDim]), spec, 'query');
  key = await placed(parts, graph.reshape(key, [kvHeads, headDim]), spec, 'key');
  if (!isLinear && scale !== 1) query = graph.binary('MUL', query, graph.number(scale));

  const starts = positions.starts();
  const keys = memory.change(`${name}/keys`, [kvHeads, context, headDim], (kept) =>
    graph.update(kept, graph.reshape(key, [kvHeads, 1, headDim]), starts.key),
  );
  const values = memory.change(`${name}/values`, [kvHeads, headDim, context], (kept) =>
    graph.update(kept, graph.reshape(value, [kvHeads, headDim, 1]), starts.value),
  );
  let scores = graph.productTransposed(graph.reshape(query, [kvHeads, heads / kvHeads, headDim]), keys);
  if (spec.position.kind === 'alibi') {
    const slopes = Float32Array.from(spec.position.slopes);
    const table = graph.floats(`${name}/slopes`, [kvHeads, heads / kvHeads, 1], slopes);
    scores = graph.binary('SUB', scores, graph.binary('MUL', table, positions.distance()));
  }
  scores = capped(graph, scores, spec.scoreCap);
  const shares = graph.unary('SOFTMAX', graph.binary('ADD', scores, positions.mask(spec.window)));
  const mixed = graph.reshape(graph.productTransposed(shares, values), [1, heads * headDim]);
  return matrices.linear(mixed, spec.output, spec.factor);
}

/** `cap * tanh(x / cap)`; as it is without a cap. */
export function capped(graph: GraphBuilder, x: number, cap: number | null): number {
  if (cap === null) return x;
  const small = graph.unary('TANH', graph.binary('MUL', x, graph.number(1 / cap)));
  return graph.binary('MUL', small, graph.number(cap));
}

function clipped(graph: GraphBuilder, x: number, clip: number | null): number {
  if (clip === null) return x;
  return graph.binary('MAXIMUM', graph.binary('MINIMUM', x, graph.number(clip)), graph.number(-clip));
}

/** Normalized and turned, in the order that the model has. */
async function placed(
  { norms, positions }: AttentionParts,
  x: number,
  { headNorm, position }: AttentionSpec,
  which: 'query' | 'key',
): Promise<number> {
  const turn = (y: number): number => (position.kind === 'rotary' ? positions.turn(y, position.table) : y);
  if (headNorm === null) return turn(x);
  if (headNorm.turned) return norms.heads(turn(x), headNorm, headNorm[which]);
  return turn(await norms.heads(x, headNorm, headNorm[which]));
}
