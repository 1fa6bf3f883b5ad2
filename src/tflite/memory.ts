/** What a step leaves for the next: the cache of keys and values, and the newest tokens of convolutions. */
import type { GraphBuilder } from './graph.js';

/**
 * `variables`: the interpreter keeps it, zeros at first, as TensorFlow Lite Micro has it. `tensors`: inputs and outputs of each
 * step, which the caller hands on, as LiteRT needs it, whose variables have no content before they are assigned.
 */
export type TfliteCache = 'variables' | 'tensors';

/** Anything that is kept from step to step. */
export class Memory {
  readonly #graph: GraphBuilder;
  readonly #kind: TfliteCache;
  readonly #changed: { readonly tensor: number; readonly name: string }[] = [];
  /** Bytes of all that is kept. */
  bytes = 0;

  constructor(graph: GraphBuilder, kind: TfliteCache) {
    this.#graph = graph;
    this.#kind = kind;
  }

  /**
   * What is kept under a name becomes another, of the same shape.
   * @returns what it is now
   */
  change(name: string, shape: readonly number[], becomes: (kept: number) => number): number {
    this.bytes += 4 * shape.reduce((product, length) => product * length, 1);
    if (this.#kind === 'tensors') {
      const value = becomes(this.#graph.input(name, 'float32', shape));
      this.#changed.push({ tensor: value, name: `${name}/next` });
      return value;
    }
    const { handle, value: kept } = this.#graph.readVariable(name, shape);
    const value = becomes(kept);
    this.#graph.assignVariable(handle, value);
    return value;
  }

  /** After all else: what callers hand on comes behind the other outputs, in the order of its inputs. */
  finish(): void {
    for (const { tensor, name } of this.#changed) this.#graph.output(tensor, name);
  }
}
