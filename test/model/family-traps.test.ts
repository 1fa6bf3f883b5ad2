/**
 * What goes wrong silently when a family is read carelessly: each mistake is made on purpose and must show in the logits of
 * a fixture, by far more than engines may differ. A fixture that would not tell a mistake from the truth is none.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  AttentionSpec,
  ConvSpec,
  DecoderModel,
  MlpSpec,
  NormSpec,
  Step,
  TensorRef,
} from '../../src/model/decoder.js';
import { distance, openFixture } from './family-fixtures.js';
import { plainForward } from './plain-forward.js';

/** A hundred times what any engine may be off by; the two forms of gelu differ by less, but five times that. */
const SHOWS = 2e-3;
const FORM_SHOWS = 1e-4;

type Mistake = (model: DecoderModel) => DecoderModel;

function everyStep(change: (step: Step) => Step): Mistake {
  return (model) => ({ ...model, blocks: model.blocks.map(({ steps }) => ({ steps: steps.map(change) })) });
}

const attention = (change: (spec: AttentionSpec) => Partial<AttentionSpec>): Mistake =>
  everyStep((step) =>
    step.kind === 'attention'
      ? { ...step, attention: { ...step.attention, ...change(step.attention) } }
      : step,
  );

const mlp = (change: (spec: MlpSpec) => Partial<MlpSpec>): Mistake =>
  everyStep((step) => (step.kind === 'mlp' ? { ...step, mlp: { ...step.mlp, ...change(step.mlp) } } : step));

const convolution = (change: (spec: ConvSpec) => Partial<ConvSpec>): Mistake =>
  everyStep((step) =>
    step.kind === 'conv' ? { ...step, conv: { ...step.conv, ...change(step.conv) } } : step,
  );

const norms = (change: (spec: NormSpec) => Partial<NormSpec>): Mistake => {
  const steps = everyStep((step) =>
    step.kind === 'norm' ? { ...step, norm: { ...step.norm, ...change(step.norm) } } : step,
  );
  return (model) => ({ ...steps(model), finalNorm: { ...model.finalNorm, ...change(model.finalNorm) } });
};

const headNorm = (change: object): Mistake =>
  attention((spec) => (spec.headNorm === null ? {} : { headNorm: { ...spec.headNorm, ...change } }));

/** Rows in the order in which they are stored, from the first that a view takes. */
function inOrder(ref: TensorRef): TensorRef {
  const rows = ref.view?.rows;
  if (rows === undefined || !('length' in rows)) return ref;
  const list = rows;
  return { ...ref, view: { ...ref.view, rows: [...list].sort((a, b) => a - b) } };
}

const storedOrder = attention(({ query, key }) => ({
  query: { ...query, weight: inOrder(query.weight) },
  key: { ...key, weight: inOrder(key.weight) },
}));

/** Fused rows taken as all of the query, then all of the key, then all of the value. */
const fusedAsParts = attention(({ query, key, value }) => {
  const part = (ref: TensorRef, begin: number): TensorRef => ({
    ...ref,
    view: { ...ref.view, rows: { begin, end: begin + (ref.shape[0] ?? 0) } },
  });
  const [q, k] = [query.weight.shape[0] ?? 0, key.weight.shape[0] ?? 0];
  return {
    query: { ...query, weight: part(query.weight, 0) },
    key: { ...key, weight: part(key.weight, q) },
    value: { ...value, weight: part(value.weight, q + k) },
  };
});

const window = (change: (window: number) => number | null): Mistake =>
  attention(({ window: tokens }) => ({ window: tokens === null ? null : change(tokens) }));

const rotaries =
  (change: (model: DecoderModel) => DecoderModel['rotaries']): Mistake =>
  (model) => ({
    ...model,
    rotaries: change(model),
  });

