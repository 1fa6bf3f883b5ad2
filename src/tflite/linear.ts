/** Matrices and tables in the graph, by what weights are kept as. */
import type { LinearSpec, TensorRef } from '../model/decoder.js';
import type { GraphBuilder } from './graph.js';
import type { WeightReader } from './weights.js';

/** `int8`: codes with a scale for each row, multiplied with INT16 numbers. `float32`: as they are. */
export type TfliteWeights = 'int8' | 'float32';

/** What a token's vector is multiplied with, and the tables that rows are looked up in. */
export class Matrices {
  readonly #graph: GraphBuilder;
  readonly #reader: WeightReader;
  readonly #kind: TfliteWeights;
  /** Those that are used twice: an embedding that is the head as well. */
  readonly #tables = new Map<TensorRef, { readonly table: number; readonly scales: Float32Array | null }>();

  constructor(graph: GraphBuilder, reader: WeightReader, kind: TfliteWeights) {
    this.#graph = graph;
    this.#reader = reader;
    this.#kind = kind;
  }

  /**
   * `factor * (W x + b)`, with `x` `[1, columns]`.
   * @param bound no element of `x` can be larger; `null` when nothing is known
   */
  async linear(
    x: number,
    { weight, bias }: LinearSpec,
    factor = 1,
    bound: number | null = null,
  ): Promise<number> {
    const graph = this.#graph;
    const name = weight.name;
    const { table, scales } = await this.#table(weight);
    let y: number;
    if (scales === null) {
      y = graph.product(x, table);
      // The row's factor costs nothing where rows have scales; here it is a node of its own.
      if (factor !== 1) y = graph.binary('MUL', y, graph.number(factor));
    } else {
      const units = scales.map((scale) => scale * factor);
      y = graph.productOfCodes(x, table, bound);
      y = graph.binary('MUL', y, graph.floats(`${name}/scales`, [1, units.length], units));
    }
    if (bias === null) return y;
    const numbers = (await this.#reader.floats(bias)).map((value) => value * factor);
    return graph.binary('ADD', y, graph.floats(bias.name, [1, numbers.length], numbers));
  }

  /**
   * `factor` times a row of a table, `[1, columns]`.
   * @param index which row: INT32, `[1]`
   * @param most rows that the table has here
   */
  async row(ref: TensorRef, index: number, factor = 1, most = Infinity): Promise<number> {
    const graph = this.#graph;
    const { table, scales } = await this.#table(ref, most);
    const row = graph.lookup(table, index);
    if (scales === null) return factor === 1 ? row : graph.binary('MUL', row, graph.number(factor));
    // A table has one scale in TensorFlow Lite Micro: those of its rows are a table of their own.
    const units = scales.map((scale) => scale * factor);
    const scale = graph.gather(graph.floats(`${ref.name}/row scales`, [units.length, 1], units), index);
    return graph.binary('MUL', row, scale);
  }

  /** The numbers of a vector. */
  vector(ref: TensorRef): Promise<Float32Array> {
    return this.#reader.floats(ref);
  }

  async #table(
    ref: TensorRef,
    most = Infinity,
  ): Promise<{ readonly table: number; readonly scales: Float32Array | null }> {
    const known = this.#tables.get(ref);
    if (known !== undefined) return known;
    const [rows = 0, columns = 0] = ref.shape;
    const shape = [Math.min(rows, most), columns];
    let made;
    if (this.#kind === 'float32') {
      made = {
        table: this.#graph.floats(ref.name, shape, await this.#reader.floats(ref, most)),
        scales: null,
      };
    } else {
      const { codes, scales } = await this.#reader.codes(ref, most);
      made = { table: this.#graph.codes(ref.name, shape, codes), scales };
    }
    this.#tables.set(ref, made);
    return made;
  }
}
