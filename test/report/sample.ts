/** A report and a plan as a conversion makes them, with hostile names and texts where a model could bring them. */
import type { PlanJson } from '../../src/plan/plan.js';
import { PER_CHANNEL } from '../support/schemes.js';
import { ALL_FUSIONS } from '../../src/plan/scheme.js';
import type { Report, TensorReport } from '../../src/quantize/report.js';

const KIB = 1024;

/** A bell of 128 bins. */
export function bell(height: number): number[] {
  return Array.from({ length: 128 }, (_, bin) => Math.round(height * Math.exp(-(((bin - 63.5) / 20) ** 2))));
}

function tensor(name: string, rows: number, cols: number, sqnr: number | null): TensorReport {
  return {
    name,
    rows,
    cols,
    dtype: 'BF16',
    bytesBefore: rows * cols * 2,
    bytesAfter: rows * cols + rows * 4,
    sqnr,
    amax: 0.7312,
    histogram: { limit: 1, before: bell(1000), after: bell(990) },
  };
}

export function sampleReport(changes: Partial<Report> = {}): Report {
  return {
    text: 'written by the original model',
    verdict: 'negligible',
    judgement: {
      reason: 'top1',
      atWorst: { kl: 0.0014, top1: 0.9791, ratio: 1.0027 },
      limits: { kl: 0.01, top1: 0.95, ratio: 1.01 },
    },
    alternatives: [
      { change: { granularity: 'group:32' }, kl: 0.0006, klRatio: 0.49, sizeRatio: 1.031, speedRatio: 0.94 },
      { change: { cache: 'k16v8' }, kl: 0.0009, klRatio: 0.75, sizeRatio: 1, speedRatio: null },
    ],
    perplexity: { before: 2.41234, after: 2.41712, ratio: 1.00198, ratioError: 0.0004 },
    kl: {
      mean: 0.00123,
      meanError: 0.0001,
      median: 0.0004,
      p90: 0.003,
      p95: 0.0051,
      p99: 0.0132,
      p999: 0.031,
      max: 0.082,
    },
    top1: 0.9834,
    top1Error: 0.002,
    probabilityShift: { mean: -0.0004, rms: 0.0123, p1: -0.041, p99: 0.038 },
    vocabulary: null,
    sequences: 16,
    positions: 2048,
    size: { before: 1_310_720, after: 702_464, bitsPerWeight: 8.31 },
    tensors: [
      tensor('model.embed_tokens.weight', 512, 128, 42.1),
      tensor('model.layers.0.self_attn.q_proj.weight', 128, 128, 41.7),
      tensor('model.layers.0.mlp.down_proj.weight', 128, 352, 39.2),
      tensor('model.layers.1.self_attn.o_proj.weight', 128, 128, null),
    ],
    texts: [
      {
        prompt: 'Turn on the light in the kitchen, please.',
        before: '{"action":"light.on","room":"kitchen"}',
        after: '{"action":"light.on","room":"kitchen"}',
        beforeIds: [1, 2, 3],
        afterIds: [1, 2, 3],
        firstDifference: null,
        isCut: { before: false, after: false },
      },
      {
        prompt: 'Hello! Who are you?',
        before: 'I am the voice of this home. What can I do for you?',
        after: 'I am the voice of this house. How can I help?',
        beforeIds: [4, 5, 6, 7],
        afterIds: [4, 5, 8, 9],
        firstDifference: 2,
        isCut: { before: false, after: false },
      },
    ],
    inputs: [
      {
        name: 'layers.0.qkv',
        input: 'int8',
        sqnr: { int8: 36.2, int8By32: 41.5, int8By64: 39.8, int16: 84.1 },
        kl: 0.00042,
        micros: 12.5,
      },
      {
        name: 'layers.0.down',
        input: 'int16',
        sqnr: { int8: 21.4, int8By32: 38.7, int8By64: 35.2, int16: null },
        kl: null,
        micros: 0,
      },
    ],
    worst: [{ sequence: 3, position: 17, kl: 0.082, context: 'the lamp in the study' }],
    ...changes,
  };
}

export function samplePlan(changes: Partial<PlanJson> = {}): PlanJson {
  return {
    board: 'esp32-s3-n16r8',
    scheme: { ...PER_CHANNEL, activations: 'int8', cache: 'int8' },
    vocabulary: 512,
    cut: null,
    choice: null,
    schemeText: 'INT8 per channel, dynamic INT8 activations, INT8 cache',
    fusions: ALL_FUSIONS,
    context: 512,
    maxBatch: 8,
    parameters: 655_360,
    weightBytes: 681_000,
    bitsPerWeight: 8.31,
    cachePlacement: 'psram',
    memories: [
      {
        memory: 'sram',
        capacity: 352 * KIB,
        weights: 180 * KIB,
        cache: 0,
        scratch: 61 * KIB,
        bytesPerToken: 184_320,
      },
      {
        memory: 'psram',
        capacity: 8192 * KIB,
        weights: 401 * KIB,
        cache: 272 * KIB,
        scratch: 0,
        bytesPerToken: 549_888,
      },
      {
        memory: 'flash',
        capacity: 15_360 * KIB,
        weights: 686 * KIB,
        cache: 0,
        scratch: 0,
        bytesPerToken: 132,
      },
    ],
    fits: true,
    problems: [],
    remedies: [],
    advice: { problems: [], remedies: [] },
    speed: {
      start: { position: 0, bound: 161.2, expected: 143.9 },
      half: { position: 128, bound: 158.3, expected: 141.2 },
      full: { position: 256, bound: 155.4, expected: 138.6 },
    },
    boundTokensPerSecond: 158.3,
    predictedTokensPerSecond: 141.2,
    tensors: [
      {
        name: 'layers.0.qkv',
        rows: 256,
        cols: 128,
        encoding: 'int8 per row',
        group: 0,
        input: 'int8',
        bytes: 33_792,
        bytesPerToken: 33_792,
        memory: 'sram',
      },
    ],
    ...changes,
  };
}
