/**
 * How fast the firmware decodes: the time of the memory bus and what the cores do besides.
 *
 * The constants are fitted to the emulator's modelled cycles of twelve models (0.1 to 2.5 million parameters; SRAM, octal
 * and quad PSRAM, flash; INT8 per tensor, channel and group; INT8 and F32 cache; two positions each), which they meet
 * within 3.5 %. They are not measured on silicon. A test holds them to the emulator.
 */
import type { DecoderModel } from '../model/decoder.js';
import { READ_RATE, psramRate, type Board } from './boards.js';
import { ENCODING } from './layout.js';
import { PLACEMENT, type PlacedTensor } from './placement.js';

const CPU_HERTZ = 240e6;

/** Cycles of both cores working together, beside those in which they wait for external memory. */
const CYCLES = {
  /** One multiply-accumulate of an INT8 matrix: vector work, scales and the loop around them. */
  perProduct: 0.237,
  /** Norms, rotation, quantizing and hand-offs of a layer. */
  perLayer: 13_300,
  /** One score of one query head: dot product, softmax, and its share of the values. */
  perScore: 64.8,
  /** One entry of the vocabulary: its logit and the search for the likeliest. */
  perLogit: 2.2,
} as const;

/** Share of the nominal time of external memory that is spent waiting: the cores compute meanwhile. */
const WAITING_SHARE = 0.965;

/** What a prediction needs of a plan. */
export interface SpeedInputs {
  readonly board: Pick<Board, 'psramKind'>;
  readonly tensors: readonly PlacedTensor[];
  /** Bytes of the cache that a token reads from PSRAM, 0 when it lies in SRAM. */
  readonly psramCacheBytes: number;
  /** Tokens in the context. */
  readonly position: number;
}

/** Tokens per second while decoding greedily, as predicted from the constants above. */
export function predictTokensPerSecond(model: DecoderModel, inputs: SpeedInputs): number {
  const { board, tensors, psramCacheBytes, position } = inputs;
  const psram = psramRate(board.psramKind);
  let waiting = psramCacheBytes === 0 ? 0 : psramCacheBytes / psram;
  let products = 0;
  for (const { tensor, placement } of tensors) {
    if (placement === PLACEMENT.psram) waiting += tensor.bytesPerToken / psram;
    if (placement === PLACEMENT.flash) waiting += tensor.bytesPerToken / READ_RATE.flash;
    // Tables that are read by row take part in no product.
    const isProduct = tensor.bytesPerToken >= tensor.dataBytes && tensor.rows > 1;
    if (isProduct && tensor.encoding !== ENCODING.f32) products += tensor.rows * tensor.cols;
  }
  // Heads are shared out to the cores: of an odd number, one core has one more.
  const scores = model.blocks.reduce(
    (sum, { attention }) =>
      sum + 2 * Math.ceil(attention.heads / 2) * Math.min(position, attention.window ?? position),
    0,
  );
  const cycles =
    CYCLES.perProduct * products +
    CYCLES.perLayer * model.blocks.length +
    CYCLES.perScore * scores +
    CYCLES.perLogit * model.vocabSize;
  return 1 / (WAITING_SHARE * waiting + cycles / CPU_HERTZ);
}
