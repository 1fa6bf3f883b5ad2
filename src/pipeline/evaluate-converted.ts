/** The last stage: the package runs against the original model, and the report says what the conversion cost. */
import { Twin } from '../device/twin.js';
import type { DecoderModel } from '../model/decoder.js';
import { tensorRefs } from '../model/tensor-refs.js';
import { loadKernels } from '../quantize/kernels.js';
import type { Report } from '../quantize/report.js';
import { UsageError } from '../shared/errors.js';
import { measureAlternatives } from './alternatives.js';
import { checkTexts, type CheckedTexts } from './checked-texts.js';
import type { ConvertedModel } from './convert-planned.js';
import { evaluate } from './evaluate.js';
import { measureInputCosts } from './input-costs.js';
import { stopIds } from './open-model.js';
import { EVALUATION_SEED, OriginalModel, withOriginal } from './original-model.js';
import { tensorBytes } from './reference.js';
import type { Hooks, Runtime } from './types.js';

/** Tokens that the twin takes at once. */
const TWIN_BATCH = 32;

export interface EvaluateOptions {
  /** Text and prompts; without them the original model writes its own, and the prompts suit the model. */
  readonly texts?: Pick<CheckedTexts, 'evaluation' | 'evaluationText' | 'prompts'> | undefined;
  /** Shared with other stages, so that it is loaded once; without it the stage loads and ends its own. */
  readonly original?: OriginalModel | undefined;
}

/**
 * Compares a converted model with its original.
 * @throws UsageError when the package is not in memory; FormatError, TransportError; the signal's reason
 */
export async function evaluateConverted(
  converted: ConvertedModel,
  options: EvaluateOptions,
  runtime: Runtime,
  hooks: Hooks = {},
): Promise<Report> {
  const { planned, package: bytes, statistics } = converted;
  if (bytes === null) throw packageElsewhere();
  const { opened, plan } = planned;
  const { evaluation, evaluationText, prompts } = options.texts ?? checkTexts(planned);
  return withOriginal(
    options.original,
    () => new OriginalModel(opened, runtime, hooks),
    async (original) => {
      const reference = await original.reference();
      const sequences = evaluation ?? (await original.written(plan, EVALUATION_SEED));
      const twin = await Twin.load(runtime.twin, bytes, { maxBatch: TWIN_BATCH });
      const kernels = await loadKernels(runtime.kernels);
      const cut = opened.cut ?? null;
      return evaluate({
        kernels,
        reference,
        twin,
        tokenizer: opened.tokenizer,
        plan,
        statistics,
        packageBytes: bytes.length,
        sequences,
        origin: evaluation === null ? 'written by the original model' : 'given',
        prompts,
        stopIds: stopIds(opened),
        vocabulary:
          cut === null
            ? null
            : await (
                await import('./vocabulary-loss.js')
              ).measureCut({ opened, cut, plan, reference, twin, evaluationText }, runtime, hooks),
        bytesCut: cut === null ? 0 : storedBytes(cut.whole.model) - storedBytes(opened.model),
        inputCosts: () =>
          measureInputCosts({ kernels, reference, model: opened.model, plan, sequences, hooks }),
        alternatives: (divergences) =>
          measureAlternatives({ converted, reference, sequences, divergences }, runtime, hooks),
        hooks,
      });
    },
  );
}

/** Bytes of a model's tensors as they are stored. */
function storedBytes(model: DecoderModel): number {
  return [...tensorRefs(model).values()].reduce((sum, ref) => sum + tensorBytes(ref), 0);
}

/** The error for a report on a package that is not at hand. */
export function packageElsewhere(): UsageError {
  return new UsageError(
    'A report runs the package, so it must be kept in memory: leave out the sink or the report.',
  );
}
