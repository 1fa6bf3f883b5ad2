/**
 * No field of a decoder's description is lost on the way: each is changed by itself, and then the package must be another
 * and the float reference must be told otherwise, or somebody refuses the change by its name.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConvStep, DecoderModel, HeadGains, LinearSpec, TensorRef } from '../../src/model/decoder.js';
import { encodeDescription } from '../../src/package/encode.js';
import { placeInWeights } from '../../src/package/places.js';
import { findBoard } from '../../src/plan/boards.js';
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import { makePlan } from '../../src/plan/plan.js';
import { ALL_FUSIONS, NO_FUSIONS } from '../../src/plan/scheme.js';
import { PackageWriter, MemorySink } from '../../src/package/writer.js';
import { description } from '../../src/quantize/reference-engine.js';
import { syntheticModel } from '../support/synthetic-model.js';

/** A place in a description: keys and indices from the top. */
type Path = readonly (string | number)[];

/** Fields that neither package nor reference has to know, each with its reason. */
const FOR_PEOPLE: Readonly<Record<string, string>> = {
  family: 'goes to the metadata, which the pipeline writes',
  architecture: 'goes to the metadata, which the pipeline writes',
  padId: 'padding never enters the model: texts are computed one by one',
  parameters: 'counted for the plan and the report',
  readFrom: 'says where a size that is refused was read',
};

/** Fields that only say how texts are written: the reference computes logits. */
const NOT_LOGITS = ['bosId', 'eosIds', 'generation'];

/** A model whose description has everything: biases, a head of its own, a window, norms of heads, caps, projections, sampling defaults. */
async function fullModel(): Promise<DecoderModel> {
  const { model } = await syntheticModel({ tied: false, attentionBias: true, mlpBias: true });
  const bias = { name: 'norm.bias', dtype: 'F32', shape: [model.hiddenSize] } as const;
  const vector = (name: string, length = 12): TensorRef => ({ name, dtype: 'F32', shape: [length] });
  const gains = (name: string): HeadGains => ({
    gains: [vector(`${name}.gain`)],
    biases: [vector(`${name}.bias`)],
  });
  const [first, ...rest] = model.blocks;
  assert.ok(first);
  return {
    ...model,
    padId: 3,
    positions: { name: 'positions', dtype: 'F32', shape: [model.maxPositions, model.hiddenSize] },
    logitScale: 0.5,
    logitCap: 20.5,
    finalNorm: { ...model.finalNorm, bias: { ...bias, name: 'final.bias' } },
    embedding: { ...model.embedding, shape: [model.vocabSize, 40] },
    projections: {
      width: 40,
      into: { name: 'into', dtype: 'F32', shape: [model.hiddenSize, 40] },
      out: { name: 'out', dtype: 'F32', shape: [40, model.hiddenSize] },
    },
    head: model.head && {
      weight: { ...model.head.weight, shape: [model.vocabSize, 40] },
      bias: { ...bias, name: 'head.bias', shape: [model.vocabSize] },
    },
    blocks: [
      {
        steps: first.steps.map((step) => {
          switch (step.kind) {
            case 'norm':
              return { ...step, norm: { ...step.norm, bias } };
            case 'attention':
              return {
                ...step,
                attention: {
                  ...step.attention,
                  window: 7,
                  scoreCap: 30.5,
                  clip: 8.5,
                  factor: 0.5,
                  headNorm: {
                    kind: 'rms',
                    epsilon: 1e-5,
                    over: 'head',
                    turned: false,
                    query: gains('query'),
                    key: gains('key'),
                    gainOffset: 0,
                  },
                },
              };
            case 'mlp':
            case 'conv':
              return step;
          }
        }),
      },
      { steps: [convolution(model.hiddenSize)] },
      ...rest,
    ],
    generation: {
      doSample: true,
      temperature: 0.7,
      topK: 5,
      topP: 0.9,
      minP: 0.1,
      repetitionPenalty: 1.1,
      maxNewTokens: 9,
    },
  };
}

/** A convolution of the residual stream, with all that one has. */
function convolution(hidden: number): ConvStep {
  const vector = (name: string, length = hidden): TensorRef => ({ name, dtype: 'F32', shape: [length] });
  const linear = (name: string, rows: number): LinearSpec => ({
    weight: { name, dtype: 'F32', shape: [rows, hidden] },
    bias: vector(`${name}.bias`, rows),
  });
  return {
    kind: 'conv',
    reads: 'residual',
    writes: 'residual',
    adds: true,
    conv: {
      input: linear('conv.in', 3 * hidden),
      taps: [vector('conv.tap.0'), vector('conv.tap.1')],
      bias: vector('conv.taps.bias'),
      output: linear('conv.out', hidden),
    },
  };
}

