/**
 * How large the arena of TensorFlow Lite Micro has to be. What nodes write and read shares memory by a plan that is made anew here
 * as its greedy planner makes it; what stays is counted with what the interpreter keeps for each tensor and node.
 */
import { ELEMENT_BYTES, elementCount, type Graph } from './graph.js';

/** Everything in the arena is aligned to this. */
const ALIGNMENT = 16;

/** Bytes that the interpreter keeps of each tensor and node, with pointers of 64 bits; those of 32 bits take about half. */
const TENSOR_BYTES = 24;
const NODE_BYTES = 64;

/** Most bytes that a kernel keeps of a node, padding included. */
const NODE_DATA_BYTES = 48;

/** The interpreter's own, whatever the graph; with what it keeps of each input and output. */
const OWN_BYTES = 8192;
const PORT_BYTES = 96;

/** While memory is planned, the planner works in the arena: bytes for each tensor, for each that has to have a place, and at all. */
const PLANNED_TENSOR_BYTES = 32;
const PLANNED_PLACE_BYTES = 40;
const PLANNER_BYTES = 1024;

/** A tensor that lives from one node to another. */
interface Lifetime {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
  readonly index: number;
}

/** Bytes of the arena, in its parts. */
export interface Arena {
  /** What nodes write and others read, or what the planning of it takes before, where that is more. */
  readonly shared: number;
  /** What variables hold. */
  readonly variables: number;
  /** What the interpreter and its kernels keep, with pointers of 64 bits. */
  readonly kept: number;
  /** Enough for all of it. */
  readonly bytes: number;
}

/** The arena that a graph needs. */
export function arenaOf(graph: Graph): Arena {
  const lives = lifetimes(graph);
  const shared = Math.max(planned(lives), planningBytes(graph, lives.length));
  const variables = variableBytes(graph);
  const kept =
    OWN_BYTES +
    TENSOR_BYTES * graph.tensors.length +
    (NODE_BYTES + NODE_DATA_BYTES) * graph.nodes.length +
    PORT_BYTES * (graph.inputs.length + graph.outputs.length);
  return { shared, variables, kept, bytes: aligned(shared + variables + kept) };
}

/** A mean has places of its own, as many as two. */
function planningBytes({ tensors, nodes }: Graph, lives: number): number {
  const own = 2 * nodes.filter(({ operator }) => operator === 'MEAN').length;
  return PLANNER_BYTES + PLANNED_TENSOR_BYTES * (tensors.length + own) + PLANNED_PLACE_BYTES * (lives + own);
}

function variableBytes({ nodes, tensors }: Graph): number {
  let sum = 0;
  for (const { operator, outputs } of nodes)
    if (operator === 'READ_VARIABLE')
      for (const output of outputs) sum += aligned(4 * elementCount(tensors[output]?.shape ?? []));
  return sum;
}

function lifetimes({ tensors, nodes, inputs, outputs }: Graph): Lifetime[] {
  const first = new Map<number, number>(inputs.map((tensor) => [tensor, 0]));
  const last = new Map<number, number>(inputs.map((tensor) => [tensor, 0]));
  nodes.forEach((node, at) => {
    for (const tensor of node.outputs) first.set(tensor, at);
    for (const tensor of [...node.inputs, ...node.outputs]) last.set(tensor, at);
  });
  for (const tensor of outputs) last.set(tensor, nodes.length - 1);
  return [...first].map(([tensor, begin]) => {
    const { kind = 'float32', shape = [] } = tensors[tensor] ?? {};
    const bytes = aligned(ELEMENT_BYTES[kind] * elementCount(shape));
    return { bytes, first: begin, last: last.get(tensor) ?? begin, index: tensor };
  });
}

/** Largest first, each at the lowest place that is free as long as it lives. */
function planned(all: readonly Lifetime[]): number {
  const placed: { readonly begin: number; readonly end: number; readonly life: Lifetime }[] = [];
  let total = 0;
  for (const life of [...all].sort((a, b) => b.bytes - a.bytes || a.index - b.index)) {
    let begin = 0;
    for (const other of placed) {
      if (other.life.last < life.first || life.last < other.life.first) continue;
      if (other.begin >= begin + life.bytes) break;
      begin = Math.max(begin, other.end);
    }
    const at = placed.findIndex((other) => other.begin > begin);
    placed.splice(at < 0 ? placed.length : at, 0, { begin, end: begin + life.bytes, life });
    total = Math.max(total, begin + life.bytes);
  }
  return total;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
