/** Every way to store the weights of a model on a board: each carried out, and compared with the original over one text. */
import { keptTensors } from '../checkpoint/kept-tensors.js';
import { Twin } from '../device/twin.js';
import { planToJson, type Plan, type PlanJson } from '../plan/plan.js';
import { OFFERED_WEIGHTS, WEIGHTS, isPossible, type WantedScheme } from '../plan/scheme.js';
import { DEFAULT_SCHEME } from '../plan/defaults.js';
import { loadKernels } from '../quantize/kernels.js';
import type { TextPair } from '../quantize/report.js';
import { UnsupportedError, UsageError } from '../shared/errors.js';
import { Breather } from './breather.js';
import { checkTexts } from './checked-texts.js';
import { convertPlanned } from './convert-planned.js';
import { readTogether } from './lockstep.js';
import { stopIds, type OpenedModel } from './open-model.js';
import { EVALUATION_SEED, OriginalModel } from './original-model.js';
import { planOpened, type PlannedModel, type PlanOptions } from './plan-model.js';
import { pairOf, written, type TextsInput } from './side-by-side.js';
import { firstTokens, multiplyAddsPerToken } from './text-parts.js';
import { WholeProgress, type OnWhole } from './whole-progress.js';
import type { Runtime } from './types.js';

/** Multiply-adds that the comparison of one scheme is worth, and tokens that it takes. */
const BUDGET = 6e9;
const TOKENS = { least: 128, most: 2048 };

/** Tokens that the twin takes at once. */
const TWIN_BATCH = 32;

/** Where the kind of activations is varied as well: elsewhere it says what is said here. */
const VARIED = ['int8 channel', 'int8 group:32', 'int4 group:32'];

/** One scheme with what it came to, as plain data. */
export interface MeasuredScheme {
  /** What makes a plan this one. */
  readonly wanted: Pick<WantedScheme, 'weights' | 'granularity' | 'activations'>;
  readonly plan: PlanJson;
  /** Length of the package. */
  readonly bytes: number;
  /** Mean divergence in nats, and its standard error over sequences; `null` with one sequence. */
  readonly kl: number;
  readonly klError: number | null;
  /** Share of positions with the same first choice, 0..1. */
  readonly top1: number;
  readonly top1Error: number | null;
  readonly texts: readonly Pick<TextPair, 'prompt' | 'before' | 'after' | 'isCut'>[];
}

export interface SchemeStudy {
  /** Positions over which every scheme was compared with the original. */
  readonly positions: number;
  readonly schemes: readonly MeasuredScheme[];
  /** Schemes that do not fit the board and were left out, where others fit. */
  readonly unfit: number;
}

