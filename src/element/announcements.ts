/** What a screen reader says about what changed, one sentence at a time; see the element's one live region. */
import type { State } from './state.js';
import type { FirstStrings, Strings } from './strings/strings.js';

/** About a new step. @param all `null` before the words beyond the first view are loaded */
export function announceStep(now: State, before: State, first: FirstStrings, all: Strings | null): string {
  const { announce, reading } = first;
  switch (now.step) {
    case 'choose':
      return now.failure?.title ?? '';
    case 'reading':
      return reading.heading(now.name);
    case 'fit':
      if (now.failure !== null) return now.failure.title;
      return before.step === 'converting'
        ? announce.cancelled
        : announce.fit(now.choice.plan.fits, now.choice.plan.board);
    case 'converting':
      return announce.converting(now.choice.inspection.name);
    case 'result':
      if (before.step === 'result') return '';
      return announce.result(all?.report.verdicts[now.result.report.verdict].title ?? '');
    case 'talk':
      return '';
  }
}

/**
 * About a generation: words as they arrive are not read out, only that they are complete.
 * @returns `null` when nothing is to be said anew
 */
export function announceGeneration(now: State, before: State, { announce }: FirstStrings): string | null {
  if (now.step !== 'result' || before.step !== 'result' || now.trial === before.trial) return null;
  if (now.trial.kind === 'ended') return announce.generated(now.trial.tokens);
  return now.trial.kind === 'failed' ? now.trial.failure.title : '';
}
