/** The worker's program: jobs of a conversion, or the study of a frontier. */
import { packError } from './failure.js';
import type { FrontierAnswer, FrontierTask } from './frontier-study.js';
import { serve, type WorkerScope } from './serve.js';
import { createWork } from './work.js';

// In a worker the global scope is the port to the page; TypeScript's page library types it as a window.
const scope = globalThis as unknown as WorkerScope;

scope.addEventListener('message', ({ data }) => {
  const { type } = data as { readonly type: unknown };
  if (type === 'study') void study(data as FrontierTask);
});
serve(scope, createWork);

async function study(task: FrontierTask): Promise<void> {
  const answer = (message: FrontierAnswer): void => {
    scope.postMessage(message, []);
  };
  try {
    const { serveFrontier } = await import('./frontier-study.js');
    await serveFrontier(task, answer);
  } catch (error) {
    answer({ type: 'failure', error: packError(error) });
  }
}
