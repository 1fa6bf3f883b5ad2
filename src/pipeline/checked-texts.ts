/** The texts of a conversion as token ids. What the model cannot read is refused here, before the work. */
import type { Plan } from '../plan/plan.js';
import { UsageError } from '../shared/errors.js';
import type { Note, TextPurpose } from './notes.js';
import { prefixIds, type OpenedModel } from './open-model.js';
import type { PlannedModel } from './plan-model.js';
import type { Prompt } from './side-by-side.js';
import { storySequences } from './text.js';
import type { ConvertOptions } from './types.js';

export type TextOptions = Pick<ConvertOptions, 'calibrationText' | 'evaluationText' | 'prompts' | 'report'>;

/** Texts that the model can read. */
export interface CheckedTexts {
  /** For static scales; `null`: the model writes its own. */
  readonly calibration: readonly (readonly number[])[] | null;
  /** For the report; `null`: the model writes its own. */
  readonly evaluation: readonly (readonly number[])[] | null;
  /** The text that became `evaluation`. */
  readonly evaluationText?: string;
  /** For the side-by-side texts; none without a report. */
  readonly prompts: readonly Prompt[];
  /** What of the texts was left out. */
  readonly notes: readonly Note[];
}

/**
 * Arithmetic that a given text is worth, in multiply-adds: about a minute, at the 1e10 a second that an ordinary computer
 * does of them in both engines together.
 */
const TEXT_BUDGET = 5e11;

/**
 * Turns the texts into ids.
 * @throws UsageError when a text or a prompt has too few tokens, or some that the model does not have, or leaves no room
 */
export function checkTexts({ opened, plan }: PlannedModel, options: TextOptions = {}): CheckedTexts {
  const notes: Note[] = [];
  const given = (text: string | undefined, purpose: TextPurpose): number[][] | null =>
    text === undefined ? null : sequences(opened, plan, text, purpose, notes);
  return {
    calibration: given(options.calibrationText, 'calibration'),
    evaluation: given(options.evaluationText, 'evaluation'),
    ...(options.evaluationText === undefined ? {} : { evaluationText: options.evaluationText }),
    prompts: options.report === false ? [] : prompts(opened, plan, options.prompts),
    notes,
  };
}

function sequences(
  opened: OpenedModel,
  plan: Plan,
  text: string,
  purpose: TextPurpose,
  notes: Note[],
): number[][] {
  const { tokenizer, model } = opened;
  if (tokenizer === null)
    throw new UsageError('A text needs a tokenizer, and the folder has no tokenizer.json.');
  // The original reads every token, and in an evaluation the converted model too.
  const attention = model.blocks.length * model.hiddenSize * plan.context;
  const perToken = (model.parameters + attention) * (purpose === 'evaluation' ? 2 : 1);
  const most = Math.max(plan.context, Math.floor(TEXT_BUDGET / perToken));
  const found = storySequences(text, tokenizer, plan.context, most);
  if (found.sequences.length === 0) {
    const few = found.tokens === 0 ? 'is empty' : 'has one token a story, and at least two are needed';
    throw new UsageError(`The text for ${purpose} ${few}. Give a longer one.`);
  }
  for (const sequence of found.sequences) checkIds(opened, sequence, `The text for ${purpose}`);
  if (found.isCut) notes.push({ code: `${purpose}-cut`, tokens: found.tokens });
  return found.sequences;
}

function prompts(opened: OpenedModel, plan: Plan, wanted: readonly string[] | undefined): Prompt[] {
  const { tokenizer, chat } = opened;
  if (tokenizer === null) {
    if (wanted === undefined) return [{ text: '', ids: prefixIds(opened) }];
    throw new UsageError('A prompt needs a tokenizer, and the folder has no tokenizer.json.');
  }
  const texts =
    wanted ??
    (chat === null
      ? ['Once upon a time']
      : ['Hello! Who are you?', 'Turn on the light in the kitchen, please.']);
  const found = texts.map((text) => ({
    text,
    ids: chat === null ? tokenizer.encode(text) : tokenizer.encodeTurn(chat.section, { user: text }),
  }));
  if (wanted !== undefined) for (const { ids } of found) checkPrompt(opened, plan, ids);
  return found;
}

/** @throws UsageError when a prompt that was asked for cannot be continued */
function checkPrompt(opened: OpenedModel, plan: Plan, ids: readonly number[]): void {
  if (ids.length === 0) throw new UsageError('A prompt has no tokens; give some text.', { code: 'prompt' });
  if (ids.length >= plan.context) {
    throw new UsageError(
      `A prompt has ${ids.length} tokens, which leaves no room in the context of ${plan.context}.`,
      { code: 'prompt' },
    );
  }
  checkIds(opened, ids, 'A prompt');
}

/** Tokenizers may have more ids than the embedding has rows. @throws UsageError for one without a row */
function checkIds({ model, tokenizer }: OpenedModel, ids: readonly number[], what: string): void {
  const unknown = ids.find((id) => id >= model.vocabSize);
  if (unknown === undefined) return;
  throw new UsageError(
    `${what} has the token ${JSON.stringify(tokenizer?.tokenText(unknown) ?? '')} (id ${unknown}), but the ` +
      `embedding has only ${model.vocabSize} rows. Leave it out.`,
  );
}
