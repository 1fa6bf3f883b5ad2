/** Ends a stranger's program that takes too long, from outside. */
import { createContext, Script } from 'node:vm';
import type { Deadline } from '../tokenizer/index.js';

const script = new Script('work()');
const context = createContext({ work: null });

/** Runs work; @throws Error when the time is over, whatever is being computed then */
export const deadline: Deadline = (work, milliseconds) => {
  context['work'] = work;
  return script.runInContext(context, { timeout: milliseconds }) as ReturnType<typeof work>;
};
