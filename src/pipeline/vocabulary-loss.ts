/**
 * What a cut of the vocabulary costs: how much longer texts become, and how well they are foretold by the original with all
 * of its tokens, with those that are left, and by the converted model. Bits per byte compare what reads in unlike pieces.
 */
import type { TwinEngine } from '../device/twin-types.js';
import type { Plan } from '../plan/plan.js';
import type { ReferenceEngine } from '../quantize/kernel-types.js';
import type { BitsPerByte, CutText, TextLength, VocabularyReport } from '../quantize/vocabulary-report.js';
import { throwIfAborted } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import { piecesOf, storiesOf } from '../shared/stories.js';
import type { DeviceTokenizer } from '../tokenizer/index.js';
import { Breather } from './breather.js';
import { prefixIds, type CutModel, type OpenedModel } from './open-model.js';
import { EVALUATION_SEED, OriginalModel } from './original-model.js';
import { multiplyAddsPerToken } from './text-parts.js';
import { textLength } from './text-length.js';
import type { Hooks, Runtime } from './types.js';

/** Multiply-adds that the whole original is given: a few seconds. */
const BUDGET = 1e10;

/** Tokens that the models are compared over, at least and at most. */
const TOKENS = { least: 64, most: 2048 };

export interface CutInput {
  readonly opened: OpenedModel;
  readonly cut: CutModel;
  readonly plan: Plan;
  /** The original with the tokens that are left. */
  readonly reference: ReferenceEngine;
  readonly twin: TwinEngine;
  readonly evaluationText: string | undefined;
}

/** @throws FormatError, TransportError; the signal's reason */
export async function measureCut(input: CutInput, runtime: Runtime, hooks: Hooks): Promise<VocabularyReport> {
  const { opened, cut, plan, evaluationText } = input;
  const { tokenizer: small } = opened;
  const { tokenizer: large } = cut.whole;
  if (small === null || large === null) throw new Error('A vocabulary was cut without a tokenizer.');
  const original = new OriginalModel(cut.whole, runtime, hooks);
  try {
    const texts: (readonly [CutText, readonly string[]])[] = [];
    if (evaluationText !== undefined) texts.push(['evaluation', storiesOf(evaluationText)]);
    if (cut.text !== null && cut.text !== evaluationText) texts.push(['kept', storiesOf(cut.text)]);
    if (texts.length === 0) {
      const written = await original.written(plan, EVALUATION_SEED);
      texts.push(['written', written.map((ids) => large.decode(ids, { skipSpecial: true }))]);
    }
    const [first] = texts;
    return {
      tokens: opened.model.vocabSize,
      of: cut.whole.model.vocabSize,
      lengths: texts.map(([text, stories]): TextLength => ({ text, ...textLength(stories, large, small) })),
      bitsPerByte:
        first === undefined ? null : await bitsPerByte(first, original, { ...input, large, small }, hooks),
    };
  } finally {
    original.dispose();
  }
}

