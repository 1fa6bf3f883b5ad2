/** Starts the study of all ways to store a model's weights. */
import type { SchemeStudy } from '../pipeline/schemes.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { loadRuntime, type RuntimeUrls } from './runtime.js';
import type { SchemesTask, SchemesTold, serveSchemes } from './schemes-study.js';
import { startStudy, type StudyOptions } from './study-start.js';

/**
 * Measures them; on the page itself where it permits no worker.
 * @throws TransportError, PolicyError; what the pipeline throws; the signal's reason
 */
export async function studySchemes(
  urls: RuntimeUrls,
  source: ModelSource,
  settings: ConvertSettings,
  options: StudyOptions<SchemesTold>,
): Promise<SchemeStudy> {
  const runtime = await loadRuntime(urls);
  const task: SchemesTask = { type: 'study', what: 'schemes', source, settings, runtime };
  const serve = async (): Promise<typeof serveSchemes> => (await import('./schemes-study.js')).serveSchemes;
  return startStudy({ task, part: 'schemes-study', serve }, options);
}
