/** A TensorFlow Lite graph as plain data, before it is a file, and what puts one together. */
import type { OperatorName } from './operators.js';

/** Kinds of elements; `resource` is a handle to a variable. */
export type ElementKind = 'float32' | 'int32' | 'int16' | 'int8' | 'bool' | 'resource';

/** Bytes of an element. */
export const ELEMENT_BYTES: Readonly<Record<ElementKind, number>> = {
  float32: 4,
  int32: 4,
  int16: 2,
  int8: 1,
  bool: 1,
  resource: 4,
};

export interface GraphTensor {
  readonly name: string;
  readonly kind: ElementKind;
  readonly shape: readonly number[];
  /** Elements of a constant; `null` for what nodes or callers write. */
  readonly data: Float32Array | Int32Array | Int8Array | null;
  /** What a code of 1 means; `null` where elements are no codes. A range that is not calibrated yet has NaN. */
  scale: number | null;
  /** Bound of the numbers, where one is proven; calibration goes no further. */
  readonly bound: number | null;
}

/** Options of a node that are not the operator's defaults. */
export interface NodeOptions {
  /** CONCATENATION */
  readonly axis?: number;
  /** SPLIT, SPLIT_V */
  readonly parts?: number;
  /** VAR_HANDLE */
  readonly variable?: string;
  /** RESHAPE */
  readonly shape?: readonly number[];
}

export interface GraphNode {
  readonly operator: OperatorName;
  /** Indices of tensors; −1 for an optional input that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly options: NodeOptions;
}

export interface Graph {
  readonly tensors: readonly GraphTensor[];
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Variables that the interpreter keeps from step to step. */
  readonly variables: number;
}

/** The product of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The operators of a graph, once each, by name. */
export function operatorsOf(graph: Pick<Graph, 'nodes'>): OperatorName[] {
  return [...new Set(graph.nodes.map(({ operator }) => operator))].sort();
}

/** The shape of an operator's result whose two inputs are broadcast as NumPy does. @throws RangeError */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[a.length - rank + axis] ?? 1;
    const y = b[b.length - rank + axis] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new RangeError(`[${a.join(', ')}] and [${b.join(', ')}] do not match.`);
    return x === 1 ? y : x;
  });
}

type Unary = 'ABS' | 'EXP' | 'LOGISTIC' | 'NEG' | 'RELU' | 'RSQRT' | 'SOFTMAX' | 'TANH';
type Binary = 'ADD' | 'DIV' | 'MAXIMUM' | 'MINIMUM' | 'MUL' | 'SUB';

/** Puts a graph together, node after node in the order in which they run. Tensors are named by their indices. */
export class GraphBuilder {
  readonly #tensors: GraphTensor[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #inputs: number[] = [];
  readonly #outputs: number[] = [];
  /** Constants that many nodes share, by what they are. */
  readonly #shared = new Map<string, number>();
  readonly #variables = new Set<string>();

  shape(tensor: number): readonly number[] {
    return this.#at(tensor).shape;
  }

  /** What a caller writes before each step. */
  input(name: string, kind: ElementKind, shape: readonly number[]): number {
    const tensor = this.#tensor({ name, kind, shape });
    this.#inputs.push(tensor);
    return tensor;
  }

  /** What a caller reads after each step, under this name. */
  output(tensor: number, name: string): void {
    this.#tensors[tensor] = { ...this.#at(tensor), name };
    this.#outputs.push(tensor);
  }

  floats(name: string, shape: readonly number[], data: Float32Array): number {
    return this.#tensor({ name, kind: 'float32', shape, data });
  }

  /** @param data one INT8 code an element, each worth 1 */
  codes(name: string, shape: readonly number[], data: Int8Array): number {
    return this.#tensor({ name, kind: 'int8', shape, data, scale: 1 });
  }

