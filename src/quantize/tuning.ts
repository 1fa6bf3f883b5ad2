/**
 * Tunes a quantized model against the original: scales, offsets, gains, biases and, in small models, the codes of 4 bits
 * follow the gradient of the divergence between their logits, over text that the original writes itself and the user's,
 * with the device's rounding in the loop (docs/decisions/0032).
 *
 * The work is shared among hands. Every hand has both models and takes the same steps; what goes between them is gradients.
 * A step's leaves and their sum's tree are the recipe's, so that any number of hands gives the same bits.
 */
import { ProgressMeter, type OnProgress } from '../shared/progress.js';
import { release } from '../shared/release.js';
import { GradientSum, leafRuns } from './gradient-sum.js';
import type { WritingTask } from './training-types.js';
import { withoutCodes } from './tuning-trainers.js';
import { leavesOf, type Hand, type LeafText, type Learned, type LoadedModel } from './tuning-hand.js';
import { checkedState, tuningKey } from './tuning-state.js';
import type {
  TunedByGradient,
  TuningBest,
  TuningRecipe,
  TuningState,
  TuningStore,
  TuningTask,
} from './tuning-types.js';

export interface TuningHooks {
  readonly onProgress?: OnProgress | undefined;
  /** Where to keep states, and go on from one. */
  readonly store?: TuningStore | undefined;
  /** Milliseconds between two kept states. Default {@link KEEP_INTERVAL}. */
  readonly keepInterval?: number | undefined;
}

/** What an interruption may cost, at most; keeping takes a tenth of a second. */
const KEEP_INTERVAL = 30_000;

/** Tokens of the held-out text that are read at once. */
const JUDGED_TOKENS = 512;

/** One of so many of the user's texts is held out. */
const HELD_OUT_SHARE = 8;

/** Seeds of texts, which are numbers of 32 bits: those of the held-out text begin here. */
const HELD_OUT_SEED = 2 ** 31;
const SEED_STEP = 2 ** 24;

/** Tunes a model with one hand or more; the first is asked for the result. @throws what the hands throw */
export async function tune(
  task: TuningTask,
  hands: readonly Hand[],
  hooks: TuningHooks = {},
): Promise<TunedByGradient> {
  return new Tuning(task, hands, hooks).run();
}

class Tuning {
  #task: TuningTask;
  readonly #recipe: TuningRecipe;
  readonly #hands: readonly Hand[];
  readonly #hooks: TuningHooks;
  readonly #key: string;
  readonly #first: Hand;

  constructor(task: TuningTask, hands: readonly Hand[], hooks: TuningHooks) {
    const [first] = hands;
    if (first === undefined) throw new RangeError('A tuning needs a hand.');
    this.#task = task;
    this.#recipe = task.recipe;
    this.#hands = hands;
    this.#first = first;
    this.#hooks = hooks;
    this.#key = tuningKey(task);
  }

