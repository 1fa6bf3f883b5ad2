/** The one way in which a speed of writing is counted. */

/**
 * Tokens a second while a model writes. The first token comes out of reading the prompt, so it is no part of the figure:
 * `tokens` tokens take `tokens - 1` passes.
 * @param tokens that were written, the first among them
 * @param seconds from the first token to the last
 * @returns 0 where nothing can be said: fewer than two tokens, or no time
 */
export function decodeRate(tokens: number, seconds: number): number {
  return tokens > 1 && seconds > 0 ? (tokens - 1) / seconds : 0;
}
