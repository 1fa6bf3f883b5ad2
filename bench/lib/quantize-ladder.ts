/** Every rung of quantization over the same text in lockstep: what bench:quantize measures, and its tests a part of. */
import { Twin } from '../../src/device/twin.js';
import { convertPlanned } from '../../src/pipeline/convert-planned.js';
import { openModel, type OpenedModel } from '../../src/pipeline/open-model.js';
import { CALIBRATION_SEED, EVALUATION_SEED, OriginalModel } from '../../src/pipeline/original-model.js';
import { planOpened, type PlannedModel } from '../../src/pipeline/plan-model.js';
import { storySequences } from '../../src/pipeline/text.js';
import type { Runtime } from '../../src/pipeline/types.js';
import { readScheme } from '../../src/plan/scheme-text.js';
import {
  ALL_FUSIONS,
  WANTED_ACTIVATIONS,
  WANTED_CACHES,
  WEIGHTS,
  describeScheme,
  type WantedScheme,
} from '../../src/plan/scheme.js';
import { DEFAULT_SCHEME } from '../../src/plan/defaults.js';
import type { PlannedTensor } from '../../src/plan/layout.js';
import { makePlan } from '../../src/plan/plan.js';
import { DEFAULT_EFFORT, EFFORTS, type Effort } from '../../src/quantize/effort.js';
import type { Encoding } from '../../src/schema/encodings.js';
import { roleSpec } from '../../src/schema/roles.js';
import { judge, type Verdict } from '../../src/quantize/verdict.js';
import type { ComparisonReport, Estimate, LogitComparator } from '../../src/quantize/kernel-types.js';
import { loadKernels } from '../../src/quantize/kernels.js';
import type { ModelFolder } from '../../src/source/byte-source.js';

/** One way to quantize, by the words that ask for it. */
export interface Rung {
  readonly name: string;
  readonly scheme: Partial<WantedScheme>;
  /** Default `quick`. */
  readonly effort?: Effort;
  /** Encodings that are not what the scheme says; `null`: as it says. */
  readonly encoding?: (tensor: PlannedTensor) => Encoding | null;
  /** Gains of norms are multiplied into the matrices behind them, whatever the planner would do. */
  readonly folded?: boolean;
}

/** The word that asks for folded gains, beside those of a scheme. */
const FOLDED = 'folded';

/** A rung by the words of a scheme, and `folded`. */
export function rungOf(text: string): Rung {
  const words = text.split(' ');
  const scheme = readScheme(words.filter((word) => word !== FOLDED).join(' '), 'A scheme');
  return { name: text, scheme, folded: words.includes(FOLDED) };
}

const int4 = (group: number): Encoding => ({ kind: 'int4Group', group });
const int8 = (group: number): Encoding => ({ kind: 'int8GroupU8', group });

/** INT4 in so many columns; what is looked up or names tokens in INT8. */
const int4Beside = (group: number) => (tensor: PlannedTensor) =>
  ['embedding', 'head'].includes(tensor.role) ? int8(32) : int4(group);

/** INT4 everywhere: in finer groups what costs most, so that all take no more than 0.67 bytes a parameter. */
const int4Everywhere = ({ role }: PlannedTensor): Encoding =>
  int4(['embedding', 'head', 'qkv', 'output'].includes(role) ? 16 : 32);

/** Groups of 16, and INT8 for what costs most: no more than 0.83 bytes a parameter. */
const int4Fine = ({ role }: PlannedTensor): Encoding =>
  ['embedding', 'head', 'qkv'].includes(role) ? int8(32) : int4(16);

/** INT4 by each effort. */
const INT4_RUNGS: readonly Rung[] = (
  [
    ['int4 group:32', int4Beside(32)],
    ['int4 group:16', int4Beside(16)],
    ['int4 everywhere', int4Everywhere],
    ['int4 fine', int4Fine],
  ] as const
).flatMap(([name, encoding]) =>
  EFFORTS.map((effort) => ({ name: `${name} ${effort}`, scheme: {}, encoding, effort })),
);

/** What is chosen when nothing is said, then each choice by itself. */
export const RUNGS: readonly Rung[] = [
  { name: 'default', scheme: {} },
  ...WEIGHTS.int8.granularities
    .filter((granularity) => granularity !== 'channel')
    .map((granularity) => ({
      name: granularity,
      scheme: { granularity },
    })),
  ...WANTED_ACTIVATIONS.filter((activations) => activations !== 'auto').map((activations) => ({
    name: `activations ${activations}`,
    scheme: { activations },
  })),
  ...WANTED_CACHES.filter((cache) => cache !== 'auto').map((cache) => ({
    name: `cache ${cache}`,
    scheme: { cache },
  })),
  ...EFFORTS.filter((effort) => effort !== DEFAULT_EFFORT).map((effort) => ({
    name: `effort ${effort}`,
    scheme: {},
    effort,
  })),
  ...INT4_RUNGS,
];

