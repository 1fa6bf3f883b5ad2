/** The second and third stage: a model as it is to be converted, and the plan of its conversion. */
import { applyEdits, type Edit } from '../edit/edit.js';
import { DEFAULT_BOARD_ID, findBoard, type Board } from '../plan/boards.js';
import { cutOffer } from '../plan/cut-offer.js';
import { makePlan, type Plan, type PlanOptions as MakePlanOptions } from '../plan/plan.js';
import { DEFAULT_SCHEME } from '../plan/defaults.js';
import { fitWithCut } from '../plan/fit.js';
import { ENGLISH_PLAN, planCut } from '../plan/words.js';
import { type WantedScheme } from '../plan/scheme.js';
import { ENCODING, groupFits, type Encoding } from '../schema/encodings.js';
import { FitError, UsageError } from '../shared/errors.js';
import { withContext } from '../model/rotaries.js';
import type { ChatPieces } from '../tokenizer/index.js';
import { plannedLength } from './check-limits.js';
import type { OpenedModel } from './open-model.js';
import type { ConvertOptions, Runtime } from './types.js';

/** What a plan depends on. */
export type PlanOptions = Pick<ConvertOptions, 'board' | 'scheme' | 'encodings' | 'fusions' | 'context'>;

/** A plan together with the model that it is of: what is shown, and then carried out. */
export interface PlannedModel {
  readonly opened: OpenedModel;
  readonly plan: Plan;
}

/**
 * Changes a model before it is planned; without edits it is the model itself.
 * @throws UsageError for an edit that there is not, or that the model does not allow; FormatError, UnsupportedError,
 *   TransportError; the signal's reason
 */
export async function editModel(
  opened: OpenedModel,
  edits: readonly Edit[],
  runtime: Pick<Runtime, 'twin' | 'deadline'>,
  signal?: AbortSignal,
): Promise<OpenedModel> {
  if (edits.length === 0) return opened;
  const { model, tokenizer, chat, begunChat, keptIds, notes } = await applyEdits(
    opened,
    edits,
    runtime,
    signal,
  );
  const before = opened.notes.filter(({ code }) => !code.startsWith('chat-'));
  return {
    ...opened,
    model,
    tokenizer,
    chat,
    begunChat,
    notes: [...before, ...notes],
    cut:
      keptIds === null
        ? null
        : { whole: opened, keptIds, text: edits.find(({ text }) => text)?.text ?? null },
  };
}

/**
 * Plans a model without converting anything. Whatever can be planned can be written, and read by the engine.
 * @throws UsageError for options that contradict each other or the model; UnsupportedError for sizes beyond the limits
 */
export function planOpened(read: OpenedModel, options: PlanOptions): PlannedModel {
  const scheme: WantedScheme = { ...DEFAULT_SCHEME, ...options.scheme };
  const opened = { ...read, chat: chosenChat(read, scheme) };
  const wanted = {
    board: boardOf(options),
    scheme,
    ...(options.fusions === undefined ? {} : { fusions: options.fusions }),
    context: options.context,
    ...(options.encodings === undefined ? {} : { encodings: checkedEncodings(options.encodings) }),
    otherBytes: [
      opened.tokenizer?.section,
      opened.chat?.section,
      opened.added?.actions,
      opened.added?.grammar,
    ].reduce((sum, section) => sum + (section?.length ?? 0), 0),
  };
  const plan = makePlan(opened.model, wanted);
  const cut = offer(opened, plan, wanted);
  const planned = {
    opened: { ...opened, model: withContext(opened.model, plan.context) },
    plan: { ...plan, cut, fit: cut?.fits === true ? fitWithCut(plan.fit) : plan.fit },
  };
  const weights = plannedLength(planned);
  const memories = plan.memories.map((use) => (use.memory === 'flash' ? { ...use, weights } : use));
  // What the strings take more than was reckoned they take in the cut model's package as well.
  const exact = cut && { ...cut, whole: weights, bytes: cut.bytes + weights - cut.whole };
  return { ...planned, plan: { ...planned.plan, memories, cut: exact } };
}

/** The board of a plan. @throws UsageError for one that there is not, and one that no image can be made for */
export function boardOf({ board }: Pick<PlanOptions, 'board'>): Board {
  return typeof board === 'object' ? board : findBoard(board ?? DEFAULT_BOARD_ID);
}

/** What a smaller vocabulary would make of the plan, where there is one to cut and it was not cut yet. */
function offer({ model, tokenizer, cut }: OpenedModel, plan: Plan, options: MakePlanOptions): Plan['cut'] {
  // Encodings that were chosen one by one are those of the whole model.
  if (tokenizer === null || (cut ?? null) !== null || options.encodings !== undefined) return null;
  return cutOffer(model, plan, options, tokenizer.section.length, tokenizer.addedIds.length);
}

/**
 * Encodings as they come from outside, in values that the table of encodings knows.
 * @throws UsageError naming the tensor
 */
function checkedEncodings(given: Readonly<Record<string, Encoding>>): ReadonlyMap<string, Encoding> {
  return new Map(
    Object.entries(given).map(([name, { kind, group }]) => {
      if (!Object.hasOwn(ENCODING, kind) || !groupFits(kind, group, Infinity))
        throw new UsageError(`${name} cannot be ${kind} in groups of ${group}.`);
      return [name, { kind, group }];
    }),
  );
}

/** The chat as a scheme has it. */
export function chosenChat(
  { chat, begunChat }: Pick<OpenedModel, 'chat' | 'begunChat'>,
  scheme: Pick<WantedScheme, 'chat'>,
): ChatPieces | null {
  return scheme.chat === 'begin' ? (begunChat ?? chat) : chat;
}

/** The plan alone, for whoever only shows it. @throws as {@link planOpened} */
export function planModel(opened: OpenedModel, options: PlanOptions): Plan {
  return planOpened(opened, options).plan;
}

/** @throws FitError with what is missing and what would help */
export function refuseUnfit(planned: PlannedModel): void {
  if (!planned.plan.fit.fits) throw new FitError(unfitText(planned));
}

/** That a model does not fit its board, by how much, and what would help, in English. */
export function unfitText({ plan }: PlannedModel): string {
  const { fit, board } = plan;
  const cut = planCut(plan, ENGLISH_PLAN);
  const help = [...fit.problems, ...fit.remedies, ...(cut === null ? [] : [cut])];
  return [`The model does not fit ${board.name}.`, ...help].join(' ');
}
