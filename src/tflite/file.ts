/** A graph as a `.tflite` file: the published schema (tensorflow/compiler/mlir/lite/schema/schema.fbs), version 3. */
import { writeFlatbuffer, type FlatField, type FlatObject } from './flatbuffer.js';
import { operatorsOf, type ElementKind, type Graph, type GraphNode, type GraphTensor } from './graph.js';
import { OPERATORS } from './operators.js';

const SCHEMA_VERSION = 3;
const IDENTIFIER = 'TFL3';

/** `TensorType` */
const ELEMENT_CODE: Readonly<Record<ElementKind, number>> = {
  float32: 0,
  int32: 2,
  bool: 6,
  int16: 7,
  int8: 9,
  resource: 13,
};

/** Codes beyond this have another field; readers of before it see this one. */
const LAST_OLD_CODE = 127;

/** How the graph is called inside the file. */
export interface FileFacts {
  readonly name: string;
  readonly description: string;
}

/**
 * The file in pieces that follow each other; those with weights are the graph's own.
 * @throws RangeError for a range that is not calibrated
 */
export function tfliteFile(graph: Graph, { name, description }: FileFacts): Uint8Array[] {
  const codes = operatorsOf(graph);
  // Buffer 0 is empty, for all tensors that are no constants.
  const buffers: FlatObject[] = [table()];
  const tensors = graph.tensors.map((tensor) => {
    if (tensor.data === null) return tensorTable(tensor, 0);
    const { buffer, byteOffset, byteLength } = tensor.data;
    buffers.push(table({ kind: 'block', bytes: new Uint8Array(buffer, byteOffset, byteLength) }));
    return tensorTable(tensor, buffers.length - 1);
  });
  const operators = graph.nodes.map((node) => operatorTable(node, codes.indexOf(node.operator)));
  const subgraph = table(
    { kind: 'tables', of: tensors },
    wholes(graph.inputs),
    wholes(graph.outputs),
    { kind: 'tables', of: operators },
    text(name),
  );
  const model = table(
    whole(SCHEMA_VERSION),
    { kind: 'tables', of: codes.map((code) => codeTable(OPERATORS[code])) },
    { kind: 'tables', of: [subgraph] },
    text(description),
    { kind: 'tables', of: buffers },
    null,
    null,
    { kind: 'tables', of: [signature(graph)] },
  );
  return writeFlatbuffer(model, IDENTIFIER);
}

function codeTable({ code, version }: { readonly code: number; readonly version: number }): FlatObject {
  return table(byte(Math.min(code, LAST_OLD_CODE)), null, whole(version), whole(code));
}

function tensorTable({ name, kind, shape, scale }: GraphTensor, buffer: number): FlatObject {
  if (scale !== null && !(scale > 0)) throw new RangeError(`${name} has no scale.`);
  // Without limits, with one scale and the zero point 0.
  const quantization =
    scale === null
      ? null
      : table(null, null, { kind: 'floats', values: [scale] }, { kind: 'longs', values: [0] });
  return table(
    wholes(shape),
    byte(ELEMENT_CODE[kind]),
    whole(buffer),
    text(name),
    quantization,
    null,
    null,
    null,
    byte(1),
  );
}

function operatorTable(node: GraphNode, code: number): FlatObject {
  const { options } = OPERATORS[node.operator];
  return table(
    whole(code),
    wholes(node.inputs),
    wholes(node.outputs),
    options === 0 ? null : byte(options),
    options === 0 ? null : table(...optionFields(node)),
  );
}

/** Fields of the operator's own table of options. */
function optionFields({ operator, options }: GraphNode): FlatField[] {
  switch (operator) {
    case 'BATCH_MATMUL':
      // adj_x, adj_y
      return [null, byte(1)];
    case 'CONCATENATION':
      return [whole(options.axis ?? 0)];
    case 'FULLY_CONNECTED':
      // keep_num_dims; the bias that is not there is INT32
      return [null, null, byte(1), null, byte(ELEMENT_CODE.int32)];
    case 'MEAN':
      // keep_dims
      return [byte(1)];
    case 'RESHAPE':
      return [wholes(options.shape ?? [])];
    case 'SOFTMAX':
      // beta
      return [{ kind: 'float', value: 1 }];
    case 'SPLIT':
    case 'SPLIT_V':
      return [whole(options.parts ?? 1)];
    case 'VAR_HANDLE':
      // container, shared_name
      return [text(''), text(options.variable ?? '')];
    default:
      return [];
  }
}

/** Names for inputs and outputs, by which LiteRT finds them. */
function signature({ tensors, inputs, outputs }: Graph): FlatObject {
  const named = (indices: readonly number[]): FlatObject => ({
    kind: 'tables',
    of: indices.map((index) => table(text(tensors[index]?.name ?? ''), whole(index))),
  });
  return table(named(inputs), named(outputs), text('step'), null, whole(0));
}

function table(...fields: FlatField[]): FlatObject {
  return { kind: 'table', fields };
}

function byte(value: number): FlatField {
  return { kind: 'byte', value };
}

function whole(value: number): FlatField {
  return { kind: 'whole', value };
}

function wholes(values: readonly number[]): FlatObject {
  return { kind: 'wholes', values };
}

function text(value: string): FlatObject {
  return { kind: 'text', text: value };
}
