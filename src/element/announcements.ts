/** What a screen reader says about what changed, one sentence at a time; see the element's one live region. */
import { findBoard } from '../plan/boards.js';
import type { PlanJson } from '../plan/plan.js';
import { answersOf } from './home/answers-door.js';
import type { Page } from './page.js';
import type { State } from './state.js';
import type { Strings } from './strings/strings.js';

/** A state that has more to say than that a model is chosen or read. */
export type Later = Exclude<State, { step: 'choose' | 'reading' }>;

/**
 * About a step beyond the first, or about what changed in it.
 * @param told what was spoken of last
 * @param page whose model may say what its answers mean
 * @returns `null` when nothing is to be said anew
 */
export function announcement(now: Later, told: State, strings: Strings, page?: Page): string | null {
  const { announce } = strings;
  switch (now.step) {
    case 'fit':
      return aboutFit(now, told, strings);
    case 'converting':
      return told.step === 'converting' ? null : announce.converting(now.choice.inspection.name);
    case 'result':
      if (told.step !== 'result')
        return announce.result(strings.report.verdicts[now.result.report.verdict].title);
      return aboutResult(now, told, strings, page);
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

type Result = Extract<State, { step: 'result' }>;

/** Words of the model as they arrive are not read out, only that they are complete. */
function aboutResult(now: Result, told: Result, strings: Strings, page?: Page): string | null {
  const { announce } = strings;
  if (now.image !== told.image && now.image.kind === 'failed') return now.image.failure.title;
  if (now.trial !== told.trial) {
    if (now.trial.kind === 'ended') {
      const answers = page === undefined ? null : answersOf(page, now, strings);
      return answers?.sentence(now.trial.text) ?? announce.generated(now.trial.tokens);
    }
    return now.trial.kind === 'failed' ? now.trial.failure.title : '';
  }
  return now.panel === told.panel ? null : '';
}
