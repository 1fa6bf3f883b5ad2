/** One of several options for each of many items, so that their losses are least within a budget. */

/** What an item may be: what it takes of the budget, and what it loses. */
export interface AllocationOption {
  readonly cost: number;
  readonly loss: number;
}

/** How often the price of a unit of cost is halved or doubled: far more than doubles have digits. */
const ROUNDS = 100;

/**
 * A multiple-choice knapsack: for a price of a unit of cost each item takes the option with the least loss plus price; the
 * lowest price whose choice keeps within the budget is found by bisection, and what is left over is spent greedily, on
 * the change that saves most loss for a unit of cost. Deterministic.
 * @param items each with one option at least
 * @returns the index of the option of each item, `null` when not even the cheapest fit
 */
export function allocate(
  items: readonly (readonly AllocationOption[])[],
  budget: number,
): readonly number[] | null {
  const free = choose(items, 0);
  if (costOf(items, free) <= budget) return free;
  const cheapest = choose(items, Infinity);
  if (costOf(items, cheapest) > budget) return null;
  let [low, high] = [0, Infinity];
  let best = cheapest;
  for (let round = 0; round < ROUNDS; round++) {
    const price = between(low, high);
    const choice = choose(items, price);
    if (costOf(items, choice) <= budget) [high, best] = [price, choice];
    else low = price;
  }
  return spend(items, best, budget);
}

/**
 * All choices that some price gives, from the cheapest to the best: the lower convex hull of loss over cost. From one to the
 * next, items change one after the other, so that there are as many points as changes.
 */
export function frontierOf(items: readonly (readonly AllocationOption[])[]): readonly (readonly number[])[] {
  const choice = [...choose(items, Infinity)];
  const changes = items
    .flatMap((options, item) => hullChanges(options).map((change) => ({ item, ...change })))
    .sort((a, b) => b.gain - a.gain || a.item - b.item);
  const points: number[][] = [[...choice]];
  for (const { item, option } of changes) {
    choice[item] = option;
    points.push([...choice]);
  }
  return points;
}

/** The options of an item on its own hull, after the cheapest, each with the loss that a unit of cost saves. */
function hullChanges(options: readonly AllocationOption[]): { option: number; gain: number }[] {
  const found: { option: number; gain: number }[] = [];
  let at = chooseOne(options, Infinity);
  for (;;) {
    const from = options[at] as AllocationOption;
    let next = -1;
    let gain = 0;
    for (const [option, { cost, loss }] of options.entries()) {
      const saved = (from.loss - loss) / (cost - from.cost);
      if (cost > from.cost && saved > gain) [next, gain] = [option, saved];
    }
    if (next < 0) return found;
    found.push({ option: next, gain });
    at = next;
  }
}

/** A price that halves the range, or goes beyond it as long as an end is open. */
function between(low: number, high: number): number {
  if (high === Infinity) return low === 0 ? 1e-12 : low * 16;
  return low === 0 ? high / 16 : Math.sqrt(low * high);
}

function choose(items: readonly (readonly AllocationOption[])[], price: number): number[] {
  return items.map((options) => chooseOne(options, price));
}

/** The option with the least loss and price; the cheaper of equals. An infinite price wants the cheapest. */
function chooseOne(options: readonly AllocationOption[], price: number): number {
  const value = ({ cost, loss }: AllocationOption): number =>
    price === Infinity ? cost : loss + price * cost;
  return options.reduce((best, option, index) => {
    const other = options[best] as AllocationOption;
    const difference = value(option) - value(other);
    const tie = price === Infinity ? option.loss - other.loss : option.cost - other.cost;
    return difference < 0 || (difference === 0 && tie < 0) ? index : best;
  }, 0);
}

function costOf(items: readonly (readonly AllocationOption[])[], choice: readonly number[]): number {
  return items.reduce((sum, options, item) => sum + (options[choice[item] ?? 0]?.cost ?? 0), 0);
}

/** Spends what a choice leaves of the budget. */
function spend(
  items: readonly (readonly AllocationOption[])[],
  choice: readonly number[],
  budget: number,
): number[] {
  const spent = [...choice];
  let left = budget - costOf(items, spent);
  for (;;) {
    let best: { item: number; option: number; gain: number; cost: number } | null = null;
    for (const [item, options] of items.entries()) {
      const from = options[spent[item] ?? 0] as AllocationOption;
      for (const [option, { cost, loss }] of options.entries()) {
        const more = cost - from.cost;
        const saved = from.loss - loss;
        if (saved <= 0 || more > left) continue;
        const gain = more <= 0 ? Infinity : saved / more;
        if (best === null || gain > best.gain) best = { item, option, gain, cost: more };
      }
    }
    if (best === null) return spent;
    spent[best.item] = best.option;
    left -= best.cost;
  }
}
