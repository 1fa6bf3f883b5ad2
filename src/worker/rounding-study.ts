/** The study of what rounding did to some numbers of a matrix. */
import { openModel } from '../pipeline/open-model.js';
import { editModel, planOpened } from '../pipeline/plan-model.js';
import { sampleRounding, type RoundingPlace, type RoundingSample } from '../pipeline/rounding.js';
import type { Runtime } from '../pipeline/types.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { openModelFolder } from './model-folder.js';
import { answerStudy, type StudyAnswer } from './study.js';

export interface RoundingTask {
  readonly type: 'study';
  readonly what: 'rounding';
  readonly source: ModelSource;
  /** Those of the conversion. */
  readonly settings: ConvertSettings;
  readonly package: Uint8Array;
  readonly place: RoundingPlace;
  readonly runtime: Runtime;
}

/** Does the task. It ends with its worker, or by the signal where it has none. */
export async function serveRounding(
  { source, settings, package: bytes, place, runtime }: RoundingTask,
  answer: (message: StudyAnswer<RoundingSample, never>) => void,
  signal?: AbortSignal,
): Promise<void> {
  await answerStudy(answer, async () => {
    const opened = await editModel(
      await openModel(await openModelFolder(source, signal), runtime, signal),
      settings.edits ?? [],
      runtime,
      signal,
    );
    return sampleRounding(planOpened(opened, settings), bytes, place, runtime, signal);
  });
}
