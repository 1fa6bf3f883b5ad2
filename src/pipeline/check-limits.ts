/** Refuses, when a model is planned, what no package can say: by the key that says it, with the limit. */
import type { ConfigKeys } from '../model/decoder.js';
import { packageLength } from '../package/writer.js';
import { isQuantized } from '../plan/scheme.js';
import { MAX_PACKAGE_BYTES, PACKAGE_LIMITS } from '../schema/limits.js';
import { FieldError } from '../schema/record.js';
import { UnsupportedError } from '../shared/errors.js';
import { stopIds } from './open-model.js';
import { partsOf } from './package-parts.js';
import type { PlannedModel } from './plan-model.js';

/** The keys of the config from which fields of a package come. What is not here is chosen by the plan, within its limits. */
const KEYS: Readonly<Record<string, keyof ConfigKeys>> = {
  hiddenSize: 'hiddenSize',
  layers: 'layers',
  vocabSize: 'vocabSize',
  finalNormEpsilon: 'normEpsilon',
  epsilon: 'normEpsilon',
  heads: 'heads',
  kvHeads: 'kvHeads',
  headDim: 'headDim',
  width: 'width',
};

/** What a package takes beside weights, tokenizer and chat, at most: its directory has half of it. */
const REST_BYTES = 1024 * 1024;

/**
 * Length of the package of a planned model.
 * @throws UnsupportedError naming the config's key when a size is beyond what packages hold and the engine takes, or the
 *   package would be longer than any that is read
 */
export function plannedLength(planned: PlannedModel): number {
  const { opened, plan } = planned;
  const { model, tokenizer, chat } = opened;
  const { file, keys, endsFile } = model.readFrom;
  const stops = stopIds(opened);
  if (stops.length > PACKAGE_LIMITS.stopIds) {
    const others = stops.length - model.eosIds.length;
    throw new UnsupportedError(
      `${stops.length} tokens end an answer${others > 0 ? `, ${others} of them by the chat template` : ''}; the engine takes at most ${PACKAGE_LIMITS.stopIds}.`,
      {
        file: endsFile,
        field: 'eos_token_id',
        remedy: `Leave ${PACKAGE_LIMITS.stopIds - others} ids in the list, those that the model really writes.`,
      },
    );
  }
  let unsaid: Error | null = null;
  let length = 0;
  try {
    length = packageLength(partsOf(planned));
  } catch (error) {
    const wrong = error instanceof FieldError ? error : (error as Error).cause;
    const key = wrong instanceof FieldError ? KEYS[wrong.field] : undefined;
    if (key !== undefined && wrong instanceof FieldError) {
      throw new UnsupportedError(`It is ${wrong.value}; the engine takes ${wrong.rule}.`, {
        file,
        field: keys[key],
        remedy: 'Use a model within this limit.',
      });
    }
    unsaid = error as Error;
  }
  const bytes =
    plan.weightBytes + (tokenizer?.section.length ?? 0) + (chat?.section.length ?? 0) + REST_BYTES;
  if (bytes > MAX_PACKAGE_BYTES) {
    throw new UnsupportedError(
      `The package would take ${bytes} bytes; at most ${MAX_PACKAGE_BYTES} are read.`,
      {
        file: opened.input.name,
        remedy: isQuantized(plan.scheme) ? 'Use a smaller model.' : 'Take INT8 weights, or a smaller model.',
      },
    );
  }
  if (unsaid !== null) throw unsaid;
  return length;
}
