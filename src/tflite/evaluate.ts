/**
 * Runs a graph step by step, to see how large its numbers become. What is to be INT16 stays as it was until it has a scale, and is
 * rounded from then on, as TensorFlow Lite Micro rounds it.
 */
import { elementCount, type Graph, type GraphNode, type GraphTensor } from './graph.js';
import {
  binary,
  batchProduct,
  cut,
  mean,
  product,
  select,
  softmax,
  unary,
  update,
  type Values,
} from './arithmetic.js';

/** Largest INT16 code. */
const CODE_MAX = 32767;

export class Evaluator {
  readonly #graph: Graph;
  /** What each tensor holds; constants from the start. */
  readonly #values: (Values | null)[];
  readonly #variables = new Map<string, Values>();
  /** Largest magnitude so far, of tensors that become INT16. */
  readonly #largest = new Map<GraphTensor, number>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#values = graph.tensors.map(({ data }) => data);
  }

  /** What is kept from step to step becomes zeros. */
  reset(): void {
    this.#variables.clear();
  }

  /**
   * One step.
   * @param inputs elements of the graph's inputs, in their order
   * @returns its outputs, in their order
   */
  step(inputs: readonly Values[]): Values[] {
    this.#graph.inputs.forEach((tensor, i) => (this.#values[tensor] = inputs[i] ?? null));
    for (const node of this.#graph.nodes) {
      const results = this.#run(node);
      node.outputs.forEach((tensor, i) => (this.#values[tensor] = results[i] ?? null));
    }
    return this.#graph.outputs.map((tensor) => this.#of(tensor));
  }

  /** The largest magnitude that a tensor that becomes INT16 has had in the steps so far, 0 for none. */
  largest(tensor: GraphTensor): number {
    return this.#largest.get(tensor) ?? 0;
  }

  #run(node: GraphNode): Values[] {
    const { operator, inputs, outputs, options } = node;
    const x = inputs[0] ?? -1;
    const y = inputs[1] ?? -1;
    const result = outputs[0] ?? -1;
    const shape = (tensor: number): readonly number[] => this.#graph.tensors[tensor]?.shape ?? [];
    switch (operator) {
      case 'ABS':
      case 'EXP':
      case 'LOGISTIC':
      case 'NEG':
      case 'RELU':
      case 'RSQRT':
      case 'TANH':
        return [unary(operator, this.#of(x))];
      case 'ADD':
      case 'DIV':
      case 'MAXIMUM':
      case 'MINIMUM':
      case 'MUL':
      case 'SUB':
      case 'LESS_EQUAL':
        return [binary(operator, this.#of(x), shape(x), this.#of(y), shape(y), shape(result))];
      case 'SELECT_V2': {
        const z = inputs[2] ?? -1;
        const [yes, no] = [this.#of(y), this.#of(z)];
        return [select(this.#of(x), shape(x), yes, shape(y), no, shape(z), shape(result))];
      }
      case 'SOFTMAX':
        return [softmax(this.#of(x), shape(x).at(-1) ?? 1)];
      case 'MEAN':
        return [mean(this.#of(x), shape(x).at(-1) ?? 1)];
      case 'RESHAPE':
        return [this.#of(x)];
      case 'QUANTIZE':
        return [this.#rounded(this.#of(x), result)];
      case 'DEQUANTIZE':
        return [this.#of(x)];
      case 'FULLY_CONNECTED':
        return [this.#rounded(product(this.#of(y), this.#of(x)), result)];
      case 'BATCH_MATMUL':
        return [batchProduct(this.#of(x), shape(x), this.#of(y), shape(y))];
      case 'GATHER':
        return [row(this.#of(x), shape(x), this.#of(y))];
      case 'EMBEDDING_LOOKUP':
        return [row(this.#of(y), shape(y), this.#of(x))];
      case 'CONCATENATION':
        return [this.#concatenated(inputs, shape)];
      case 'SPLIT':
        return cut(
          this.#of(y),
          shape(y).at(-1) ?? 1,
          outputs.map((part) => shape(part).at(-1) ?? 1),
        );
      case 'SPLIT_V':
        return cut(
          this.#of(x),
          shape(x).at(-1) ?? 1,
          outputs.map((part) => shape(part).at(-1) ?? 1),
        );
      case 'DYNAMIC_UPDATE_SLICE':
        return [update(this.#of(x), shape(x), this.#of(y), shape(y), this.#of(inputs[2] ?? -1))];
      case 'VAR_HANDLE':
        this.#names.set(result, options.variable ?? '');
        return [Int32Array.of(0)];
      case 'READ_VARIABLE':
        return [
          this.#variables.get(this.#names.get(x) ?? '') ?? new Float32Array(elementCount(shape(result))),
        ];
      case 'ASSIGN_VARIABLE':
        this.#variables.set(this.#names.get(x) ?? '', this.#of(y).slice());
        return [];
    }
  }

  /** The variables' names, by the tensors of their handles. */
  readonly #names = new Map<number, string>();

  #concatenated(inputs: readonly number[], shape: (tensor: number) => readonly number[]): Values {
    const rows = elementCount(shape(inputs[0] ?? -1).slice(0, -1));
    const parts = inputs.map((part) => ({ values: this.#of(part), length: shape(part).at(-1) ?? 1 }));
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const isWhole = this.#of(inputs[0] ?? -1) instanceof Int32Array;
    const joined = isWhole ? new Int32Array(rows * length) : new Float32Array(rows * length);
    let at = 0;
    for (let index = 0; index < rows; index++) {
      for (const part of parts) {
        joined.set(part.values.subarray(index * part.length, (index + 1) * part.length), at);
        at += part.length;
      }
    }
    return joined;
  }

  /** In the numbers that INT16 codes stand for, once there is a scale. */
  #rounded(values: Values, result: number): Values {
    const tensor = this.#graph.tensors[result];
    const scale = tensor?.scale ?? null;
    if (tensor === undefined || scale === null) return values;
    if (scale > 0) return values.map((value) => scale * clamp(Math.round(value / scale)));
    let most = this.largest(tensor);
    for (const value of values) most = Math.max(most, Math.abs(value));
    this.#largest.set(tensor, most);
    return values;
  }

  #of(tensor: number): Values {
    const values = this.#values[tensor];
    if (values === null || values === undefined)
      throw new RangeError(`Tensor ${tensor} is read before it is written.`);
    return values;
  }
}

function clamp(code: number): number {
  return Math.max(-CODE_MAX - 1, Math.min(CODE_MAX, code));
}

function row(table: Values, [rows = 0, ...rest]: readonly number[], index: Values): Values {
  const length = elementCount(rest);
  const which = index[0] ?? 0;
  if (which < 0 || which >= rows) throw new RangeError(`Row ${which} of ${rows} is looked up.`);
  const part = table.subarray(which * length, (which + 1) * length);
  return part instanceof Float32Array ? part : Float32Array.from(part);
}
