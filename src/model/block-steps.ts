/** The ways in which blocks put norms around attention and feed-forward (docs/decisions/0013). */
import type { StepPlaces } from './decoder.js';
import type {
  AttentionStepTable,
  ConvStepTable,
  MlpStepTable,
  NormStepTable,
  StepTable,
} from './family-table.js';

type WithoutPlaces<S> = S extends StepTable ? Omit<S, keyof StepPlaces> : never;
type AttentionNames = WithoutPlaces<AttentionStepTable>;
type MlpNames = WithoutPlaces<MlpStepTable>;
type ConvNames = WithoutPlaces<ConvStepTable>;

const replaces = (reads: StepPlaces['reads'], writes: StepPlaces['writes']): StepPlaces => ({
  reads,
  writes,
  adds: false,
});
const adds = (reads: StepPlaces['reads']): StepPlaces => ({ reads, writes: 'residual', adds: true });

function norm(name: string, places: StepPlaces): NormStepTable {
  return { kind: 'norm', name, ...places };
}

/** `x += attention(norm(x)); x += mlp(norm(x))`, or a convolution in place of the attention. */
export function preNorm(
  names: readonly [mixer: string, mlp: string],
  mixer: AttentionNames | ConvNames,
  mlp: MlpNames,
): readonly StepTable[] {
  return [
    norm(names[0], replaces('residual', 'normed')),
    { ...mixer, ...adds('normed') },
    norm(names[1], replaces('residual', 'normed')),
    { ...mlp, ...adds('normed') },
  ];
}

/** `x = norm(x + attention(x)); x = norm(x + mlp(x))` */
export function postNorm(
  names: readonly [attention: string, mlp: string],
  attention: AttentionNames,
  mlp: MlpNames,
): readonly StepTable[] {
  return [
    { ...attention, ...adds('residual') },
    norm(names[0], replaces('residual', 'residual')),
    { ...mlp, ...adds('residual') },
    norm(names[1], replaces('residual', 'residual')),
  ];
}

/** `x = norm(x); x += attention(x); x = norm(x); x += mlp(x)` */
export function normedStream(
  names: readonly [attention: string, mlp: string],
  attention: AttentionNames,
  mlp: MlpNames,
): readonly StepTable[] {
  return [
    norm(names[0], replaces('residual', 'residual')),
    { ...attention, ...adds('residual') },
    norm(names[1], replaces('residual', 'residual')),
    { ...mlp, ...adds('residual') },
  ];
}

/** `x += norm(attention(x)); x += norm(mlp(x))` */
export function branchNorm(
  names: readonly [attention: string, mlp: string],
  attention: AttentionNames,
  mlp: MlpNames,
): readonly StepTable[] {
  return [
    { ...attention, ...replaces('residual', 'branch') },
    norm(names[0], adds('branch')),
    { ...mlp, ...replaces('residual', 'branch') },
    norm(names[1], adds('branch')),
  ];
}

/** `x += norm(attention(norm(x))); x += norm(mlp(norm(x)))` */
export function sandwich(
  names: readonly [beforeAttention: string, behindAttention: string, beforeMlp: string, behindMlp: string],
  attention: AttentionNames,
  mlp: MlpNames,
): readonly StepTable[] {
  return [
    norm(names[0], replaces('residual', 'normed')),
    { ...attention, ...replaces('normed', 'branch') },
    norm(names[1], adds('branch')),
    norm(names[2], replaces('residual', 'normed')),
    { ...mlp, ...replaces('normed', 'branch') },
    norm(names[3], adds('branch')),
  ];
}

/** `x += attention(norm(x)) + mlp(norm(x))`, from one norm, or from one for each. */
export function parallel(
  names: readonly [attention: string, mlp?: string],
  attention: AttentionNames,
  mlp: MlpNames,
): readonly StepTable[] {
  const [first, second] = names;
  return second === undefined
    ? [
        norm(first, replaces('residual', 'normed')),
        { ...attention, ...adds('normed') },
        { ...mlp, ...adds('normed') },
      ]
    : [
        norm(first, replaces('residual', 'normed')),
        norm(second, replaces('residual', 'branch')),
        { ...attention, ...adds('normed') },
        { ...mlp, ...adds('branch') },
      ];
}
