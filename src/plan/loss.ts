/**
 * What matrices lose by their encodings, as far as it can be known without running the model: from models that were
 * measured (docs/decisions/0033). `src/quantize/sensitivity.ts` measures it.
 */
import { encodingSpec, type Encoding } from '../schema/encodings.js';
import type { PlannedTensor } from './layout.js';

/** Mean divergence in nats that a matrix costs with an encoding. */
export type Losses = (tensor: PlannedTensor, encoding: Encoding) => number;

/** Divergence of a model whose matrices all have groups of 32 in INT8: between 0.00005 and 0.0014 in those measured. */
const USUAL_LOSS = 0.0005;

/** By bits, and columns that share a scale (0: a row): divergence over that of INT8 in groups of 32. */
const BY_STEP: Readonly<Record<string, number>> = {
  '8:32': 1,
  '8:64': 1.23,
  '8:128': 1.6,
  '8:0': 2.2,
  '4:16': 110,
  '4:32': 165,
  '4:64': 220,
};

/** Divergence that a parameter costs over that of an average one, by what its matrix does. */
const BY_ROLE: Readonly<Record<string, number>> = {
  query: 0.35,
  key: 1.9,
  value: 2,
  qkv: 1.1,
  output: 0.4,
  gate: 0.55,
  up: 0.6,
  gate_up: 0.58,
  down: 0.72,
  head: 2.9,
};

/** A row that is looked up, and multiplied with nothing: an error of it is one of a single vector. */
const LOOKED_UP = 0.15;

/** The losses to expect of matrices, by what they are. */
export function usualLosses(tensors: readonly PlannedTensor[]): Losses {
  const weight = ({ role, site, rows, cols }: PlannedTensor): number =>
    rows * cols * (site === null ? LOOKED_UP : (BY_ROLE[site === 'head' ? 'head' : role] ?? 1));
  const total = tensors.reduce((sum, tensor) => sum + (tensor.rows > 1 ? weight(tensor) : 0), 0);
  return (tensor, encoding) => (USUAL_LOSS * step(encoding) * weight(tensor)) / total;
}

function step(encoding: Encoding): number {
  if (encoding.kind === 'float32') return 0;
  if (encoding.kind === 'int8Tensor') return 10;
  const { bits } = encodingSpec(encoding);
  return BY_STEP[`${bits}:${encoding.group}`] ?? BY_STEP[`${bits}:64`] ?? Infinity;
}
