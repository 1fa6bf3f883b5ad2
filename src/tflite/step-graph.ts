/** One step of a decoder as a graph: a token and its position in, the logits of the next one out. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { ConvSpec, DecoderModel, MlpSpec, Step } from '../model/decoder.js';
import { withContext } from '../model/rotaries.js';
import type { PlaceKind } from '../schema/kinds.js';
import { attention, capped, Positions, type AttentionParts } from './attention.js';
import { applyFunction } from './functions.js';
import { GraphBuilder, type Graph } from './graph.js';
import { Matrices, type TfliteWeights } from './linear.js';
import { Memory, type TfliteCache } from './memory.js';
import { Norms } from './norms.js';
import { WeightReader } from './weights.js';

export interface StepGraphOptions {
  readonly weights: TfliteWeights;
  readonly cache: TfliteCache;
  /** Positions of a text: 1 to what the model holds for. */
  readonly context: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes that were read of a tensor. */
  readonly onRead?: ((name: string, bytes: number) => void) | undefined;
}

/** A graph, and what its cache takes. */
export interface StepGraph {
  /** Inputs: token and position, INT32 `[1]` each, then what is kept; outputs: logits `[1, vocab]`, then what is kept. */
  readonly graph: Graph;
  readonly context: number;
  /** Bytes of what is kept from step to step. */
  readonly cacheBytes: number;
}

/**
 * Builds the graph. Ranges of INT16 numbers are `NaN` yet: `calibrate` finds them.
 * @throws FormatError for a weight that is not a number; TransportError; the signal's reason
 */
export async function stepGraph(
  decoder: DecoderModel,
  checkpoint: Checkpoint,
  options: StepGraphOptions,
): Promise<StepGraph> {
  const { context } = options;
  const model = withContext(decoder, context);
  const graph = new GraphBuilder();
  const reader = new WeightReader(checkpoint, options.signal, options.onRead);
  const token = graph.input('token', 'int32', [1]);
  const position = graph.input('position', 'int32', [1]);
  const parts: AttentionParts = {
    graph,
    matrices: new Matrices(graph, reader, options.weights),
    norms: new Norms(graph, reader),
    memory: new Memory(graph, options.cache),
    positions: new Positions(graph, position, context, model.rotaries),
    context,
  };
  let x = await embedded(model, parts, token);
  x = await throughBlocks(model, parts, x);
  graph.output(await logits(model, parts, x), 'logits');
  parts.memory.finish();
  return { graph: graph.finish(), context, cacheBytes: parts.memory.bytes };
}

async function embedded(
  model: DecoderModel,
  { graph, matrices, positions, context }: AttentionParts,
  token: number,
): Promise<number> {
  let x = await matrices.row(model.embedding, token, model.embeddingScale);
  if (model.projections !== undefined)
    x = await matrices.linear(x, { weight: model.projections.into, bias: null });
  if (model.positions === null) return x;
  return graph.binary('ADD', x, await matrices.row(model.positions, positions.position, 1, context));
}

/** A token's vector in one of its places. */
interface Placed {
  readonly tensor: number;
  readonly bound: number | null;
}

async function throughBlocks(model: DecoderModel, parts: AttentionParts, embedding: number): Promise<number> {
  const places = new Map<PlaceKind, Placed>([['residual', { tensor: embedding, bound: null }]]);
  const at = (place: PlaceKind): Placed => {
    const found = places.get(place);
    if (found === undefined) throw new RangeError(`A step reads ${place}, which no step has written.`);
    return found;
  };
  for (const [layer, { steps }] of model.blocks.entries()) {
    for (const [index, step] of steps.entries()) {
      const result = await stepResult(parts, step, at(step.reads), `layer_${layer}/step_${index}`);
      const { writes, adds } = step;
      if (!adds) places.set(writes, result);
      else
        places.set(writes, {
          tensor: parts.graph.binary('ADD', at(writes).tensor, result.tensor),
          bound: null,
        });
    }
  }
  return at('residual').tensor;
}

async function stepResult(
  parts: AttentionParts,
  step: Step,
  { tensor, bound }: Placed,
  name: string,
): Promise<Placed> {
  switch (step.kind) {
    case 'norm':
      return parts.norms.vector(tensor, step.norm);
    case 'attention':
      return { tensor: await attention(parts, tensor, bound, step.attention, name), bound: null };
    case 'mlp':
      return { tensor: await feedForward(parts, tensor, bound, step.mlp), bound: null };
    case 'conv':
      return { tensor: await convolution(parts, tensor, bound, step.conv, name), bound: null };
  }
}

async function feedForward(
  { graph, matrices }: AttentionParts,
  x: number,
  bound: number | null,
  spec: MlpSpec,
): Promise<number> {
  const gate = spec.gate === null ? null : await matrices.linear(x, spec.gate, 1, bound);
  const up = await matrices.linear(x, spec.up, 1, bound);
  const inner =
    gate === null
      ? applyFunction(graph, spec.function, up)
      : graph.binary('MUL', applyFunction(graph, spec.function, gate), up);
  return matrices.linear(inner, spec.down, spec.factor);
}

/** The newest tokens are kept; those before the first token of a text are zeros, whatever was kept of another text. */
async function convolution(
  { graph, matrices, memory, positions }: AttentionParts,
  x: number,
  bound: number | null,
  spec: ConvSpec,
  name: string,
): Promise<number> {
  const all = await matrices.linear(x, spec.input, 1, bound);
  const width = (graph.shape(all)[1] ?? 0) / 3;
  const [before = 0, after = 0, values = 0] = graph.split(all, [width, width, width]);
  let newest = graph.binary('MUL', before, values);
  const taps: number[] = [];
  for (const tap of spec.taps) taps.push(graph.floats(tap.name, [1, width], await matrices.vector(tap)));
  let sum = graph.binary('MUL', newest, taps.at(-1) ?? 0);
  const isFirst = graph.lessEqual(positions.position, graph.integers([0]));
  for (let tap = taps.length - 2; tap >= 0; tap--) {
    const next = newest;
    memory.change(`${name}/tap_${tap}`, [1, width], (kept) => {
      newest = graph.select(isFirst, graph.number(0), kept);
      return next;
    });
    sum = graph.binary('ADD', sum, graph.binary('MUL', newest, taps[tap] as number));
  }
  if (spec.bias !== null)
    sum = graph.binary(
      'ADD',
      sum,
      graph.floats(spec.bias.name, [1, width], await matrices.vector(spec.bias)),
    );
  return matrices.linear(graph.binary('MUL', after, sum), spec.output);
}

async function logits(
  model: DecoderModel,
  { graph, matrices, norms }: AttentionParts,
  x: number,
): Promise<number> {
  const normed = await norms.vector(x, model.finalNorm);
  let { tensor } = normed;
  let bound: number | null = normed.bound;
  if (model.projections !== undefined) {
    tensor = await matrices.linear(tensor, { weight: model.projections.out, bias: null }, 1, bound);
    bound = null;
  }
  const head = model.head ?? { weight: model.embedding, bias: null };
  return capped(graph, await matrices.linear(tensor, head, model.logitScale, bound), model.logitCap);
}
