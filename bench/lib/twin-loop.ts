/** Greedy generation with the twin, timed: the same loop in Node and in a page. */
import type { Twin } from '../../src/device/twin.js';

/** A measurement lasts at least this long, so that clocks with coarse steps do not matter. */
const LEAST_SECONDS = 0.4;

/**
 * Tokens per second of greedy generations from one id on, the first token (which comes out of the prompt) not counted.
 * Positions are those from 1 to `tokens - 1`, over and over.
 * @param first the prompt: one id
 */
export function measureTwin(
  twin: Twin,
  first: number,
  tokens: number,
): { tokensPerSecond: number; tokens: number } {
  let made = 0;
  let seconds = 0;
  while (seconds < LEAST_SECONDS) {
    const generation = twin.generate({
      ids: [first],
      maxNewTokens: tokens,
      temperature: 0,
      repetitionPenalty: 1,
    });
    generation.next();
    const begin = performance.now();
    let count = 0;
    while (generation.next().done !== true) count += 1;
    seconds += (performance.now() - begin) / 1000;
    if (count !== tokens - 1) throw new Error(`the generation ended after ${count + 1} of ${tokens} tokens`);
    made += count;
  }
  return { tokensPerSecond: made / seconds, tokens: made };
}
