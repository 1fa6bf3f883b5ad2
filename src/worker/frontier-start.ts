/** Starts the study of a frontier. */
import type { Frontier } from '../pipeline/frontier.js';
import type { Progress } from '../shared/progress.js';
import type { FrontierTask, serveFrontier } from './frontier-study.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { compileOnce, loadRuntime, type RuntimeUrls } from './runtime.js';
import { startStudy, type StudyOptions } from './study-start.js';

/** Addresses of what a study needs. */
export interface FrontierUrls extends RuntimeUrls {
  /** `train.wasm`. */
  readonly train: string;
}

/**
 * Measures a frontier; on the page itself where it permits no worker.
 * @throws TransportError, PolicyError; what the pipeline throws; the signal's reason
 */
export async function studyFrontier(
  urls: FrontierUrls,
  source: ModelSource,
  settings: ConvertSettings,
  options: StudyOptions<Progress>,
): Promise<Frontier> {
  const [runtime, train] = await Promise.all([loadRuntime(urls), compileOnce(urls.train)]);
  const task: FrontierTask = {
    type: 'study',
    what: 'frontier',
    source,
    settings,
    runtime: { ...runtime, train },
  };
  const serve = async (): Promise<typeof serveFrontier> =>
    (await import('./frontier-study.js')).serveFrontier;
  return startStudy({ task, part: 'frontier-study', serve }, options);
}
