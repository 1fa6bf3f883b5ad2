/** Starts the making of a graph for TensorFlow Lite Micro. */
import type { EngineFiles, ProjectFile } from '../tflite/project.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { loadRuntime, type RuntimeUrls } from './runtime.js';
import { startStudy, type StudyOptions } from './study-start.js';
import type { serveTflite, TfliteTask } from './tflite-study.js';

/**
 * Makes graph and folder; on the page itself where it permits no worker.
 * @throws TransportError, PolicyError; what the pipeline throws; the signal's reason
 */
export async function makeTflite(
  urls: RuntimeUrls,
  model: { readonly source: ModelSource; readonly settings: ConvertSettings; readonly engine: EngineFiles },
  options: Omit<StudyOptions<never>, 'tell'>,
): Promise<readonly ProjectFile[]> {
  const runtime = await loadRuntime(urls);
  const task: TfliteTask = { type: 'study', what: 'tflite', ...model, runtime };
  const serve = async (): Promise<typeof serveTflite> => (await import('./tflite-study.js')).serveTflite;
  return startStudy({ task, part: 'tflite-study', serve }, { ...options, tell: () => undefined });
}
