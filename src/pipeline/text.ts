/** Text for calibration and evaluation: stories of a file, or stories that the original model writes itself. */
import type { ReferenceEngine } from '../quantize/kernel-types.js';
import { throwIfAborted } from '../shared/errors.js';
import type { ProgressMeter } from '../shared/progress.js';
import { piecesOf, storiesOf } from '../shared/stories.js';
import type { DeviceTokenizer } from '../tokenizer/index.js';
import { Breather } from './breather.js';
import { seededRandom } from './random.js';
import { sample, type SamplerOptions } from './sampler.js';

/** Bytes given to the tokenizer at once; its limit is 1 MiB. */
const ENCODE_BYTES = 256 * 1024;

/** A text as ids. */
export interface Sequences {
  /** Each with the ids that the tokenizer puts before a text, and at least two ids long. */
  readonly sequences: number[][];
  /** Tokens of the text, without what is put before; one of a story alone is in no sequence. */
  readonly tokens: number;
  /** The text has more. */
  readonly isCut: boolean;
}

/**
 * Cuts a text into id sequences of at most `context` tokens: one or more per story.
 * @param most tokens that are read of the text, or a few more
 */
export function storySequences(
  text: string,
  tokenizer: DeviceTokenizer,
  context: number,
  most = Infinity,
): Sequences {
  const sequences: number[][] = [];
  let tokens = 0;
  for (const story of storiesOf(text)) {
    if (tokens >= most) return { sequences, tokens, isCut: true };
    const ids: number[] = [];
    let isCut = false;
    for (const [index, piece] of piecesOf(story, ENCODE_BYTES / 4).entries()) {
      isCut = tokens + ids.length >= most;
      if (isCut) break;
      for (const id of tokenizer.encode(piece, { addSpecial: false, continues: index > 0 })) ids.push(id);
    }
    // One line may have more than all that is wanted.
    isCut ||= ids.length > most - tokens + context;
    if (isCut) ids.length = Math.min(ids.length, most - tokens);
    tokens += ids.length;
    // A prefix as long as the context leaves room for one id, so that the loop ends.
    const prefix = tokenizer.prefixIds.slice(0, context - 1);
    const room = context - prefix.length;
    for (let begin = 0; begin < ids.length; begin += room) {
      const sequence = [...prefix, ...ids.slice(begin, begin + room)];
      if (sequence.length > 1) sequences.push(sequence);
    }
    if (isCut) return { sequences, tokens, isCut };
  }
  return { sequences, tokens, isCut: false };
}

/** The model's own distribution. */
const PLAIN: SamplerOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };

export interface WritingOptions {
  /** Ids that every story begins with; at least one. */
  readonly prefixIds: readonly number[];
  /** Ids that end a story. */
  readonly stopIds: readonly number[];
  /** Most stories. */
  readonly stories: number;
  /** Most tokens of a story. */
  readonly tokens: number;
  /** The model writes no more tokens than that in all. */
  readonly enough: number;
  readonly seed: number;
  readonly meter?: ProgressMeter | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Lets the original model write stories at temperature 1, as its own text distribution. The same seed writes the same. */
export async function writeStories(reference: ReferenceEngine, options: WritingOptions): Promise<number[][]> {
  const breather = new Breather();
  const random = seededRandom(options.seed);
  const stories: number[][] = [];
  let written = 0;
  for (let story = 0; story < options.stories && written < options.enough; story++) {
    reference.reset();
    const ids = [...options.prefixIds];
    const most = Math.min(options.tokens, ids.length + options.enough - written);
    let logits = reference.forward(ids, 'last');
    while (ids.length < most) {
      throwIfAborted(options.signal);
      const id = sample(logits, [], PLAIN, random);
      ids.push(id);
      options.meter?.advance(1, `story ${story + 1}`);
      if (options.stopIds.includes(id) || ids.length >= most) break;
      logits = reference.forward([id], 'last');
      await breather.breathe();
    }
    written += ids.length - options.prefixIds.length;
    if (ids.length > 1) stories.push(ids);
  }
  return stories;
}

/** The id of the largest logit, the lowest among equals. */
export function greedy(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++) {
    if ((logits[id] as number) > (logits[best] as number)) best = id;
  }
  return best;
}