/** Every leaf of a value: numbers, texts, truths and nulls. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inside]) =>
    leaves(inside, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, key) => (inside as Record<string | number, unknown>)[key], value);
}

/** The same data with another leaf. */
function changed(model: DecoderModel, path: Path): DecoderModel {
  const copy = structuredClone(model) as unknown;
  const parent = at(copy, path.slice(0, -1)) as Record<string | number, unknown>;
  const key = path.at(-1) as string | number;
  parent[key] = another(parent[key], path);
  return copy as DecoderModel;
}

function another(value: unknown, path: Path): unknown {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) && path.at(-1) !== 'attentionFactor' && path.at(-1) !== 'embeddingScale'
        ? value + 1
        : value * 1.5;
    case 'string':
      return `${value}x`;
    case 'boolean':
      return !value;
    default:
      // Absent ones are given.
      return path.at(-1) === 'bias' ? { name: 'given', dtype: 'F32', shape: [48] } : 1;
  }
}

/** What the package of a model says, and which rows of the checkpoint it takes for what. */
function packaged(model: DecoderModel): string {
  return [ALL_FUSIONS, NO_FUSIONS]
    .map((fusions) => {
      const plan = makePlan(model, { board: findBoard('esp32-s3-n8r8'), scheme: DEFAULT_SCHEME, fusions });
      const tensors = plan.tensors.map(({ tensor }) => tensor);
      const parts = { model, plan, tokenizer: null, chat: null, metadata: {} };
      const sections = encodeDescription(parts, placeInWeights(tensors));
      const bytes = Object.values(sections).map((section) => Buffer.from(section).toString('hex'));
      const rotaries = JSON.stringify(model.rotaries);
      return [...bytes, JSON.stringify(tensors), rotaries].join('\n');
    })
    .join('\n');
}

async function refusal(model: DecoderModel): Promise<string | null> {
  const board = findBoard('esp32-s3-n8r8');
  try {
    for (const fusions of [ALL_FUSIONS, NO_FUSIONS]) {
      const plan = makePlan(model, { board, scheme: DEFAULT_SCHEME, fusions });
      const parts = { model, plan, tokenizer: null, chat: null, metadata: {} };
      await PackageWriter.create(new MemorySink(), parts);
    }
    return null;
  } catch (error) {
    return String(error);
  }
}

/** Fields that are refused by another name than their own: a size by the shapes that contradict it. */
const REFUSED_AS: Readonly<Record<string, RegExp>> = {
  hiddenSize: /shape/,
  headDim: /shape/,
  maxPositions: /positions shape/,
  over: /head norm/,
  vocabSize: /shape/,
  width: /shape/,
  adds: /writes/,
  'finalNorm.kind': /final norm/,
};

/** What the refusal of a field has to say: its name as the package's records have it. */
function names(path: Path): RegExp {
  const words = path.filter((part) => typeof part === 'string');
  const [key = '', parent = ''] = [words.at(-1), words.at(-2)];
  const known = REFUSED_AS[`${parent}.${key}`] ?? REFUSED_AS[key];
  const label = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  // `norm.kind` is the norm of a step.
  return (
    known ?? new RegExp(`\\b(?:${label(key)}|${key}${key === 'kind' ? `|${label(parent)}` : ''})\\b`, 'i')
  );
}

test('each field of a description changes the package and what the reference is told, or is refused by name', async () => {
  const model = await fullModel();
  assert.equal(await refusal(model), null, 'the model as it is can be packaged');
  const package0 = packaged(model);
  const description0 = Buffer.from(description(model)).toString('hex');
  const lost: string[] = [];
  let refused = 0;
  const paths = leaves({ ...model, notes: undefined }).filter(([top]) => top !== 'notes');
  assert.ok(paths.length > 200, `only ${paths.length} fields`);
  for (const path of paths) {
    const top = String(path[0]);
    const variant = changed(model, path);
    const problem = await refusal(variant);
    const place = path.join('.');
    if (problem === null) {
      if (!(top in FOR_PEOPLE) && packaged(variant) === package0)
        lost.push(`${place}: the package is the same`);
    } else {
      refused++;
      if (!names(path).test(problem)) lost.push(`${place}: refused without its name: ${problem}`);
    }
    const told = Buffer.from(description(variant)).toString('hex') !== description0;
    if (!told && !(top in FOR_PEOPLE) && !NOT_LOGITS.includes(top))
      lost.push(`${place}: the reference is told the same`);
  }
  assert.deepEqual(lost, []);
  assert.ok(refused > 10, 'words that nobody knows are refused');
});

test('what is for people alone is still there', async () => {
  const model = await fullModel();
  for (const key of Object.keys(FOR_PEOPLE)) assert.ok(key in model, key);
});
