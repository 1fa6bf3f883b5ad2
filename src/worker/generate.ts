/** Runs a generation in the worker: a step at a time, with breaks in which a cancel can arrive. */
import type { GenerateOptions, GenerateResult, TwinEngine } from '../device/twin-types.js';
import type { GenerateRequest, GenerateSummary } from './jobs.js';
import type { JobHooks } from './serve.js';
import { UsageError } from '../shared/errors.js';
import { breath } from '../shared/breath.js';
import { decodeRate } from '../shared/decode-rate.js';

/** Milliseconds of steps between two messages: a frame, so that text appears smoothly and the page is not flooded. */
const MESSAGE_INTERVAL = 16;

/**
 * Generates until an end is reached or `hooks.signal` is aborted; then the reason is `cancelled` and the text is kept.
 * @throws UsageError when the prompt is longer than the context or the package has no tokenizer
 */
export async function generateText(
  twin: TwinEngine,
  request: GenerateRequest,
  hooks: Pick<JobHooks, 'onText' | 'signal'>,
): Promise<GenerateSummary> {
  const steps = twin.generate(options(twin, request, hooks.signal));
  let pending = '';
  let tokens = 0;
  let message = performance.now();
  let first = 0;
  let last = 0;
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      if (pending !== '') hooks.onText({ text: pending, tokens });
      return summary(step.value, tokens, first, last);
    }
    tokens++;
    pending += step.value.text;
    last = performance.now();
    if (tokens === 1) first = last;
    if (last - message < MESSAGE_INTERVAL) continue;
    hooks.onText({ text: pending, tokens });
    pending = '';
    await breath();
    message = performance.now();
  }
}

/** Where the model chats, the prompt is a turn of the user in its template; else it is the text to continue. */
function options(twin: TwinEngine, request: GenerateRequest, signal: AbortSignal): GenerateOptions {
  const { prompt, next, ...sampling } = request;
  const start = twin.info.hasChat ? turn(twin, prompt, next === true && twin.length > 0) : { prompt };
  return { ...start, ...sampling, signal };
}

/** As a board does it: a template without later turns begins anew with each. */
function turn(twin: TwinEngine, prompt: string, later: boolean): Pick<GenerateOptions, 'ids' | 'append'> {
  if (later) {
    try {
      return { ids: twin.chatIds(prompt, { first: false }), append: true };
    } catch (error) {
      // What else is wrong with the prompt is so of a first turn as well.
      if (!(error instanceof UsageError)) throw error;
    }
  }
  return { ids: twin.chatIds(prompt, { first: true }) };
}

function summary(result: GenerateResult, tokens: number, first: number, last: number): GenerateSummary {
  return {
    text: result.text,
    tokens,
    promptTokens: result.promptIds.length,
    reason: result.reason,
    tokensPerSecond: decodeRate(tokens, (last - first) / 1000),
  };
}
