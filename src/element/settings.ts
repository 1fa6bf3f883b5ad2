/** Settings as the pipeline takes them, what locks them, and what a trial begins with. */
import type { ConvertResult, ConvertSettings } from '../worker/jobs.js';
import type { Lock } from './preset-words.js';
import type { Settings, TrialOptions } from './state.js';

/** Sampling that shows what a model can do: greedy, and a length that ends soon. */
const DEFAULT_TRIAL: TrialOptions = {
  prompt: '',
  temperature: 0,
  topK: 0,
  topP: 1,
  seed: 1,
  maxNewTokens: 128,
};

/** The pipeline's form of the settings. */
export function convertSettings(settings: Settings): ConvertSettings {
  const { board, context, encodings, edits, effort, wiring, grammar, ...scheme } = settings;
  return {
    board,
    scheme,
    encodings,
    edits,
    wiring,
    grammar,
    ...(effort && { effort }),
    ...(context && { context }),
  };
}

/** Which lock holds a setting: board and context have their own, with all else goes how numbers are stored. */
export function lockOf(name: string): Lock {
  return name === 'board' || name === 'context' ? name : 'scheme';
}

/** The model's own sampling where it has one, and the page's prompt or one that the report has shown to work. */
export function trialOptions(result: ConvertResult, prompt: string | null): TrialOptions {
  const { generation, report } = result;
  return {
    ...DEFAULT_TRIAL,
    prompt: prompt ?? report.texts.at(-1)?.prompt ?? '',
    topK: generation.topK ?? 0,
    ...(generation.doSample && { temperature: generation.temperature ?? 1, topP: generation.topP ?? 1 }),
    ...(generation.maxNewTokens && { maxNewTokens: generation.maxNewTokens }),
  };
}
