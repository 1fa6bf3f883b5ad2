/** What two models write after the same prompts, each its most likely tokens. */
import type { TwinEngine } from '../device/twin-types.js';
import type { ReferenceEngine } from '../quantize/kernel-types.js';
import { firstDifference, type TextPair } from '../quantize/report.js';
import { throwIfAborted } from '../shared/errors.js';
import { ProgressMeter } from '../shared/progress.js';
import type { DeviceTokenizer } from '../tokenizer/index.js';
import { Breather } from './breather.js';
import { greedy } from './text.js';
import type { Hooks } from './types.js';

/** A prompt as ids, with the text to show for it. */
export interface Prompt {
  readonly text: string;
  readonly ids: readonly number[];
}

/** What texts are written with, whoever writes. */
export interface TextsInput {
  readonly reference: ReferenceEngine;
  readonly tokenizer: DeviceTokenizer | null;
  readonly prompts: readonly Prompt[];
  readonly stopIds: readonly number[];
  /** Tokens that the converted model holds. */
  readonly context: number;
  readonly hooks: Hooks;
}

/** Tokens of each text. */
const TEXT_TOKENS = 64;

/** Writes with both. A prompt that fills the context has no text. */
export async function sideBySide(input: TextsInput, twin: TwinEngine): Promise<TextPair[]> {
  const { reference, prompts } = input;
  const meter = new ProgressMeter(
    'generating',
    'tokens',
    2 * TEXT_TOKENS * prompts.length,
    input.hooks.onProgress,
  );
  const pairs: TextPair[] = [];
  for (const prompt of prompts) {
    const before = await written(reference, prompt, input, meter);
    if (before !== null) pairs.push(pairOf(prompt, before, await written(twin, prompt, input, meter), input));
  }
  return pairs;
}

/** The ids that a model writes after a prompt; `null` where there is no room for any. */
export async function written(
  model: Model,
  prompt: Prompt,
  { reference, context, stopIds, hooks }: TextsInput,
  meter?: ProgressMeter,
): Promise<number[] | null> {
  const room = Math.min(context, reference.context) - prompt.ids.length;
  if (prompt.ids.length === 0 || room < 1) return null;
  const tokens = Math.min(TEXT_TOKENS, room);
  const breather = new Breather();
  model.reset();
  const ids: number[] = [];
  let next = greedy(model.forward(prompt.ids, 'last'));
  for (;;) {
    throwIfAborted(hooks.signal);
    ids.push(next);
    meter?.advance(1, 'greedy text');
    if (ids.length >= tokens || stopIds.includes(next)) return ids;
    next = greedy(model.forward([next], 'last'));
    await breather.breathe();
  }
}

/** Both texts after a prompt. */
export function pairOf(
  prompt: Prompt,
  before: readonly number[],
  written: readonly number[] | null,
  input: Pick<TextsInput, 'tokenizer' | 'stopIds'>,
): TextPair {
  const after = written ?? [];
  const isCut = (ids: readonly number[]): boolean => !input.stopIds.includes(ids.at(-1) ?? -1);
  return {
    prompt: prompt.text,
    before: continuation(input, prompt.ids, before),
    after: continuation(input, prompt.ids, after),
    beforeIds: before,
    afterIds: after,
    firstDifference: firstDifference(before, after),
    isCut: { before: isCut(before), after: isCut(after) },
  };
}

interface Model {
  reset(): void;
  forward(ids: readonly number[], want: 'last'): Float32Array;
}

/**
 * Text of ids that continue others: a decoder may treat the first token of a text otherwise. Special tokens are no text for
 * people.
 */
function continuation(
  { tokenizer }: Pick<TextsInput, 'tokenizer'>,
  prompt: readonly number[],
  ids: readonly number[],
): string {
  const decode = (of: readonly number[]): string =>
    tokenizer?.decode(of, { skipSpecial: true }) ?? of.join(' ');
  const whole = decode([...prompt, ...ids]);
  const before = decode(prompt);
  return tokenizer !== null && whole.startsWith(before) ? whole.slice(before.length) : decode(ids);
}
