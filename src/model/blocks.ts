/** The shapes of blocks that families share, as lists of steps. */
import type { AttentionSpec, BlockSpec, MlpSpec, NormSpec } from './decoder.js';

/** `x += attention(norm(x)); x += mlp(norm(x))`, as in GPT-2 and Llama. */
export function preNorm(
  attentionNorm: NormSpec,
  attention: AttentionSpec,
  mlpNorm: NormSpec,
  mlp: MlpSpec,
): BlockSpec {
  return {
    steps: [
      { kind: 'norm', norm: attentionNorm, reads: 'residual', writes: 'normed', adds: false },
      { kind: 'attention', attention, reads: 'normed', writes: 'residual', adds: true },
      { kind: 'norm', norm: mlpNorm, reads: 'residual', writes: 'normed', adds: false },
      { kind: 'mlp', mlp, reads: 'normed', writes: 'residual', adds: true },
    ],
  };
}
