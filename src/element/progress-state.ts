/** How far a download or a conversion is, in the state. */
import type { Progress } from '../shared/progress.js';
import type { QuantizedTensor, State } from './state.js';

/** The state with a report of its work; `null` for a state that has none. */
export function withProgress(now: State, progress: Progress): State | null {
  if (now.step !== 'reading' && now.step !== 'converting') return null;
  const { stage, done, total } = progress;
  if (stage === 'downloading') return { ...now, download: done === total ? null : progress };
  if (now.step === 'reading') return null;
  const stages = now.stages.at(-1) === stage ? now.stages : [...now.stages, stage];
  return { ...now, stages, tensors: quantized(now, progress), progress };
}

/** The tensors with what the latest report adds: more bytes of the current one, or another one. */
function quantized(
  { tensors, progress: before }: Extract<State, { step: 'converting' }>,
  progress: Progress,
): readonly QuantizedTensor[] {
  if (progress.stage !== 'quantizing') return tensors;
  const added = progress.done - (before?.stage === 'quantizing' ? before.done : 0);
  const last = tensors.at(-1);
  if (last?.name !== progress.item) return [...tensors, { name: progress.item, bytes: added }];
  return [...tensors.slice(0, -1), { name: last.name, bytes: last.bytes + added }];
}
