/** The original model in memory, for the stages that listen to it: loaded when it is first needed, and once for all of them. */
import { loadKernels } from '../quantize/kernels.js';
import type { ReferenceEngine } from '../quantize/kernel-types.js';
import type { Plan } from '../plan/plan.js';
import { ProgressMeter } from '../shared/progress.js';
import { prefixIds, stopIds, type OpenedModel } from './open-model.js';
import { loadReference } from './reference.js';
import { writeStories } from './text.js';
import type { Hooks, Runtime } from './types.js';

/** Seeds of the texts that the model writes; calibration and evaluation must not read the same. */
export const CALIBRATION_SEED = 1;
export const EVALUATION_SEED = 2;

/** Arithmetic spent on a text of the model's own, in multiply-adds: a few seconds. */
const WRITING_BUDGET = 4e9;

/** Long stories that the budget is shared among; where they end early, there are more of them. */
const WRITING_STORIES = { long: 16, most: 128 };
const WRITING_TOKENS = { least: 16, most: 128 };

export class OriginalModel {
  #engine: ReferenceEngine | null = null;
  readonly #texts = new Map<string, readonly (readonly number[])[]>();
  readonly #opened: OpenedModel;
  readonly #runtime: Pick<Runtime, 'kernels'>;
  readonly #hooks: Hooks;

  /** Nothing is read yet. */
  constructor(opened: OpenedModel, runtime: Pick<Runtime, 'kernels'>, hooks: Hooks = {}) {
    this.#opened = opened;
    this.#runtime = runtime;
    this.#hooks = hooks;
  }

  /** The float engine with all weights. @throws what `loadReference` throws */
  async reference(): Promise<ReferenceEngine> {
    const { checkpoint, model } = this.#opened;
    this.#engine ??= await loadReference(
      await loadKernels(this.#runtime.kernels),
      checkpoint,
      model,
      this.#hooks,
    );
    return this.#engine;
  }

  /** Sequences that the model writes itself, each text once. */
  async written(plan: Plan, seed: number): Promise<readonly (readonly number[])[]> {
    const key = `${seed} ${plan.context}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const sequences = await this.#write(plan, seed);
    this.#texts.set(key, sequences);
    return sequences;
  }

  async #write(plan: Plan, seed: number): Promise<number[][]> {
    const { model } = this.#opened;
    const perStory = WRITING_BUDGET / (model.parameters * WRITING_STORIES.long);
    const tokens = Math.min(
      plan.context,
      Math.round(Math.min(WRITING_TOKENS.most, Math.max(WRITING_TOKENS.least, perStory))),
    );
    const enough = WRITING_STORIES.long * tokens;
    return writeStories(await this.reference(), {
      prefixIds: prefixIds(this.#opened),
      stopIds: stopIds(this.#opened),
      stories: WRITING_STORIES.most,
      tokens,
      enough,
      seed,
      meter: new ProgressMeter('generating', 'tokens', enough, this.#hooks.onProgress),
      signal: this.#hooks.signal,
    });
  }

  /** Gives the engine's memory back. */
  dispose(): void {
    this.#engine?.dispose();
    this.#engine = null;
  }
}

/** Runs a stage with an original model of the caller's, or with one of its own that ends with it. */
export async function withOriginal<T>(
  given: OriginalModel | undefined,
  make: () => OriginalModel,
  stage: (original: OriginalModel) => Promise<T>,
): Promise<T> {
  if (given !== undefined) return stage(given);
  const own = make();
  try {
    return await stage(own);
  } finally {
    own.dispose();
  }
}
