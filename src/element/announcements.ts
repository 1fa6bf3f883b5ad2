/** What a screen reader says about what changed, one sentence at a time; see the element's one live region. */
import { findBoard } from '../plan/boards.js';
import type { PlanJson } from '../plan/plan.js';
import type { Result, State } from './state.js';
import type { Strings } from './strings/strings.js';

/** A state that has more to say than that a model is chosen or read. */
export type Later = Exclude<State, { step: 'choose' | 'reading' }>;

/**
 * About a step beyond the first, or about what changed in it.
 * @param told what was spoken of last
 * @returns `null` when nothing is to be said anew
 */
export function announcement(now: Later, told: State, strings: Strings): string | null {
  const { announce } = strings;
  switch (now.step) {
    case 'fit':
      return aboutFit(now, told, strings);
    case 'converting':
      return told.step === 'converting' ? null : announce.converting(now.choice.inspection.name);
    case 'result':
      if (told.step !== 'result')
        return announce.result(strings.report.verdicts[now.result.report.verdict].title);
      return aboutResult(now, told);
    case 'talk':
      return told.step === 'talk' ? null : '';
  }
}

/** Whether the model fits: at first, when a setting changed it, and once more after a setting that was not possible. */
function aboutFit(now: Extract<State, { step: 'fit' }>, told: State, strings: Strings): string | null {
  if (now.failure !== null) return now.failure.title;
  if (told.step === 'converting') return strings.announce.cancelled;
  const verdict = fitSentence(now.choice.plan, strings);
  const known = told.step === 'fit' && told.failure === null ? fitSentence(told.choice.plan, strings) : '';
  return verdict === known ? null : verdict;
}

function fitSentence({ fits, board }: PlanJson, { announce }: Strings): string {
  return announce.fit(fits, findBoard(board).name);
}

function aboutResult(now: Result, told: Result): string | null {
  if (now.image !== told.image && now.image.kind === 'failed') return now.image.failure.title;
  return now.panel === told.panel ? null : '';
}