/** Another program's model over the same ids. */
export interface Peer {
  readonly name: string;
  /** Length of its file. */
  readonly bytes: number;
  /** Seconds that making it took. */
  readonly seconds: number;
  readonly open: () => {
    head(): Promise<{ tensorBytes: number; vocabulary: number }>;
    next(count: number): Promise<Float32Array>;
    close(): void;
  };
}

/** Token ids, in sequences that are read from their beginning. */
export type Sequences = readonly (readonly number[])[];

export interface LadderInput {
  readonly folder: ModelFolder;
  readonly runtime: Runtime;
  /** Text to read; `null`: the original writes its own. */
  readonly text: string | null;
  /** Text for static scales and for importance matrices of peers, apart from `text`; `null` as above. */
  readonly calibration: string | null;
  /** Most positions. */
  readonly positions: number;
  readonly rungs: readonly Rung[];
  /** Makes the peers for the ids; none by default. */
  readonly peers?: ((texts: { ids: Sequences; calibration: Sequences }) => readonly Peer[]) | undefined;
}

/** What was measured of one model. */
export interface LadderRow {
  readonly name: string;
  /** What was chosen, in words; empty for peers. */
  readonly scheme: string;
  readonly verdict: Verdict;
  /** Nats. */
  readonly kl: { readonly mean: Estimate; readonly p99: number };
  readonly ratio: Estimate;
  readonly top1: Estimate;
  /** Of the whole file, and of its tensors alone, scales included. */
  readonly bytes: number;
  readonly tensorBytes: number;
  /** Seconds that making it took. */
  readonly seconds: number;
}

export interface Ladder {
  readonly parameters: number;
  readonly context: number;
  readonly sequences: number;
  readonly positions: number;
  readonly calibrationTokens: number;
  /** Perplexity of the original. */
  readonly perplexity: number;
  readonly rungs: readonly LadderRow[];
  readonly peers: readonly LadderRow[];
}

/** Logits held at once for each model. */
const CHUNK_LOGITS = 1 << 21;

/** Tokens that the twin takes at once. */
const TWIN_BATCH = 32;

/** Tokens of a text for calibration: more changes little. */
const CALIBRATION_TOKENS = 8192;

/** A model that is compared. */
interface Compared {
  readonly row: Omit<LadderRow, 'verdict' | 'kl' | 'ratio' | 'top1'>;
  readonly comparator: LogitComparator;
  /** Before a sequence. */
  readonly reset: () => void;
  readonly logits: (ids: readonly number[]) => Promise<Float32Array>;
  readonly close: () => void;
}

/** Converts a model by every rung, makes its peers, and compares all of them with the original. */
export async function measureLadder(input: LadderInput): Promise<Ladder> {
  const { runtime } = input;
  const opened = await openModel(input.folder, runtime);
  const original = new OriginalModel(opened, runtime);
  const models: Compared[] = [];
  try {
    const { plan } = planOpened(opened, {});
    const written = (seed: number): Promise<Sequences> => original.written(plan, seed);
    const ids = await sequencesOf(opened, input.text, input.positions, plan.context, () =>
      written(EVALUATION_SEED),
    );
    const calibration = await sequencesOf(opened, input.calibration, CALIBRATION_TOKENS, plan.context, () =>
      written(CALIBRATION_SEED),
    );
    for (const rung of input.rungs)
      models.push(await convertRung(rung, opened, original, calibration, runtime));
    const ours = models.length;
    for (const peer of input.peers?.({ ids, calibration }) ?? [])
      models.push(await openPeer(peer, opened, runtime));
    const reports = await readAll(await original.reference(), ids, models);
    const rows = models.map(({ row }, index) => withFigures(row, reports[index] as ComparisonReport));
    return {
      parameters: opened.model.parameters,
      context: plan.context,
      sequences: reports[0]?.sequences ?? 0,
      positions: reports[0]?.positions ?? 0,
      calibrationTokens: calibration.reduce((sum, sequence) => sum + sequence.length, 0),
      perplexity: reports[0]?.perplexity.before.value ?? NaN,
      rungs: rows.slice(0, ours),
      peers: rows.slice(ours),
    };
  } finally {
    for (const model of models) {
      model.close();
      model.comparator.dispose();
    }
    original.dispose();
  }
}

