/** Model shapes that between them use every branch of the engine. */
import { BLOCKS } from './block-shapes.js';
import type { LayerShape, ModelShape } from './model-shape.js';

const layer: LayerShape = { heads: 4, kvHeads: 2, headDim: 8, ffn: 48 };
const plain: ModelShape = {
  hidden: 32,
  vocab: 70,
  context: 40,
  layers: [layer, layer],
  encoding: 2,
  fused: true,
  tied: true,
};

/** Odd sizes of real tiny models: rows and heads that are not multiples of 16. */
const odd: LayerShape = { heads: 5, kvHeads: 1, headDim: 4, ffn: 44 };

export const SHAPES: Readonly<Record<string, ModelShape>> = {
  'fused rows': plain,
  'separate rows with gains and biases': {
    ...plain,
    fused: false,
    gains: true,
    biases: true,
    tied: false,
    headBias: true,
  },
  'fused with biases': { ...plain, biases: true, gains: true },
  'one scale a tensor, fused': { ...plain, encoding: 1 },
  'one scale a tensor, separate': { ...plain, encoding: 1, fused: false, tied: false },
  'groups of 32': { ...plain, encoding: 3, group: 32, hidden: 80, tied: false },
  'groups of 16 and a short last group': {
    ...plain,
    encoding: 3,
    group: 16,
    hidden: 40,
    layers: [odd],
    tied: true,
  },
  'groups longer than a row': { ...plain, encoding: 3, group: 32, hidden: 20, layers: [odd] },
  'groups of 32 with scales of 8 bits': { ...plain, encoding: 4, group: 32, hidden: 80, tied: true },
  'groups of 16 with scales of 8 bits and a short last group': {
    ...plain,
    encoding: 4,
    group: 16,
    hidden: 40,
    layers: [odd],
    tied: false,
  },
  'inputs in 16 bits and in 8, groups of 32 with scales of 8 bits': {
    ...plain,
    encoding: 4,
    group: 32,
    inputs: [3, 0],
    hidden: 272,
    layers: [{ heads: 8, kvHeads: 4, headDim: 34, ffn: 1100 }],
    tied: true,
  },
  'int4 in groups of 32': { ...plain, encoding: 5, group: 32, hidden: 80, tied: true },
  'int4 in groups of 16, blocks that are not full': {
    ...plain,
    encoding: 5,
    group: 16,
    hidden: 40,
    layers: [odd],
    tied: false,
  },
  'int4 in groups of 64, inputs in 16 bits and in 8, rows over many vectors': {
    ...plain,
    encoding: 5,
    group: 64,
    inputs: [3, 0],
    hidden: 272,
    layers: [{ heads: 8, kvHeads: 4, headDim: 34, ffn: 1100 }],
    tied: true,
  },
  'int4 in groups longer than a row, static activations': {
    ...plain,
    encoding: 5,
    group: 64,
    activations: 'static',
    hidden: 20,
    layers: [odd],
    tied: true,
  },
  'odd sizes': {
    ...plain,
    hidden: 20,
    vocab: 51,
    layers: [odd, { ...odd, heads: 3, kvHeads: 3, headDim: 6, ffn: 7 }],
  },
  'static activations': { ...plain, activations: 'static', tied: true },
  'static activations, separate head': { ...plain, activations: 'static', tied: false, fused: false },
  'f32 cache': { ...plain, cache: 'f32' },
  'a cache of 16 bits': { ...plain, cache: 'int16', layers: [{ ...layer, window: 5 }, layer] },
  'a cache of 16 bits, heads that are no whole vectors': {
    ...plain,
    hidden: 20,
    cache: 'int16',
    layers: [odd],
  },
  'keys of 16 bits': { ...plain, cache: 'k16v8' },
  'keys of 16 bits, heads that are no whole vectors': { ...plain, hidden: 20, cache: 'k16v8', layers: [odd] },
  'f32 weights': { ...plain, encoding: 0, cache: 'f32', fused: false, gains: true, biases: true },
  'f32 weights, fused, int8 cache': { ...plain, encoding: 0, hidden: 20, layers: [odd] },
  'f32 embedding as head': { ...plain, f32Embed: true },
  'sliding window': { ...plain, layers: [{ ...layer, window: 5 }, layer] },
  'window of one': { ...plain, layers: [{ ...layer, window: 1 }], cache: 'f32' },
  'partial and no rotary': {
    ...plain,
    layers: [
      { ...layer, rotaryDim: 4 },
      { ...layer, rotaryDim: 0 },
    ],
  },
  multipliers: {
    ...plain,
    embeddingScale: 3.5,
    logitScale: 0.25,
    layers: [{ ...layer, scoreScale: 0.354 }, layer],
  },
  'wide heads': { ...plain, hidden: 64, layers: [{ heads: 2, kvHeads: 1, headDim: 256, ffn: 16 }] },
  'wide heads in a cache of 16 bits': {
    ...plain,
    hidden: 64,
    cache: 'int16',
    layers: [{ heads: 3, kvHeads: 1, headDim: 256, ffn: 16 }],
  },
  'rows over many vectors': {
    ...plain,
    hidden: 272,
    layers: [{ heads: 8, kvHeads: 4, headDim: 34, ffn: 336 }],
  },
  'a pass of one token': { ...plain, maxBatch: 1 },
  'a long context': {
    ...plain,
    hidden: 16,
    vocab: 40,
    context: 1100,
    maxBatch: 32,
    layers: [{ heads: 2, kvHeads: 1, headDim: 8, ffn: 16 }],
  },
  'a long context in a cache of 16 bits': {
    ...plain,
    hidden: 16,
    vocab: 40,
    context: 1100,
    maxBatch: 32,
    cache: 'int16',
    layers: [{ heads: 3, kvHeads: 1, headDim: 8, ffn: 16 }],
  },
  'norms with biases': { ...plain, gains: true, normBiases: true },
  'norms with biases alone, f32 weights': { ...plain, encoding: 0, normBiases: true, fused: false },
  'inputs in 16 bits': { ...plain, inputs: [3], tied: true },
  'inputs in 16 bits, rows over many vectors': {
    ...plain,
    inputs: [3],
    hidden: 272,
    // More columns than products of 16 bits can be summed up in one int32.
    layers: [{ heads: 8, kvHeads: 4, headDim: 34, ffn: 1100 }],
  },
  'inputs by 32': { ...plain, inputs: [1], hidden: 80, tied: false },
  'inputs by 64': { ...plain, inputs: [2], hidden: 80, biases: true, fused: false },
  'inputs of every kind, one scale a tensor': { ...plain, encoding: 1, inputs: [3, 1, 0, 2], hidden: 80 },
  'inputs of every kind, groups of 32': {
    ...plain,
    encoding: 3,
    group: 32,
    inputs: [2, 3, 1, 0],
    hidden: 80,
    tied: false,
  },
  'inputs of every kind, groups of 64': {
    ...plain,
    encoding: 3,
    group: 64,
    inputs: [1, 2, 3],
    hidden: 80,
    layers: [{ ...layer, headDim: 20, ffn: 90 }],
    tied: false,
  },
  'inputs of every kind, odd sizes': {
    ...plain,
    hidden: 20,
    vocab: 51,
    inputs: [3, 1, 2],
    layers: [odd, { ...odd, heads: 3, kvHeads: 3, headDim: 6, ffn: 103 }],
  },
  ...traitShapes(),
  ...blockShapes(),
};

