/** Normalizations in the graph: TensorFlow Lite has no operator for either. */
import type { HeadGains, HeadNormSpec, NormSpec, TensorRef } from '../model/decoder.js';
import type { GraphBuilder } from './graph.js';
import type { WeightReader } from './weights.js';

/** A normalized vector, and what none of its elements can exceed. */
export interface Normalized {
  readonly tensor: number;
  readonly bound: number;
}

/** Norms over the last axis. */
export class Norms {
  readonly #graph: GraphBuilder;
  readonly #reader: WeightReader;

  constructor(graph: GraphBuilder, reader: WeightReader) {
    this.#graph = graph;
    this.#reader = reader;
  }

  /** Of a token's vector, `[1, hidden]`. */
  async vector(x: number, norm: NormSpec): Promise<Normalized> {
    const gains = norm.gain === null ? null : await this.#gains([norm.gain], norm.gainOffset);
    const biases = norm.bias === null ? null : await this.#gains([norm.bias], 0);
    return this.#apply(x, norm, gains, biases, norm.gain?.name ?? 'norm');
  }

  /**
   * Of queries or keys.
   * @param x `[heads, headDim]`
   */
  async heads(x: number, norm: HeadNormSpec, { gains, biases }: HeadGains): Promise<number> {
    const graph = this.#graph;
    const [heads = 0, dim = 0] = graph.shape(x);
    const flat = norm.over === 'all' ? graph.reshape(x, [1, heads * dim]) : x;
    const factors = gains.length === 0 ? null : await this.#gains(gains, norm.gainOffset);
    const addends = biases.length === 0 ? null : await this.#gains(biases, 0);
    const { tensor } = this.#apply(flat, norm, factors, addends, gains[0]?.name ?? 'head norm');
    return graph.reshape(tensor, [heads, dim]);
  }

  /** Shapes of gains and biases are those of `x`, or one row of it for all. */
  #apply(
    x: number,
    { kind, epsilon }: Pick<NormSpec, 'kind' | 'epsilon'>,
    gains: Float32Array | null,
    biases: Float32Array | null,
    name: string,
  ): Normalized {
    const graph = this.#graph;
    const length = graph.shape(x).at(-1) ?? 1;
    const centred = kind === 'layer' ? graph.binary('SUB', x, graph.mean(x)) : x;
    const squares = graph.mean(graph.binary('MUL', centred, centred));
    const factor = graph.unary('RSQRT', graph.binary('ADD', squares, graph.number(epsilon)));
    let tensor = graph.binary('MUL', centred, factor);
    // One element that has all of the square is the square root of the length; a mean of zero takes a little off.
    let bound = Math.sqrt(length);
    if (gains !== null) {
      bound *= largest(gains);
      tensor = graph.binary(
        'MUL',
        tensor,
        graph.floats(`${name}/gains`, [gains.length / length, length], gains),
      );
    }
    if (biases !== null) {
      bound += largest(biases);
      tensor = graph.binary(
        'ADD',
        tensor,
        graph.floats(`${name}/biases`, [biases.length / length, length], biases),
      );
    }
    return { tensor, bound };
  }

  /** Vectors one after the other. */
  async #gains(refs: readonly TensorRef[], offset: number): Promise<Float32Array> {
    const parts: Float32Array[] = [];
    for (const ref of refs) parts.push(await this.#reader.floats(ref));
    const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return offset === 0 ? all : all.map((value) => value + offset);
  }
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
