/** Whether a plan fits its board, what is too much, and what would help. */
import type { DecoderModel } from '../model/decoder.js';
import { PACKAGE_LIMITS } from '../schema/limits.js';
import type { PlanAdvice, PlanProblem, PlanRemedy } from './advice.js';
import { packageFlashBytes, type Board } from './boards.js';
import { storedBytes, type PlannedTensor } from './layout.js';
import { cacheBytes, scratchBytes } from './memory.js';
import { isQuantized, type Scheme } from './scheme.js';
import { ENGLISH_PLAN, planProblems, planRemedies } from './words.js';

export interface Fit {
  readonly fits: boolean;
  /** What does not fit and by how much, one English sentence each. */
  readonly problems: readonly string[];
  /** What would help, one English sentence each; empty when all fits. */
  readonly remedies: readonly string[];
  /** The same as facts, for other languages. */
  readonly advice: PlanAdvice;
}

/** What was planned, as far as it can be too much. */
interface FitInputs {
  readonly model: DecoderModel;
  readonly board: Board;
  readonly scheme: Scheme;
  readonly context: number;
  readonly cache: number;
  readonly scratch: number;
  readonly sramCapacity: number;
  readonly cacheInSram: boolean;
  readonly packageBytes: number;
  readonly flashCapacity: number;
  readonly planned: readonly PlannedTensor[];
}

/** Says what does not fit, and what would help. */
export function judgeFit(input: FitInputs): Fit {
  const { board, context, cache, scratch, sramCapacity, cacheInSram, packageBytes, flashCapacity } = input;
  const problems: PlanProblem[] = [];
  const remedies: PlanRemedy[] = [];
  const tokens = longestContext(input);
  const shorter: PlanRemedy[] = tokens === null ? [] : [{ code: 'context', context: tokens }];
  if (scratch > sramCapacity) {
    problems.push({ code: 'scratch', needed: scratch, available: sramCapacity });
    remedies.push(...(tokens === null ? [{ code: 'narrower-model' as const }] : shorter));
  } else if (!cacheInSram && cache > board.psramBytes) {
    const room = Math.max(sramCapacity - scratch, board.psramBytes);
    problems.push({ code: 'cache', context, needed: cache, available: room });
    remedies.push(...shorter);
    if (input.scheme.cache !== 'int8') remedies.push({ code: 'int8-cache' });
    if (board.psramBytes === 0) remedies.push({ code: 'psram' });
  }
  if (packageBytes > flashCapacity) {
    problems.push({ code: 'flash', needed: packageBytes, available: flashCapacity });
    const flash = flashRemedies(input);
    // What helps the memories alone is no help to a model that no flash holds.
    if (flash.length === 0) remedies.splice(0, remedies.length, { code: 'smaller-model' });
    else remedies.push(...flash);
  }
  const advice: PlanAdvice = { problems, remedies };
  return {
    fits: problems.length === 0,
    problems: planProblems({ advice }, ENGLISH_PLAN),
    remedies: planRemedies({ advice }, ENGLISH_PLAN),
    advice,
  };
}

/** The same with another context advised. */
export function fitWithContext(fit: Fit, context: number): Fit {
  const remedies = fit.advice.remedies.map((remedy) =>
    remedy.code === 'context' ? { code: 'context' as const, context } : remedy,
  );
  const advice = { ...fit.advice, remedies };
  return { ...fit, advice, remedies: planRemedies({ advice }, ENGLISH_PLAN) };
}

/** The same for a model that a cut of its vocabulary makes fit: it need not be a smaller one. */
export function fitWithCut(fit: Fit): Fit {
  const remedies = fit.advice.remedies.filter(({ code }) => code !== 'smaller-model');
  const advice = { ...fit.advice, remedies };
  return { ...fit, advice, remedies: planRemedies({ advice }, ENGLISH_PLAN) };
}

/** What makes a package fit into flash, when it is too large. */
function flashRemedies({ board, scheme, planned, packageBytes, flashCapacity }: FitInputs): PlanRemedy[] {
  const tooMuch = packageBytes - flashCapacity;
  const remedies: PlanRemedy[] = [];
  const rotary = planned
    .filter((tensor) => tensor.parts.length === 0)
    .reduce((sum, tensor) => sum + storedBytes(tensor), 0);
  if (rotary > tooMuch) remedies.push({ code: 'shorter-context' });
  if (!isQuantized(scheme)) remedies.push({ code: 'int8-weights' });
  const grouped = planned.reduce(
    (sum, tensor) => sum + (tensor.encoding.group > 0 ? tensor.tableBytes : 0),
    0,
  );
  if (grouped > tooMuch) remedies.push({ code: 'channel-scales' });
  const { chip } = board;
  const most = packageFlashBytes({ chip, flashBytes: chip.image.largestFlashBytes });
  if (flashCapacity < most && packageBytes <= most) remedies.push({ code: 'more-flash' });
  return remedies;
}

/** The longest context whose cache and working memory fit the board, `null` when not even the shortest does. */
function longestContext({ model, board, scheme, sramCapacity }: FitInputs): number | null {
  const fits = (context: number): boolean => {
    const scratch = scratchBytes(model, scheme, context, 1, board.chip.cores);
    const cache = cacheBytes(model, scheme, context);
    return scratch <= sramCapacity && (cache <= board.psramBytes || scratch + cache <= sramCapacity);
  };
  let low = 2;
  let high = Math.min(model.longer?.maxPositions ?? model.maxPositions, PACKAGE_LIMITS.context);
  if (high < low || !fits(low)) return null;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