/** What families have beside what Llama has, in INT8 and, where it is float arithmetic, with F32 weights and cache. */
function traitShapes(): Readonly<Record<string, ModelShape>> {
  const all: Readonly<Record<string, { layer?: Partial<LayerShape>; model?: Partial<ModelShape> }>> = {
    'layer norms': { model: { norm: 'layer', gains: true, normBiases: true } },
    'layer norms alone': { model: { norm: 'layer' } },
    'learned positions': { layer: { rotaryDim: 0 }, model: { positions: true, embeddingScale: 2.5 } },
    'plain gelu': { layer: { mlp: 'plain', function: 'gelu' } },
    'plain gelu by a tangent, biases': {
      layer: { mlp: 'plain', function: 'geluTanh' },
      model: { biases: true },
    },
    'plain relu': { layer: { mlp: 'plain', function: 'relu', ffn: 45 } },
    'plain squared relu': { layer: { mlp: 'plain', function: 'relu2' } },
    'plain silu': { layer: { mlp: 'plain' } },
    'gated gelu': { layer: { function: 'gelu', ffn: 21 } },
    'gated gelu by a tangent, apart': { layer: { function: 'geluTanh' }, model: { fused: false } },
    slopes: { layer: { slopes: true } },
    'slopes and a window': { layer: { slopes: true, window: 5, scoreScale: 0.3 } },
    'capped scores and logits': { layer: { scoreCap: 0.5, scoreScale: 2 }, model: { logitCap: 1.5 } },
    'clipped projections': { layer: { clip: 0.4 } },
    'norm of heads': { layer: { headNorm: { over: 'head', kind: 'rms', gains: true } } },
    'norm of heads behind the rotation': { layer: { headNorm: { over: 'head', kind: 'rms', turned: true } } },
    'a norm a head': {
      layer: { headNorm: { over: 'heads', kind: 'layer', gains: true, biases: true }, rotaryDim: 4 },
    },
    'a norm of all heads': { layer: { headNorm: { over: 'all', kind: 'rms', gains: true }, clip: 0.9 } },
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, { layer: changes = {}, model = {} }]): [string, ModelShape][] => {
      const layers = [
        { ...layer, ...changes },
        { ...odd, heads: 6, kvHeads: 3, headDim: 6, ...changes },
      ];
      return [
        [name, { ...plain, layers, ...model }],
        [
          `${name}, f32 weights and cache`,
          { ...plain, encoding: 0, cache: 'f32', fused: false, layers, ...model },
        ],
      ];
    }),
  );
}

/** Every block in INT8, with gains and biases in F32, and as a layer among ordinary ones. */
function blockShapes(): Readonly<Record<string, ModelShape>> {
  return Object.fromEntries(
    Object.entries(BLOCKS).flatMap(([name, steps]): [string, ModelShape][] => [
      [name, { ...plain, layers: [layer, { ...layer, steps }, { ...odd, heads: 2, steps }] }],
      [
        `${name}, f32 weights with gains and biases`,
        {
          ...plain,
          encoding: 0,
          fused: false,
          gains: true,
          normBiases: true,
          biases: true,
          layers: [{ ...layer, steps }, layer],
        },
      ],
    ]),
  );
}
