/** A model as a graph for TensorFlow Lite Micro, made in a worker of its own. */
import { chosenChat } from '../pipeline/plan-model.js';
import { exportTflite } from '../pipeline/tflite.js';
import type { Runtime } from '../pipeline/types.js';
import { DEFAULT_SCHEME } from '../plan/defaults.js';
import type { EngineFiles, ProjectFile } from '../tflite/project.js';
import type { ConvertSettings, ModelSource } from './jobs.js';
import { answerStudy, type StudyAnswer } from './study.js';
import { studiedModel } from './studied-model.js';

export interface TfliteTask {
  readonly type: 'study';
  readonly what: 'tflite';
  readonly source: ModelSource;
  /** Those of the conversion; of its numbers only chat, context and edits mean something here. */
  readonly settings: ConvertSettings;
  /** What goes with the graph. */
  readonly engine: EngineFiles;
  readonly runtime: Runtime;
}

/** Does the task: the graph, and the folder beside it. It ends with its worker, or by the signal where it has none. */
export async function serveTflite(
  { source, settings, engine, runtime }: TfliteTask,
  answer: (message: StudyAnswer<readonly ProjectFile[], never>) => void,
  signal?: AbortSignal,
): Promise<void> {
  await answerStudy(answer, async () => {
    const read = await studiedModel(source, settings, runtime, signal);
    const opened = { ...read, chat: chosenChat(read, { ...DEFAULT_SCHEME, ...settings.scheme }) };
    const { context, calibrationText } = settings;
    const options = { weights: 'int8', cache: 'variables', context, calibrationText } as const;
    const { file, pieces, folder, beside } = await exportTflite(opened, options, engine, { signal });
    const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return [
      { path: file, bytes },
      ...beside.map(({ path, bytes: content }) => ({ path: `${folder}/${path}`, bytes: content })),
    ];
  });
}