const rootOfHead = attention(({ headDim }) => ({ scale: 1 / Math.sqrt(headDim) }));
const otherGelu = mlp(({ function: kind }) => ({ function: kind === 'gelu' ? 'geluTanh' : 'gelu' }));
const noBiases = attention(({ query, key, value }) => ({
  query: { ...query, bias: null },
  key: { ...key, bias: null },
  value: { ...value, bias: null },
}));
const noOutputBias = attention(({ output }) => ({ output: { ...output, bias: null } }));
const noRotation = attention(() => ({ position: { kind: 'none' } }));
const allRotate = attention(() => ({ position: { kind: 'rotary', table: 0 } }));
const wholeHeads = rotaries(({ blocks }) => {
  const [first] = blocks.flatMap(({ steps }) => steps.filter((step) => step.kind === 'attention'));
  const dim = first?.kind === 'attention' ? first.attention.headDim : 0;
  const inverseFrequencies = Array.from({ length: dim / 2 }, (_, i) => 10_000 ** ((-2 * i) / dim));
  return [{ dim, inverseFrequencies, attentionFactor: 1 }];
});
const sequential: Mistake = (model) => ({
  ...model,
  blocks: model.blocks.map(({ steps }) => ({
    // Norms right before what reads them, so that the second sees the sum.
    steps: steps.flatMap((step): Step[] => {
      if (step.kind === 'norm') return [];
      const norm = steps.findLast((other) => other.kind === 'norm' && other.writes === step.reads);
      return norm === undefined ? [step] : [norm, step];
    }),
  })),
});

