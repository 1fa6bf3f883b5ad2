/** How much of a text is read where the whole would take too long. */
import type { DecoderModel } from '../model/decoder.js';

/** Multiply-adds of one token, twice over as two models read it. */
export function multiplyAddsPerToken(model: DecoderModel, context: number): number {
  return 2 * (model.parameters + model.blocks.length * model.hiddenSize * context);
}

/** The beginning of a text of sequences. */
export function firstTokens(sequences: readonly (readonly number[])[], most: number): (readonly number[])[] {
  let left = most;
  return sequences
    .map((sequence) => {
      const part = sequence.slice(0, Math.max(0, left));
      left -= part.length;
      return part;
    })
    .filter((part) => part.length > 0);
}