export interface StudyHooks {
  /** Hears of the whole study. */
  readonly onProgress?: OnWhole | undefined;
  /** Hears of each scheme as it is there. */
  readonly onScheme?: ((scheme: MeasuredScheme, positions: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A scheme that is to be measured. */
interface Candidate {
  readonly wanted: MeasuredScheme['wanted'];
  readonly planned: PlannedModel;
}

/**
 * Measures them all, the smallest first.
 * @param options what is not varied: board, cache, context
 * @throws FormatError, TransportError; the signal's reason
 */
export async function measureSchemes(
  read: OpenedModel,
  options: PlanOptions,
  runtime: Runtime,
  hooks: StudyHooks = {},
): Promise<SchemeStudy> {
  // Weights are read for every scheme.
  const opened: OpenedModel = { ...read, checkpoint: keptTensors(read.checkpoint) };
  const all = candidates(opened, options);
  const fitting = all.filter(({ planned }) => planned.plan.fit.fits);
  const chosen = fitting.length > 0 ? fitting : all;
  const whole = new WholeProgress(chosen.length, hooks.onProgress);
  const { signal } = hooks;
  const original = new OriginalModel(opened, runtime, {
    signal,
    onProgress: whole.stages({ reading: [0, 0.3], generating: [0.3, 1] }),
  });
  try {
    const study = await Study.begin(original, chosen[0], runtime, signal);
    const schemes: MeasuredScheme[] = [];
    for (const candidate of chosen) {
      const measured = await study.measure(candidate, whole);
      schemes.push(measured);
      hooks.onScheme?.(measured, study.positions);
    }
    return { positions: study.positions, schemes, unfit: all.length - chosen.length };
  } finally {
    original.dispose();
  }
}

/** What the planner makes of each scheme, without those that come to the same, smallest first. */
function candidates(opened: OpenedModel, options: PlanOptions): Candidate[] {
  const found = new Map<string, Candidate>();
  const { encodings: _, ...others } = options;
  const add = (wanted: Candidate['wanted']): void => {
    const scheme = { ...DEFAULT_SCHEME, ...options.scheme, ...wanted };
    try {
      const planned = planOpened(opened, { ...others, scheme });
      const key = sameness(planned.plan);
      if (!found.has(key)) found.set(key, { wanted, planned });
    } catch (error) {
      // Shapes that groups do not divide have no such scheme.
      if (!(error instanceof UsageError || error instanceof UnsupportedError)) throw error;
    }
  };
  for (const weights of OFFERED_WEIGHTS) {
    for (const granularity of WEIGHTS[weights].granularities) {
      add({ weights, granularity, activations: 'auto' });
      if (!VARIED.includes(`${weights} ${granularity}`)) continue;
      for (const activations of ['int8', 'int16'] as const)
        if (isPossible(weights, { granularity, activations })) add({ weights, granularity, activations });
    }
  }
  return [...found.values()].sort((a, b) => a.planned.plan.weightBytes - b.planned.plan.weightBytes);
}

/** Equal for plans that make the same package. */
function sameness(plan: Plan): string {
  const { scheme, tensors } = planToJson(plan);
  return JSON.stringify([scheme, tensors.map(({ encoding, group, input }) => [encoding, group, input])]);
}

/** What is the same for all schemes. */
class Study {
  /** @throws UsageError when nothing can be planned */
  static async begin(
    original: OriginalModel,
    first: Candidate | undefined,
    runtime: Runtime,
    signal: AbortSignal | undefined,
  ): Promise<Study> {
    if (first === undefined) throw new UsageError('There is no way to store these weights.');
    const { opened, plan } = first.planned;
    const perToken = multiplyAddsPerToken(opened.model, plan.context);
    const most = Math.min(TOKENS.most, Math.max(TOKENS.least, Math.floor(BUDGET / perToken)));
    const sequences = firstTokens(await original.written(plan, EVALUATION_SEED), most);
    const { prompts } = checkTexts(first.planned);
    const texts: TextsInput = {
      reference: await original.reference(),
      tokenizer: opened.tokenizer,
      prompts,
      stopIds: stopIds(opened),
      context: plan.context,
      hooks: { signal },
    };
    const before: (number[] | null)[] = [];
    for (const prompt of prompts) before.push(await written(texts.reference, prompt, texts));
    return new Study(original, runtime, sequences, texts, before);
  }

  /** Positions of the text whose next token is known. */
  readonly positions: number;
  readonly #original: OriginalModel;
  readonly #runtime: Runtime;
  readonly #sequences: readonly (readonly number[])[];
  readonly #texts: TextsInput;
  readonly #before: readonly (number[] | null)[];

  private constructor(
    original: OriginalModel,
    runtime: Runtime,
    sequences: readonly (readonly number[])[],
    texts: TextsInput,
    before: readonly (number[] | null)[],
  ) {
    this.#original = original;
    this.#runtime = runtime;
    this.#sequences = sequences;
    this.#texts = texts;
    this.#before = before;
    this.positions = sequences.reduce((sum, { length }) => sum + length, 0);
  }

  async measure({ wanted, planned }: Candidate, whole: WholeProgress): Promise<MeasuredScheme> {
    const { signal } = this.#texts.hooks;
    const plan = planToJson(planned.plan);
    whole.begin(plan.scheme);
    const converted = await convertPlanned(
      planned,
      { original: this.#original },
      { kernels: this.#runtime.kernels, twin: this.#runtime.twin },
      { signal, onProgress: whole.stages({ quantizing: [0, 0.3] }) },
    );
    const kernels = await loadKernels(this.#runtime.kernels);
    const bytes = converted.package ?? new Uint8Array();
    const twin = await Twin.load(this.#runtime.twin, bytes, { maxBatch: TWIN_BATCH });
    const { reference } = this.#texts;
    const comparator = kernels.createComparator(reference.vocabSize);
    try {
      const lockstep = { reference, twin, comparator, breather: new Breather() };
      let read = 0;
      for (const sequence of this.#sequences)
        await readTogether(lockstep, sequence, signal, (tokens) => {
          read += tokens;
          whole.at(0.3 + (0.5 * read) / this.positions);
        });
      const { kl, top1 } = comparator.report();
      const texts = await this.#after(twin);
      whole.at(1);
      return {
        wanted,
        plan,
        bytes: converted.packageBytes,
        kl: kl.mean.value,
        klError: kl.mean.standardError,
        top1: top1.value,
        top1Error: top1.standardError,
        texts,
      };
    } finally {
      comparator.dispose();
    }
  }

  async #after(twin: Twin): Promise<MeasuredScheme['texts']> {
    const input = this.#texts;
    const pairs: MeasuredScheme['texts'][number][] = [];
    for (const [index, prompt] of this.#texts.prompts.entries()) {
      const before = this.#before[index] ?? null;
      if (before === null) continue;
      const { prompt: text, ...pair } = pairOf(prompt, before, await written(twin, prompt, input), input);
      pairs.push({ prompt: text, before: pair.before, after: pair.after, isCut: pair.isCut });
    }
    return pairs;
  }
}