  /** Whole numbers; equal ones are one tensor. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): number {
    const key = `int32 ${shape.join(' ')}: ${values.join(' ')}`;
    return this.#once(key, () =>
      this.#tensor({
        name: `whole_${this.#shared.size}`,
        kind: 'int32',
        shape,
        data: Int32Array.from(values),
      }),
    );
  }

  /** One number; equal ones are one tensor. */
  number(value: number): number {
    const rounded = Math.fround(value);
    return this.#once(`float32 ${rounded}`, () =>
      this.floats(`number_${this.#shared.size}`, [1], Float32Array.of(rounded)),
    );
  }

  unary(operator: Unary, x: number): number {
    return this.#node(operator, [x], [{ shape: this.shape(x) }]);
  }

  binary(operator: Binary, x: number, y: number): number {
    return this.#node(operator, [x, y], [{ shape: broadcast(this.shape(x), this.shape(y)) }]);
  }

  /** The mean over the last axis, which stays with a length of 1. */
  mean(x: number): number {
    const shape = this.shape(x);
    const axis = this.integers([shape.length - 1]);
    return this.#node('MEAN', [x, axis], [{ shape: [...shape.slice(0, -1), 1] }]);
  }

  reshape(x: number, shape: readonly number[]): number {
    if (shape.join() === this.shape(x).join()) return x;
    const { kind } = this.#at(x);
    return this.#node('RESHAPE', [x, this.integers(shape)], [{ shape, kind }], { shape });
  }

  /** Row `index` (INT32, `[1]`) of a table of numbers `[rows, columns]`: `[1, columns]`. */
  gather(table: number, index: number): number {
    return this.#node('GATHER', [table, index], [{ shape: [1, ...this.shape(table).slice(1)] }]);
  }

  /** Row `index` (INT32, `[1]`) of a table of numbers or codes, as numbers. */
  lookup(table: number, index: number): number {
    return this.#node('EMBEDDING_LOOKUP', [index, table], [{ shape: [1, ...this.shape(table).slice(1)] }]);
  }

  /** Along the last axis but for whole numbers, which are vectors. */
  concatenate(parts: readonly number[], kind: ElementKind = 'float32'): number {
    const shape = this.shape(parts[0] as number);
    const axis = shape.length - 1;
    const length = parts.reduce((sum, part) => sum + (this.shape(part)[axis] ?? 0), 0);
    return this.#node('CONCATENATION', parts, [{ shape: [...shape.slice(0, -1), length], kind }], { axis });
  }

  /** Parts of the last axis of these lengths, which together are all of it. */
  split(x: number, lengths: readonly number[]): number[] {
    const shape = this.shape(x);
    const axis = this.integers([shape.length - 1]);
    const outputs = lengths.map((length) => ({ shape: [...shape.slice(0, -1), length] }));
    const options = { parts: lengths.length };
    const isEven = lengths.every((length) => length === lengths[0]);
    if (isEven) return this.#call('SPLIT', [axis, x], outputs, options);
    return this.#call('SPLIT_V', [x, this.integers(lengths), axis], outputs, options);
  }

  /** `x <= y` of whole numbers. */
  lessEqual(x: number, y: number): number {
    return this.#node(
      'LESS_EQUAL',
      [x, y],
      [{ shape: broadcast(this.shape(x), this.shape(y)), kind: 'bool' }],
    );
  }

  select(condition: number, yes: number, no: number): number {
    const shape = broadcast(this.shape(condition), broadcast(this.shape(yes), this.shape(no)));
    return this.#node('SELECT_V2', [condition, yes, no], [{ shape }]);
  }

  /** `x yᵀ` for each element of the first axis: `[n, a, c]` and `[n, b, c]` give `[n, a, b]`. */
  productTransposed(x: number, y: number): number {
    const [n = 0, a = 0] = this.shape(x);
    return this.#node('BATCH_MATMUL', [x, y], [{ shape: [n, a, this.shape(y)[1] ?? 0] }]);
  }

  /** `weights x`, of floats. */
  product(x: number, weights: number): number {
    return this.#node('FULLY_CONNECTED', [x, weights, -1], [{ shape: [1, this.shape(weights)[0] ?? 0] }]);
  }

  /**
   * The same with INT8 codes and numbers that become INT16 before; what comes is in units of a code.
   * @param bound no element of `x` can be larger; `null` when nothing is known
   */
  productOfCodes(x: number, weights: number, bound: number | null): number {
    const rows = [1, this.shape(weights)[0] ?? 0];
    const input = this.#node('QUANTIZE', [x], [{ shape: this.shape(x), kind: 'int16', scale: NaN, bound }]);
    const output = { shape: rows, kind: 'int16', scale: NaN } as const;
    return this.#node(
      'DEQUANTIZE',
      [this.#node('FULLY_CONNECTED', [input, weights, -1], [output])],
      [{ shape: rows }],
    );
  }

  /** What is in `target` with `part` in it from `begin` (INT32, one an axis) on. */
  update(target: number, part: number, begin: number): number {
    return this.#node('DYNAMIC_UPDATE_SLICE', [target, part, begin], [{ shape: this.shape(target) }]);
  }

  /** A variable of the interpreter's: its handle, and what is in it, zeros at first. */
  readVariable(name: string, shape: readonly number[]): { readonly handle: number; readonly value: number } {
    this.#variables.add(name);
    const handle = this.#node('VAR_HANDLE', [], [{ shape: [1], kind: 'resource' }], { variable: name });
    return { handle, value: this.#node('READ_VARIABLE', [handle], [{ shape }]) };
  }

  assignVariable(handle: number, value: number): void {
    this.#nodes.push({ operator: 'ASSIGN_VARIABLE', inputs: [handle, value], outputs: [], options: {} });
  }

  finish(): Graph {
    return {
      tensors: this.#tensors,
      nodes: this.#nodes,
      inputs: this.#inputs,
      outputs: this.#outputs,
      variables: this.#variables.size,
    };
  }

  #at(tensor: number): GraphTensor {
    const found = this.#tensors[tensor];
    if (found === undefined) throw new RangeError(`There is no tensor ${tensor}.`);
    return found;
  }

  #tensor(tensor: Partial<GraphTensor> & Pick<GraphTensor, 'name' | 'kind' | 'shape'>): number {
    return this.#tensors.push({ data: null, scale: null, bound: null, ...tensor }) - 1;
  }

  #once(key: string, make: () => number): number {
    const tensor = this.#shared.get(key) ?? make();
    this.#shared.set(key, tensor);
    return tensor;
  }

  #node(
    operator: OperatorName,
    inputs: readonly number[],
    output: readonly [NewTensor],
    options: NodeOptions = {},
  ): number {
    return this.#call(operator, inputs, output, options)[0] as number;
  }

  #call(
    operator: OperatorName,
    inputs: readonly number[],
    made: readonly NewTensor[],
    options: NodeOptions,
  ): number[] {
    const name = operator.toLowerCase();
    const outputs = made.map((tensor) =>
      this.#tensor({ name: `${name}_${this.#tensors.length}`, kind: 'float32', ...tensor }),
    );
    this.#nodes.push({ operator, inputs, outputs, options });
    return outputs;
  }
}

type NewTensor = Pick<GraphTensor, 'shape'> & Partial<Pick<GraphTensor, 'kind' | 'scale' | 'bound'>>;