  async run(): Promise<TunedByGradient> {
    const recipe = this.#recipe;
    const begun = await this.#begin();
    const { written, heldOut } = begun;
    const kept = 'step' in begun ? begun : null;
    const judged = leavesOf(this.#mixed(heldOut, true), JUDGED_TOKENS);
    const leaves = leavesOf(this.#mixed(written, false), recipe.leafTokens);
    const perEpoch = Math.max(1, Math.floor(leaves.length / recipe.leaves));
    const steps = perEpoch * recipe.epochs;
    const batchOf = (step: number): LeafText[] => {
      const at = (step % perEpoch) * recipe.leaves;
      return Array.from({ length: recipe.leaves }, (_, i) => leaves[(at + i) % leaves.length] ?? []);
    };
    const tokens = leaves.flat(2).length;
    const meter = new ProgressMeter('tuning', 'tokens', tokens * recipe.epochs, this.#hooks.onProgress);
    let best = kept?.best ?? (await this.#check(judged, 0, null));
    const before = kept?.before ?? best.loss;
    let saved = performance.now();
    for (let step = kept?.step ?? 0; step < steps && best.stale < recipe.patience; step += 1) {
      const batch = batchOf(step);
      await this.#step(batch, learningRate(recipe, step, steps));
      meter.advance(batch.flat(2).length, `step ${step + 1} of ${steps}`);
      if (isCheck(recipe, step, steps)) best = await this.#check(judged, step + 1, best);
      if (performance.now() - saved < (this.#hooks.keepInterval ?? KEEP_INTERVAL)) continue;
      await this.#keep({ key: this.#key, step: step + 1, written, heldOut, best, before });
      saved = performance.now();
    }
    const numbers = await this.#first.numbers();
    await this.#first.restore({ ...numbers, values: best.values });
    await this.#hooks.store?.delete(this.#key).catch(() => undefined);
    return {
      tensors: await this.#first.tuned(),
      figures: { before, after: best.loss, steps: best.step, resumed: kept?.step ?? 0, tokens },
    };
  }

  /** What an earlier tuning left of the same task, or texts to begin with; all hands have both models then. */
  async #begin(): Promise<Pick<TuningState, 'written' | 'heldOut'> | TuningState> {
    const atOnce = await this.#supply();
    const found: unknown = await this.#hooks.store?.get(this.#key).catch(() => null);
    const isKept = found !== null && found !== undefined;
    // A model on its grids is made when texts are written, or there are some.
    const loaded = isKept ? await this.#quantize() : null;
    const kept = loaded && checkedState(found, this.#key, loaded);
    if (kept !== null) {
      await this.#all((hand) => hand.restore({ ...kept, steps: kept.step }));
      return kept;
    }
    const texts = await this.#texts(atOnce);
    if (loaded === null) await this.#quantize();
    return texts;
  }

  /** The original into all hands, whose elements are let go one by one; gives how many texts each writes at once. */
  async #supply(): Promise<number> {
    const { tensors, ...model } = this.#task.model;
    await this.#all((hand) => hand.begin(model));
    for (const [name, bytes] of tensors) {
      await this.#all((hand) => hand.supply(name, bytes));
      tensors.delete(name);
      release(bytes);
    }
    const counts = await Promise.all(this.#hands.map((hand) => hand.complete(this.#task.text.tokens)));
    return Math.min(...counts);
  }

  async #quantize(): Promise<LoadedModel> {
    const all = await Promise.all(this.#hands.map((hand) => hand.quantize(this.#recipe.placeRate)));
    this.#task = { ...this.#task, model: withoutCodes(this.#task.model) };
    return all[0] ?? { count: 0, vocabSize: 0 };
  }

  async #texts(atOnce: number): Promise<Pick<TuningState, 'written' | 'heldOut'>> {
    const { seed, writtenTokens, heldOutTokens } = this.#recipe;
    const first = seed * SEED_STEP;
    const written = await this.#write(writtenTokens, first, atOnce);
    return { written, heldOut: await this.#write(heldOutTokens, HELD_OUT_SEED + first, atOnce) };
  }

  #all(work: (hand: Hand) => Promise<unknown>): Promise<unknown> {
    return Promise.all(this.#hands.map(work));
  }

  /** Texts of the original's own; each depends on its seed alone. */
  async #write(tokens: number, seed: number, atOnce: number): Promise<number[][]> {
    const { text } = this.#task;
    const { temperatures } = this.#recipe;
    const meter = new ProgressMeter('generating', 'tokens', tokens, this.#hooks.onProgress);
    const texts: number[][] = [];
    let count = 0;
    for (let begin = 0; count < tokens;) {
      const perText = texts.length === 0 ? text.tokens : count / texts.length;
      const wanted = Math.ceil((tokens - count) / perText / this.#hands.length);
      const each = Math.min(atOnce, wanted);
      const numbered = (number: number): WritingTask['texts'][number] => ({
        seed: seed + number,
        temperature: temperatures[number % temperatures.length] ?? 1,
      });
      const { given: _, ...task } = text;
      const shares = await Promise.all(
        this.#hands.map((hand, i) =>
          hand.write({
            ...task,
            texts: Array.from({ length: each }, (_, j) => numbered(begin + i * each + j)),
          }),
        ),
      );
      begin += this.#hands.length * each;
      for (const one of shares.flat()) {
        if (count >= tokens) break;
        texts.push(one);
        count += one.length;
        meter.advance(one.length, `text ${texts.length}`);
      }
    }
    return texts;
  }

  /** The user's texts spread among those that the model wrote: those that are held out, or the others. */
  #mixed(written: LeafText, isHeldOut: boolean): LeafText {
    const given = this.#task.text.given.filter(
      (_, i) => (i % HELD_OUT_SHARE === HELD_OUT_SHARE - 1) === isHeldOut,
    );
    const mixed: (readonly number[])[] = [];
    written.forEach((text, i) => {
      const from = Math.floor((i * given.length) / written.length);
      mixed.push(text, ...given.slice(from, Math.floor(((i + 1) * given.length) / written.length)));
    });
    return mixed;
  }

  async #step(batch: readonly LeafText[], rate: number): Promise<void> {
    const positions = batch.flat().reduce((sum, text) => sum + text.length, 0);
    const shares = leafRuns(batch.length, this.#hands.length);
    const answers = await Promise.all(
      this.#hands.map((hand, i): Promise<Learned> => {
        const runs = (shares[i] ?? []).map(({ first, level }) => ({
          level,
          leaves: batch.slice(first, first + 2 ** level),
        }));
        return hand.learn(runs, 1 / positions);
      }),
    );
    const sum = new GradientSum(answers.find(({ sums }) => sums[0] !== undefined)?.sums[0]?.length ?? 0);
    answers.forEach(({ sums }, i) => {
      sums.forEach((part, j) => {
        sum.addRun(shares[i]?.[j]?.level ?? 0, part);
        release(part);
      });
    });
    const gradient = sum.finish();
    await this.#all((hand) => hand.step(gradient, { learningRate: rate, beta2: this.#recipe.beta2 }));
    release(gradient);
  }

  /** Reads the held-out text, and keeps the numbers that read it best. */
  async #check(heldOut: readonly LeafText[], step: number, best: TuningBest | null): Promise<TuningBest> {
    const cut = (i: number): number => Math.floor((i * heldOut.length) / this.#hands.length);
    const parts = await Promise.all(
      this.#hands.map((hand, i) => hand.judge(heldOut.slice(cut(i), cut(i + 1)))),
    );
    const losses = parts.flat();
    const loss =
      losses.reduce((total, { sum }) => total + sum, 0) /
      losses.reduce((total, { positions }) => total + positions, 0);
    if (best !== null && !(loss < best.loss)) return { ...best, stale: best.stale + 1 };
    return { step, loss, values: (await this.#first.numbers()).values, stale: 0 };
  }

  async #keep(state: Omit<TuningState, 'values' | 'first' | 'second'>): Promise<void> {
    const { store } = this.#hooks;
    if (store === undefined) return;
    const { values, first, second } = await this.#first.numbers();
    await store.put(this.#key, { ...state, values, first, second }).catch(() => undefined);
  }
}

/** Whether the held-out text is read after a step. */
function isCheck({ checks }: TuningRecipe, step: number, steps: number): boolean {
  return Math.floor(((step + 1) * checks) / steps) > Math.floor((step * checks) / steps);
}

/** Rises, then falls along a cosine to nothing. */
function learningRate({ rate, warmUp }: TuningRecipe, step: number, steps: number): number {
  const rise = Math.min(1, (step + 1) / Math.max(1, warmUp * steps));
  return rate * rise * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
}
