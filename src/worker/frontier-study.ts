/** The study of a frontier, in a worker of its own: it takes a while, and no plan must wait for it. */
import { editModel } from '../pipeline/plan-model.js';
import { measureFrontier, type Frontier, type FrontierRuntime } from '../pipeline/frontier.js';
import { openModel } from '../pipeline/open-model.js';
import type { OnProgress, Progress } from '../shared/progress.js';
import { packError, type PackedError } from './failure.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { openModelFolder } from './model-folder.js';
import { shown } from './shown.js';

/** What the page asks for, once in the life of a worker. */
export interface FrontierTask {
  readonly type: 'study';
  readonly source: ModelSource;
  readonly settings: ConvertSettings;
  readonly runtime: FrontierRuntime;
}

/** What it hears; the last but progress is the end. */
export type FrontierAnswer =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'result'; readonly result: Frontier }
  | { readonly type: 'failure'; readonly error: PackedError };

/** Milliseconds between two messages of progress. */
const PROGRESS_INTERVAL = 100;

/** Does the task and says how it goes. It ends with its worker, or by the signal where it has none. */
export async function serveFrontier(
  { source, settings, runtime }: FrontierTask,
  answer: (message: FrontierAnswer) => void,
  signal?: AbortSignal,
): Promise<void> {
  let said = 0;
  const onProgress: OnProgress = (progress) => {
    const now = performance.now();
    if (now - said < PROGRESS_INTERVAL) return;
    said = now;
    answer({ type: 'progress', progress });
  };
  try {
    const opened = await editModel(
      await openModel(await openModelFolder(source, signal, onProgress), runtime, signal),
      settings.edits ?? [],
      runtime,
      signal,
    );
    const result = await measureFrontier(opened, settings, runtime, { onProgress, signal });
    answer({ type: 'result', result: shown(result) });
  } catch (error) {
    answer({ type: 'failure', error: packError(error) });
  }
}
