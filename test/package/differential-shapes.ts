/** Small packages that between them have every record, encoding, role and kind of block that readers judge. */
import { BLOCKS } from '../engine/block-shapes.js';
import type { LayerShape, ModelShape } from '../engine/model-shape.js';

const layer: LayerShape = { heads: 2, kvHeads: 1, headDim: 4, ffn: 8 };

const tiny: ModelShape = {
  hidden: 8,
  vocab: 6,
  context: 3,
  layers: [layer],
  encoding: 2,
  fused: true,
  tied: true,
  stops: [2, 5],
  bos: 1,
};

export const DIFFERENTIAL_SHAPES: Readonly<Record<string, ModelShape>> = {
  'fused, tied': { ...tiny, metadata: { name: 'x' } },
  'static, one scale a source': {
    ...tiny,
    encoding: 1,
    activations: 'static',
    tied: false,
    biases: true,
    headBias: true,
    layers: [layer, { ...layer, rotaryDim: 0, window: 2 }],
  },
  'separate, gains and norm biases': {
    ...tiny,
    fused: false,
    gains: true,
    normBiases: true,
    biases: true,
    activations: 'static',
    layers: [{ ...layer, heads: 2, kvHeads: 2, rotaryDim: 2 }],
  },
  groups: { ...tiny, encoding: 3, group: 16, hidden: 40, tied: false, f32Embed: true },
  'inputs of every kind': {
    ...tiny,
    encoding: 3,
    group: 32,
    hidden: 40,
    inputs: [3, 1, 2, 0],
    tied: false,
  },
  'inputs of a tied head': { ...tiny, inputs: [3, 0, 1] },
  floats: {
    ...tiny,
    encoding: 0,
    cache: 'f32',
    layers: [
      { ...layer, steps: BLOCKS['sandwich'] ?? [] },
      { ...layer, rotaryDim: 2, steps: BLOCKS['parallel with two norms'] ?? [] },
    ],
  },
  'slopes, norms of heads, plain feed-forwards': {
    ...tiny,
    norm: 'layer',
    gains: true,
    normBiases: true,
    positions: true,
    logitCap: 3,
    layers: [
      {
        ...layer,
        slopes: true,
        mlp: 'plain',
        function: 'relu2',
        headNorm: { over: 'heads', kind: 'layer', turned: true, gains: true, biases: true },
      },
      { ...layer, scoreCap: 5, clip: 2, headNorm: { over: 'head', kind: 'rms', gains: true } },
    ],
  },
  convolutions: {
    ...tiny,
    gains: true,
    biases: true,
    layers: [
      { ...layer, taps: 4, steps: BLOCKS['convolution'] ?? [] },
      { ...layer, steps: BLOCKS['convolutions beside attention'] ?? [] },
    ],
  },
  'a norm of all heads, positions in floats': {
    ...tiny,
    tied: false,
    f32Embed: true,
    positions: true,
    layers: [{ ...layer, function: 'gelu', headNorm: { over: 'all', kind: 'rms', gains: true } }],
  },
  'without positions': {
    ...tiny,
    layers: [
      { ...layer, rotaryDim: 0, steps: BLOCKS['several of a kind'] ?? [] },
      { ...layer, rotaryDim: 0, steps: BLOCKS['norms after sums'] ?? [] },
    ],
  },
};
