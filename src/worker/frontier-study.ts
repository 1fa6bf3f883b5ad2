/** The study of a frontier. */
import { measureFrontier, type Frontier, type FrontierRuntime } from '../pipeline/frontier.js';
import type { Progress } from '../shared/progress.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { shown } from './shown.js';
import { studiedModel } from './studied-model.js';
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
    const opened = await studiedModel(source, settings, runtime, signal, onProgress);
    return shown(await measureFrontier(opened, settings, runtime, { onProgress, signal }));
  });
}