const TRAPS: readonly (readonly [fixture: string, mistake: string, make: Mistake])[] = [
  ['qwen2', 'biases of query, key and value are left out', noBiases],
  ['qwen2', 'the window counts although it is switched off', attention(() => ({ window: 4 }))],
  ['qwen2-window', 'the window is one token longer', window((tokens) => tokens + 1)],
  ['qwen3', 'norms of heads are left out', attention(() => ({ headNorm: null }))],
  ['qwen3', 'norms of heads stand behind the rotation', headNorm({ turned: true })],
  ['qwen3', 'the epsilon of norms is that of the class', headNorm({ epsilon: 1e-6 })],
  ['phi3', 'the window is one token shorter', window((tokens) => tokens - 1)],
  ['phi3-longrope', 'whole heads rotate', wholeHeads],
  [
    'phi3-longrope',
    'the factor on cosine and sine is left out',
    rotaries(({ rotaries: all }) => all.map((table) => ({ ...table, attentionFactor: 1 }))),
  ],
  ['smollm3', 'all layers rotate', allRotate],
  ['granite', 'scores are scaled by the head size', rootOfHead],
  ['granite', 'embeddings have no factor', (model) => ({ ...model, embeddingScale: 1 })],
  ['granite', 'logits are multiplied', (model) => ({ ...model, logitScale: 1 / model.logitScale })],
  ['granite', 'results have no factor', attention(() => ({ factor: 1 }))],
  ['granite', 'the output has no bias', noOutputBias],
  ['granite4', 'layers rotate', (model) => allRotate(wholeHeads(model))],
  ['granite4-rope', 'layers do not rotate', noRotation],
  ['olmo', 'projections are not clipped', attention(() => ({ clip: null }))],
  ['olmo', 'norms leave the mean', norms(() => ({ kind: 'rms' }))],
  ['olmo2', 'each head is normalized by itself', (model) => perHead(model)],
  ['stablelm', 'whole heads rotate', wholeHeads],
  ['stablelm', 'norms have no bias', norms(() => ({ bias: null }))],
  ['stablelm-parallel', 'one branch follows the other', sequential],
  ['stablelm-parallel', 'all heads have the gains of the first', firstGains()],
  ['gemma', 'gains are taken as they are stored', norms(() => ({ gainOffset: 0 }))],
  ['gemma', '"gelu" is the form with the error function', otherGelu],
  ['gemma', 'embeddings have no factor', (model) => ({ ...model, embeddingScale: 1 })],
  ['gemma2', 'scores have no cap', attention(() => ({ scoreCap: null }))],
  ['gemma2', 'logits have no cap', (model) => ({ ...model, logitCap: null })],
  ['gemma2', 'scores are scaled by the head size', rootOfHead],
  ['gemma2', 'odd layers have the window', (model) => shiftedWindows(model)],
  ['gemma3', 'all layers rotate by one table', allRotate],
  ['gemma3', 'gains of heads are taken as they are stored', headNorm({ gainOffset: 0 })],
  ['gemma3-older', 'the window is in no layer', attention(() => ({ window: null }))],
  ['ernie', 'pairs are half a head apart', storedOrder],
  ['hunyuan', 'norms of heads stand before the rotation', headNorm({ turned: false })],
  ['lfm2', 'taps are in the opposite order', convolution(({ taps }) => ({ taps: [...taps].reverse() }))],
  ['lfm2', 'the oldest tap is left out', convolution(({ taps }) => ({ taps: taps.slice(1) }))],
  ['lfm2', 'what opens and what closes are exchanged', openedByTheSecond()],
  ['lfm2', 'norms of heads are left out', attention(() => ({ headNorm: null }))],
  ['lfm2-older', 'the sum over the taps has no bias', convolution(() => ({ bias: null }))],
  [
    'lfm2-older',
    'the first matrix has no bias',
    convolution(({ input }) => ({ input: { ...input, bias: null } })),
  ],
  [
    'nanochat',
    'heads turn by the angle instead of minus it',
    rotaries(({ rotaries: all }) =>
      all.map((table) => ({ ...table, inverseFrequencies: table.inverseFrequencies.map((angle) => -angle) })),
    ),
  ],
  ['nanochat', 'the function is a relu', mlp(() => ({ function: 'relu' }))],
  ['nanochat', 'there is no norm behind the embedding', withoutFirstNorm()],
  ['cohere', 'pairs are half a head apart', storedOrder],
  ['cohere', 'logits have no factor', (model) => ({ ...model, logitScale: 1 })],
  ['cohere', 'one branch follows the other', sequential],
  ['cohere2', 'layers without a window rotate', allRotate],
  ['gpt2', 'the function is the form with the error function', otherGelu],
  ['gpt2', 'matrices are not transposed', untransposed()],
  ['gpt2', 'positions begin with the second row', laterPositions()],
  ['gpt2-by-layer', 'all layers have the same scale', rootOfHead],
  ['gpt-bigcode-heads', 'fused rows are parts', fusedAsParts],
  ['gpt-neo', 'scores are scaled by the head size', rootOfHead],
  ['gpt-neo', 'the window does not count the token itself', window((tokens) => tokens + 1)],
  ['gpt-neo', 'patterns alternate from the first layer on', (model) => shiftedWindows(model)],
  ['gpt-neo', 'the output has no bias', noOutputBias],
  ['gpt-neox', 'fused rows are parts', fusedAsParts],
  ['gpt-neox', 'whole heads rotate', wholeHeads],
  ['gpt-neox', 'one branch follows the other', sequential],
  ['gpt-neox', 'the function is the form with a tangent', otherGelu],
  ['gptj', 'pairs are half a head apart', storedOrder],
  [
    'gptj',
    'the head has no bias',
    (model) => ({ ...model, head: model.head && { ...model.head, bias: null } }),
  ],
  ['opt', 'positions begin two rows earlier', earlierPositions(2)],
  ['opt', 'the function is a gelu', mlp(() => ({ function: 'gelu' }))],
  ['opt-post', 'norms stand before', beforeTheBranches()],
  ['phi', 'whole heads rotate', wholeHeads],
  ['phi', 'norms of heads are left out', attention(() => ({ headNorm: null }))],
  ['bloom', 'scores do not fall with the distance', noRotation],
  ['bloom', 'there is no norm behind the embedding', withoutFirstNorm()],
  ['bloom', 'the function is the form with the error function', otherGelu],
  ['falcon', 'the function is the form with a tangent', otherGelu],
  ['falcon-grouped', 'fused rows are parts', fusedAsParts],
  ['falcon-rw', 'slopes are not divided with the scores', steeper(2)],
  ['falcon-rw', 'fused rows are parts', fusedAsParts],
  ['starcoder2', 'the window is one token longer', window((tokens) => tokens + 1)],
  ['mpt', 'projections are not clipped', attention(() => ({ clip: null }))],
  ['mpt', 'slopes are in the order of a power of two', steeper(0.5)],
];

