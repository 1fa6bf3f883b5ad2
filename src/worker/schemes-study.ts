/** The study of all ways to store a model's weights. */
import { measureSchemes, type MeasuredScheme, type SchemeStudy } from '../pipeline/schemes.js';
import type { Runtime } from '../pipeline/types.js';
import type { Whole } from '../pipeline/whole-progress.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { shown } from './shown.js';
import { studiedModel } from './studied-model.js';
import { answerStudy, seldom, type StudyAnswer } from './study.js';

export interface SchemesTask {
  readonly type: 'study';
  readonly what: 'schemes';
  readonly source: ModelSource;
  readonly settings: ConvertSettings;
  readonly runtime: Runtime;
}

/** How far it is, or a scheme that is there with the positions that it was compared over. */
export type SchemesTold = Whole | { readonly measured: MeasuredScheme; readonly positions: number };

/** Does the task and says how it goes. It ends with its worker, or by the signal where it has none. */
export async function serveSchemes(
  { source, settings, runtime }: SchemesTask,
  answer: (message: StudyAnswer<SchemeStudy, SchemesTold>) => void,
  signal?: AbortSignal,
): Promise<void> {
  await answerStudy(answer, async (tell) => {
    const opened = await studiedModel(source, settings, runtime, signal);
    const study = await measureSchemes(opened, settings, runtime, {
      onProgress: seldom(tell),
      onScheme: (measured, positions) => {
        tell({ measured: shown(measured), positions });
      },
      signal,
    });
    return shown(study);
  });
}
