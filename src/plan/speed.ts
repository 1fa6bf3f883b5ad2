/**
 * How fast the firmware decodes: the time of the memory bus and what the cores do besides.
 *
 * The constants are the chip's. They are fitted to the emulator's modelled cycles rather than measured on silicon; a test
 * holds them to the emulator.
 */
import { stepsOf, type DecoderModel } from '../model/decoder.js';
import type { Chip, CycleModel } from '../chips/chip.js';
import { INPUT_GROUP, encodingSpec } from '../schema/encodings.js';
import { readRates, type Board } from './boards.js';
import type { PlannedTensor } from './layout.js';
import type { PlacedTensor } from './placement.js';

/** What a prediction needs of a plan. */
export interface SpeedInputs {
  readonly board: Pick<Board, 'chip' | 'psramKind'>;
  readonly tensors: readonly PlacedTensor[];
  /** Bytes of the cache that a token reads from PSRAM, 0 when it lies in SRAM. */
  readonly psramCacheBytes: number;
  /** Tokens in the context. */
  readonly position: number;
}

/** Tokens per second while decoding greedily, as predicted from the chip's constants; 0 for a chip that has none. */
export function predictTokensPerSecond(model: DecoderModel, inputs: SpeedInputs): number {
  const { board, tensors, psramCacheBytes, position } = inputs;
  const { cores, cycles, hertz } = board.chip;
  if (cycles === null) return 0;
  const { psram, flash } = readRates(board);
  let waiting = psramCacheBytes === 0 ? 0 : psramCacheBytes / psram;
  let external = psramCacheBytes;
  let products = 0;
  let finer = 0;
  for (const { tensor, placement } of tensors) {
    if (placement === 'psram') waiting += tensor.bytesPerToken / psram;
    if (placement === 'flash') waiting += tensor.bytesPerToken / flash;
    if (placement !== 'sram') external += tensor.bytesPerToken;
    // Tables that are read by row take part in no product.
    const isProduct = tensor.bytesPerToken >= tensor.dataBytes && tensor.rows > 1;
    if (isProduct && encodingSpec(tensor.encoding).holds === 'codes') {
      products += tensor.rows * tensor.cols;
      // What finer inputs and scales take besides passes while other memories are waited for.
      if (placement === 'sram') finer += finerCycles(cycles, tensor);
    }
  }
  // Heads are shared out to the cores: where they do not go even, some cores have one more.
  const scores = stepsOf(model, 'attention').reduce(
    (sum, { step: { attention } }) =>
      sum + cores * Math.ceil(attention.heads / cores) * Math.min(position, attention.window ?? position),
    0,
  );
  const busy =
    cycles.perProduct * products +
    finer +
    cycles.perLayer * model.blocks.length +
    cycles.perScore * scores +
    cycles.perToken;
  return 1 / (cycles.waitingShare * waiting * missedShare(external, cycles) + busy / hertz);
}

/**
 * How much of what a token reads from external memory is not in the data cache any more. The cache replaces the oldest line
 * of a set: while no set is wanted more lines of than it has, all stay; once every set is, none does.
 */
function missedShare(external: number, { cachedBytes }: CycleModel): number {
  return Math.min(1, Math.max(0, 2 * (external / Math.max(cachedBytes, 1)) - 1.5));
}

/** Columns of INT4 that are multiplied at a time: rows that end between cost more. */
const INT4_COLUMNS = 64;

/**
 * Microseconds a token that an input of 16 bits takes longer than INT8, as predicted: 0 where the matrix is waited for
 * anyway, `null` for a chip that nothing is predicted for.
 */
export function wideInputMicros(
  { cycles, hertz }: Pick<Chip, 'cycles' | 'hertz'>,
  { tensor, placement }: PlacedTensor,
): number | null {
  if (cycles === null) return null;
  if (placement !== 'sram') return 0;
  const cyclesOf = (input: 'int8' | 'int16'): number => finerCycles(cycles, { ...tensor, input });
  return ((cyclesOf('int16') - cyclesOf('int8')) * 1e6) / hertz;
}

/** Cycles of a matrix in SRAM beyond those with one scale a row and INT8 inputs with one scale a vector. */
export function finerCycles(
  cycles: CycleModel,
  { encoding, input, rows, cols }: Pick<PlannedTensor, 'encoding' | 'input' | 'rows' | 'cols'>,
): number {
  const products = rows * cols;
  const shared = INPUT_GROUP[input];
  const sums = encoding.group === 0 ? 0 : rows * Math.ceil(cols / encoding.group);
  if (shared > 0) return products * (cycles.perGroupSum / shared) + sums * cycles.perScaledGroup;
  const perPlane =
    encoding.kind === 'int4Group'
      ? rows * (cycles.perInt4Row + cycles.perInt4Padding * (-cols & (INT4_COLUMNS - 1))) +
        sums * cycles.perInt4Group
      : sums * cycles.perWeightGroup;
  return input === 'int16' ? products * cycles.perWideProduct + 2 * perPlane : perPlane;
}
