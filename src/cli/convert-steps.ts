/** The steps of a conversion, for progress that tells the whole. */
import type { Plan } from '../plan/plan.js';
import type { Step } from './progress-line.js';
import type { ConvertRequest } from './requests.js';

/** Looking at what the original does, before its numbers are chosen. */
const LOOK: Step = ['reading', 'generating', 'checking', 'calibrating', 'tuning'];
const QUANTIZE: Step = ['quantizing'];
const COMPARE: Step = ['reading', 'generating', 'checking'];

/**
 * The steps of a request.
 * @param plan `null` while what the weights become has to be looked for
 */
export function convertSteps({ effort, report }: ConvertRequest, plan: Plan | null): Step[] {
  const looks =
    plan === null ||
    effort !== 'quick' ||
    plan.scheme.activations === 'static' ||
    plan.tensors.some(({ tensor }) => tensor.encoding.kind === 'int4Group');
  return [...(looks ? [LOOK] : []), QUANTIZE, ...(report ? [COMPARE] : [])];
}
