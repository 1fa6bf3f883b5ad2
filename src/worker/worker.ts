/** The worker's program: jobs of a conversion, or a study. */
import { packError } from './failure.js';
import { serve, type WorkerScope } from './serve.js';
import type { StudyAnswer, StudyTask } from './study.js';
import { createWork } from './work.js';

// In a worker the global scope is the port to the page; TypeScript's page library types it as a window.
const scope = globalThis as unknown as WorkerScope;

scope.addEventListener('message', ({ data }) => {
  const { type } = data as { readonly type: unknown };
  if (type === 'study') void study(data as StudyTask);
});
serve(scope, createWork);

async function study(task: StudyTask): Promise<void> {
  const answer = (message: StudyAnswer<unknown, unknown>): void => {
    scope.postMessage(message, []);
  };
  try {
    switch (task.what) {
      case 'frontier':
        return await (await import('./frontier-study.js')).serveFrontier(task, answer);
      case 'rounding':
        return await (await import('./rounding-study.js')).serveRounding(task, answer);
      case 'schemes':
        return await (await import('./schemes-study.js')).serveSchemes(task, answer);
      case 'tflite':
        return await (await import('./tflite-study.js')).serveTflite(task, answer);
    }
  } catch (error) {
    answer({ type: 'failure', error: packError(error) });
  }
}
