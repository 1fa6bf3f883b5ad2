/** Starts the study of what rounding did to some numbers of a matrix. */
import type { RoundingPlace, RoundingSample } from '../pipeline/rounding.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import type { RoundingTask, serveRounding } from './rounding-study.js';
import { loadRuntime, type RuntimeUrls } from './runtime.js';
import { startStudy, type StudyOptions } from './study-start.js';

/** A conversion that is looked into. */
export interface RoundedModel {
  readonly source: ModelSource;
  readonly settings: ConvertSettings;
  readonly package: Uint8Array;
}

/**
 * Looks at some numbers; on the page itself where it permits no worker.
 * @throws TransportError, PolicyError; what the pipeline throws; the signal's reason
 */
export async function studyRounding(
  urls: RuntimeUrls,
  model: RoundedModel,
  place: RoundingPlace,
  options: Omit<StudyOptions<never>, 'tell'>,
): Promise<RoundingSample> {
  const runtime = await loadRuntime(urls);
  const task: RoundingTask = { type: 'study', what: 'rounding', ...model, place, runtime };
  const serve = async (): Promise<typeof serveRounding> =>
    (await import('./rounding-study.js')).serveRounding;
  return startStudy({ task, part: 'rounding-study', serve }, { ...options, tell: () => undefined });
}
