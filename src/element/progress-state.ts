/** How far a download or a conversion is, in the state. */
import type { Progress } from '../shared/progress.js';
import type { State } from './state.js';

/** The state with a report of its work; `null` for a state that has none. */
export function withProgress(now: State, progress: Progress): State | null {
  if (now.step !== 'reading' && now.step !== 'converting') return null;
  const { stage, done, total } = progress;
  if (stage === 'downloading') return { ...now, download: done === total ? null : progress };
  if (now.step === 'reading') return null;
  const stages = now.stages.at(-1) === stage ? now.stages : [...now.stages, stage];
  // Some are gone through twice.
  const begun = progress.begun?.filter(({ name }) => !now.tensors.some((known) => known.name === name));
  return { ...now, stages, tensors: [...now.tensors, ...(begun ?? [])], progress };
}