async function sequencesOf(
  { tokenizer }: OpenedModel,
  text: string | null,
  most: number,
  context: number,
  written: () => Promise<Sequences>,
): Promise<Sequences> {
  if (text === null) return written();
  if (tokenizer === null) throw new Error('A text needs a tokenizer.');
  return storySequences(text, tokenizer, context, most).sequences;
}

/** The same plan with encodings that the scheme has no words for. */
function withEncodings(
  planned: PlannedModel,
  scheme: Partial<WantedScheme>,
  encoding: Rung['encoding'],
): PlannedModel {
  if (encoding === undefined) return planned;
  const { plan, opened } = planned;
  const encodings = new Map<string, Encoding>();
  for (const { tensor } of plan.tensors) {
    const { shape } = roleSpec(tensor.role);
    const found = shape === 'matrix' || shape === 'lookup' ? encoding(tensor) : null;
    if (found !== null) encodings.set(tensor.name, found);
  }
  const options = {
    board: plan.board,
    context: plan.context,
    scheme: { ...DEFAULT_SCHEME, ...scheme },
    encodings,
  };
  return { opened, plan: makePlan(opened.model, options) };
}

async function convertRung(
  { name, scheme, effort, encoding, folded }: Rung,
  opened: OpenedModel,
  original: OriginalModel,
  calibration: Sequences,
  runtime: Runtime,
): Promise<Compared> {
  const fusions = folded === true ? { fusions: ALL_FUSIONS } : {};
  const planned = withEncodings(planOpened(opened, { scheme, ...fusions }), scheme, encoding);
  // Loaded before the clock runs; only static scales need it.
  await original.reference();
  const begin = performance.now();
  const made = await convertPlanned(planned, { effort, texts: { calibration }, original }, runtime);
  const seconds = (performance.now() - begin) / 1000;
  if (made.package === null) throw new Error('The package is not in memory.');
  const twin = await Twin.load(runtime.twin, made.package, { maxBatch: TWIN_BATCH });
  return {
    row: {
      name,
      scheme: describeScheme(planned.plan.scheme),
      bytes: made.packageBytes,
      tensorBytes: planned.plan.weightBytes,
      seconds,
    },
    comparator: (await loadKernels(runtime.kernels)).createComparator(opened.model.vocabSize),
    reset: () => {
      twin.reset();
    },
    logits: (ids) => Promise.resolve(twin.forward(ids, 'all')),
    close: () => undefined,
  };
}

async function openPeer(peer: Peer, { model }: OpenedModel, runtime: Runtime): Promise<Compared> {
  const stream = peer.open();
  const { tensorBytes, vocabulary } = await stream.head();
  if (vocabulary !== model.vocabSize) throw new Error(`${peer.name} has ${vocabulary} tokens.`);
  return {
    row: { name: peer.name, scheme: '', bytes: peer.bytes, tensorBytes, seconds: peer.seconds },
    comparator: (await loadKernels(runtime.kernels)).createComparator(vocabulary),
    reset: () => undefined,
    logits: (ids) => stream.next(ids.length * vocabulary),
    close: () => {
      stream.close();
    },
  };
}

/** The original reads once, all others beside it. */
async function readAll(
  reference: Awaited<ReturnType<OriginalModel['reference']>>,
  sequences: Sequences,
  models: readonly Compared[],
): Promise<ComparisonReport[]> {
  const chunk = Math.max(1, Math.floor(CHUNK_LOGITS / reference.vocabSize));
  for (const sequence of sequences) {
    reference.reset();
    for (const { comparator, reset } of models) {
      comparator.beginSequence();
      reset();
    }
    for (let begin = 0; begin < sequence.length; begin += chunk) {
      const ids = sequence.slice(begin, begin + chunk);
      const targets = ids.map((_, offset) => sequence[begin + offset + 1] ?? -1);
      const before = reference.forward(ids, 'all');
      for (const { comparator, logits } of models) comparator.add(before, await logits(ids), targets);
    }
  }
  return models.map(({ comparator }) => comparator.report());
}

function withFigures(row: Compared['row'], report: ComparisonReport): LadderRow {
  return {
    ...row,
    verdict: judge(report, false).verdict,
    kl: { mean: report.kl.mean, p99: report.kl.p99 },
    ratio: report.perplexity.ratio,
    top1: report.top1,
  };
}