function perHead(model: DecoderModel): DecoderModel {
  const cut = (ref: TensorRef, headDim: number): TensorRef => ({
    ...ref,
    shape: [headDim],
    view: { rows: { begin: 0, end: headDim } },
  });
  return attention(({ headNorm: spec, headDim }) =>
    spec === null
      ? {}
      : {
          headNorm: {
            ...spec,
            over: 'head',
            query: { ...spec.query, gains: spec.query.gains.map((ref) => cut(ref, headDim)) },
            key: { ...spec.key, gains: spec.key.gains.map((ref) => cut(ref, headDim)) },
          },
        },
  )(model);
}

function firstGains(): Mistake {
  return attention(({ headNorm: spec }) =>
    spec === null
      ? {}
      : {
          headNorm: {
            ...spec,
            query: { ...spec.query, gains: spec.query.gains.map(() => spec.query.gains[0] as TensorRef) },
          },
        },
  );
}

function openedByTheSecond(): Mistake {
  return (model) => {
    const rows = [...Array(3 * model.hiddenSize).keys()];
    const [b, c] = [rows.splice(0, model.hiddenSize), rows.splice(0, model.hiddenSize)];
    return convolution(({ input }) => ({
      input: { ...input, weight: { ...input.weight, view: { rows: [...c, ...b, ...rows] } } },
    }))(model);
  };
}

/** Each layer has the window of the one before. */
function shiftedWindows(model: DecoderModel): DecoderModel {
  const windows = model.blocks.map(({ steps }) => {
    const step = steps.find(({ kind }) => kind === 'attention');
    return step?.kind === 'attention' ? step.attention.window : null;
  });
  return {
    ...model,
    blocks: model.blocks.map(({ steps }, layer) => ({
      steps: steps.map((step) =>
        step.kind === 'attention'
          ? { ...step, attention: { ...step.attention, window: windows.at(layer - 1) ?? null } }
          : step,
      ),
    })),
  };
}

function withoutFirstNorm(): Mistake {
  return (model) => ({
    ...model,
    blocks: model.blocks.map(({ steps }, layer) => ({ steps: layer === 0 ? steps.slice(1) : steps })),
  });
}

/** The output of each attention, a square, taken as `[out, in]`. */
function untransposed(): Mistake {
  return attention(({ output }) => {
    const { view: _, ...weight } = output.weight;
    return { output: { ...output, weight } };
  });
}

function laterPositions(): Mistake {
  return ({ positions, ...model }) => ({
    ...model,
    maxPositions: model.maxPositions - 1,
    positions: positions && {
      ...positions,
      shape: [model.maxPositions - 1, model.hiddenSize],
      view: { rows: { begin: 1, end: model.maxPositions } },
    },
  });
}

function earlierPositions(rows: number): Mistake {
  return ({ positions, ...model }) => ({
    ...model,
    positions: positions && {
      ...positions,
      view: { rows: { begin: 2 - rows, end: 2 - rows + model.maxPositions } },
    },
  });
}

/** The same norms in front of attention and feed-forward. */
function beforeTheBranches(): Mistake {
  return (model) => ({
    ...model,
    blocks: model.blocks.map(({ steps }) => ({
      steps: steps.flatMap((step, at): Step[] => {
        const norm = steps[at + 1];
        if (step.kind === 'norm') return [];
        return norm?.kind === 'norm'
          ? [
              { ...norm, reads: 'residual', writes: 'normed', adds: false },
              { ...step, reads: 'normed' },
            ]
          : [step];
      }),
    })),
  });
}

function steeper(factor: number): Mistake {
  return attention(({ position }) =>
    position.kind === 'alibi'
      ? { position: { ...position, slopes: position.slopes.map((slope) => slope * factor) } }
      : {},
  );
}

for (const [fixture, mistake, make] of TRAPS) {
  void test(`${fixture}: it shows when ${mistake}`, async () => {
    const { model, checkpoint, expected } = await openFixture(fixture);
    const wrong = make(model);
    assert.notDeepEqual(wrong, model, 'the mistake is made');
    const logits = await plainForward(wrong, checkpoint, expected.ids);
    const off = distance(logits.flat(), expected.logits.flat());
    assert.ok(off > (make === otherGelu ? FORM_SHOWS : SHOWS), `the logits are off by ${off} alone`);
  });
}