async function bitsPerByte(
  [text, stories]: readonly [CutText, readonly string[]],
  original: OriginalModel,
  input: CutInput & { readonly large: DeviceTokenizer; readonly small: DeviceTokenizer },
  hooks: Hooks,
): Promise<BitsPerByte | null> {
  const { opened, cut, plan, reference, twin, large, small } = input;
  const whole = await original.reference();
  const context = Math.min(plan.context, whole.context, reference.context);
  const affordable = Math.floor(BUDGET / multiplyAddsPerToken(cut.whole.model, context));
  const most = Math.min(TOKENS.most, Math.max(TOKENS.least, affordable));
  const prefix = { large: prefixIds(cut.whole), small: prefixIds(opened) };
  const room = context - Math.max(prefix.large.length, prefix.small.length);
  const passages = passagesOf(stories, large, small, room, most);
  const bytes = passages.reduce((sum, passage) => sum + passage.bytes, 0);
  if (bytes === 0) return null;
  const tokens = passages.reduce((sum, { before, after }) => sum + before.length + 2 * after.length, 0);
  const meter = new ProgressMeter('checking', 'tokens', tokens, hooks.onProgress);
  const breather = new Breather();
  const kept = new Set(cut.keptIds);
  const lostIds = Array.from({ length: whole.vocabSize }, (_, id) => id).filter((id) => !kept.has(id));
  const sums = { whole: 0, cut: 0, converted: 0, lost: 0, positions: 0 };
  for (const { before, after } of passages) {
    throwIfAborted(hooks.signal);
    const read = surprise(whole, prefix.large, before, lostIds);
    sums.whole += read.nats;
    sums.lost += read.lost;
    sums.positions += before.length;
    sums.cut += surprise(reference, prefix.small, after).nats;
    sums.converted += surprise(twin, prefix.small, after).nats;
    meter.advance(before.length + 2 * after.length, 'vocabulary');
    await breather.breathe();
  }
  const bits = (nats: number): number => nats / Math.LN2 / bytes;
  return {
    text,
    bytes,
    whole: bits(sums.whole),
    cut: bits(sums.cut),
    converted: bits(sums.converted),
    lost: sums.lost / sums.positions,
  };
}

/** Text that is read at once, in the tokens before and after the cut. */
interface Passage {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly bytes: number;
}

/**
 * Passages that fit the context in either tokens, so that all models know the same words of what came before.
 * Those with characters that a tokenizer does not know are left out: not knowing costs too few bits.
 */
function passagesOf(
  stories: readonly string[],
  large: DeviceTokenizer,
  small: DeviceTokenizer,
  room: number,
  most: number,
): Passage[] {
  const found: Passage[] = [];
  let tokens = 0;
  const take = (text: string, continues: boolean): void => {
    if (tokens >= most || text === '') return;
    const [before, after] = [large, small].map((tokenizer) =>
      tokenizer.encode(text, { addSpecial: false, continues }),
    ) as [number[], number[]];
    if (Math.max(before.length, after.length) > room) {
      // Half of it, where there is a space to part it at.
      const pieces = piecesOf(text, Math.ceil(text.length / 2));
      if (text.length > 1) for (const [index, piece] of pieces.entries()) take(piece, continues || index > 0);
      return;
    }
    const isUnknown = [large, small].some(
      ({ unkId }, index) => unkId !== null && [before, after][index]?.includes(unkId),
    );
    if (isUnknown) return;
    found.push({ before, after, bytes: new TextEncoder().encode(text).length });
    tokens += before.length;
  };
  for (const story of stories)
    for (const [index, piece] of piecesOf(story, 2 * room).entries()) take(piece, index > 0);
  return found;
}

/** Sum over a text of what it takes to tell each of its tokens, and of the probability of some tokens. */
function surprise(
  model: Pick<ReferenceEngine, 'reset' | 'forward' | 'vocabSize'> | TwinEngine,
  prefix: readonly number[],
  ids: readonly number[],
  some: readonly number[] = [],
): { nats: number; lost: number } {
  model.reset();
  const all = [...prefix, ...ids];
  const logits = model.forward(all.slice(0, -1), 'all');
  const vocabSize = logits.length / (all.length - 1);
  let nats = 0;
  let lost = 0;
  for (let at = prefix.length - 1; at < all.length - 1; at++) {
    const row = logits.subarray(at * vocabSize, (at + 1) * vocabSize);
    let largest = -Infinity;
    for (const value of row) largest = Math.max(largest, value);
    let sum = 0;
    for (const value of row) sum += Math.exp(value - largest);
    let share = 0;
    for (const id of some) share += Math.exp((row[id] as number) - largest);
    nats += Math.log(sum) - ((row[all[at + 1] as number] as number) - largest);
    lost += share / sum;
  }
  return { nats, lost };
}
