/** How the inputs of matrices are quantized where the scheme leaves it open. */
import type { Chip } from '../chips/chip.js';
import { isMultiplied } from './layout.js';
import { takesTime, type PlacedTensor } from './placement.js';
import type { Scheme } from './scheme.js';

/** Mean KL divergence in nats that INT8 inputs of all matrices cost a model small enough for SRAM (docs/decisions/0025). */
const INT8_LOSS = 0.0011;

/** What a product of 16 bits may take more, as a share of one of INT8, before INT8 is kept everywhere. */
const WIDE_SHARE = 0.25;

type ComputingChip = Pick<Chip, 'vectorBytes' | 'cycles'>;

/** What of that a model may lose: half of what the weights' own rounding costs it, in INT8 with a scale a row. */
const LOSS_BUDGET = 0.0003;

/**
 * 16 bits for a matrix that is waited for: the vector units are done with both halves of the codes before the next row has
 * come from PSRAM or flash. In SRAM INT8 takes less time, and the matrices there keep it as long as their share of the
 * products keeps the loss within {@link LOSS_BUDGET}.
 */
export function chooseInputs(tensors: readonly PlacedTensor[], chip: ComputingChip): PlacedTensor[] {
  const products = (some: readonly PlacedTensor[]): number =>
    some.reduce((sum, { tensor }) => sum + (isMultiplied(tensor) ? tensor.rows * tensor.cols : 0), 0);
  const slow = tensors.filter((placed) => takesTime(chip, placed));
  const keepsInt8 = isWideSlow(chip) || products(slow) * INT8_LOSS <= products(tensors) * LOSS_BUDGET;
  return tensors.map((placed) =>
    isMultiplied(placed.tensor)
      ? {
          ...placed,
          tensor: { ...placed.tensor, input: takesTime(chip, placed) && keepsInt8 ? 'int8' : 'int16' },
        }
      : placed,
  );
}

/** Without vectors every product of 16 bits may take longer, and nothing hides it. */
function isWideSlow({ cycles, vectorBytes }: ComputingChip): boolean {
  return vectorBytes === 0 && cycles !== null && cycles.perWideProduct > WIDE_SHARE * cycles.perProduct;
}

/** What a scheme's activations have become. */
export function usedActivations(
  { activations }: Pick<Scheme, 'activations'>,
  tensors: readonly PlacedTensor[],
): Scheme['activations'] {
  if (activations !== 'mixed') return activations;
  const inputs = new Set(
    tensors.filter(({ tensor }) => isMultiplied(tensor)).map(({ tensor }) => tensor.input),
  );
  if (inputs.size > 1) return 'mixed';
  return inputs.has('int16') ? 'int16' : 'int8';
}
