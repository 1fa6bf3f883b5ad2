/** The study of a frontier. */
import { editModel } from '../pipeline/plan-model.js';
import { measureFrontier, type Frontier, type FrontierRuntime } from '../pipeline/frontier.js';
import { openModel } from '../pipeline/open-model.js';
import type { Progress } from '../shared/progress.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { openModelFolder } from './model-folder.js';
import { shown } from './shown.js';
import { answerStudy, seldom, type StudyAnswer } from './study.js';

export interface FrontierTask {
  readonly type: 'study';
  readonly what: 'frontier';
  readonly source: ModelSource;
  readonly settings: ConvertSettings;
  readonly runtime: FrontierRuntime;
}

/** Does the task and says how it goes. It ends with its worker, or by the signal where it has none. */
export async function serveFrontier(
  { source, settings, runtime }: FrontierTask,
  answer: (message: StudyAnswer<Frontier, Progress>) => void,
  signal?: AbortSignal,
): Promise<void> {
  await answerStudy(answer, async (tell) => {
    const onProgress = seldom(tell);
    const opened = await editModel(
      await openModel(await openModelFolder(source, signal, onProgress), runtime, signal),
      settings.edits ?? [],
      runtime,
      signal,
    );
    return shown(await measureFrontier(opened, settings, runtime, { onProgress, signal }));
  });
}
