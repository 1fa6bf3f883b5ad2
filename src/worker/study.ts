/** Studies of a model: work in a worker of its own, since it takes a while and no plan must wait for it. */
import type { FrontierTask } from './frontier-study.js';
import type { RoundingTask } from './rounding-study.js';
import type { SchemesTask } from './schemes-study.js';
import type { TfliteTask } from './tflite-study.js';
import { packError, type PackedError } from './failure.js';

/** What the page asks for, once in the life of a worker. */
export type StudyTask = FrontierTask | RoundingTask | SchemesTask | TfliteTask;

/** What it hears; the last but what is told on the way is the end. */
export type StudyAnswer<Result, Told> =
  | { readonly type: 'told'; readonly told: Told }
  | { readonly type: 'result'; readonly result: Result }
  | { readonly type: 'failure'; readonly error: PackedError };

/** Milliseconds between two messages of progress. */
const INTERVAL = 100;

/** Does a study and answers with what comes of it. */
export async function answerStudy<Result, Told>(
  answer: (message: StudyAnswer<Result, Told>) => void,
  study: (tell: (told: Told) => void) => Promise<Result>,
): Promise<void> {
  try {
    answer({ type: 'result', result: await study((told) => answer({ type: 'told', told })) });
  } catch (error) {
    answer({ type: 'failure', error: packError(error) });
  }
}

/** Lets one through now and then. */
export function seldom<T>(tell: (told: T) => void): (told: T) => void {
  let said = -Infinity;
  return (told) => {
    const now = performance.now();
    if (now - said < INTERVAL) return;
    said = now;
    tell(told);
  };
}
