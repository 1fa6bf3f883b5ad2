/**
 * What cannot be written as a TensorFlow Lite graph. Every trait of the description of a decoder can: a kind of step, norm,
 * function or position that is added to it is a type error where the graph is built.
 */
import type { DecoderModel } from '../model/decoder.js';
import { UnsupportedError } from '../shared/errors.js';
import type { TfliteWeights } from './linear.js';

/** Offsets in a FlatBuffer are numbers of 31 bits, and a graph is made in memory, of which a page has about this much. */
const MOST_BYTES = 2 ** 30;

/**
 * @param name of the model, for messages
 * @throws UnsupportedError that says why, and what to do
 */
export function refuseTooLarge(
  { parameters }: Pick<DecoderModel, 'parameters'>,
  weights: TfliteWeights,
  name: string,
): void {
  const bytes = parameters * (weights === 'int8' ? 1 : 4);
  if (bytes <= MOST_BYTES) return;
  const kind = weights === 'int8' ? 'INT8 codes' : '32-bit floats';
  throw new UnsupportedError(
    `its weights are ${Math.ceil(bytes / 2 ** 20)} MiB as ${kind}, and a TensorFlow Lite file is made up to ${MOST_BYTES / 2 ** 20} MiB.`,
    {
      file: name,
      remedy: weights === 'int8' ? 'Convert a smaller model.' : 'Take INT8 weights, or a smaller model.',
    },
  );
}
