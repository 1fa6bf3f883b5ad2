/** Blocks as lists of steps: the ways in which the engine must be able to put norms around attention and feed-forward. */

/** The vectors of a token, by their number in the format. */
export const PLACES = ['residual', 'normed', 'branch'] as const;

export type Place = (typeof PLACES)[number];

/** Kinds of steps, by their number in the format. */
export const STEP_KINDS = ['norm', 'attention', 'mlp', 'conv'] as const;

export interface StepShape {
  readonly kind: (typeof STEP_KINDS)[number];
  readonly reads: Place;
  readonly writes: Place;
  /** Adds to what is there instead of replacing it. */
  readonly adds: boolean;
}

const replace = (kind: StepShape['kind'], reads: Place, writes: Place): StepShape => ({
  kind,
  reads,
  writes,
  adds: false,
});

const add = (kind: StepShape['kind'], reads: Place, writes: Place): StepShape => ({
  kind,
  reads,
  writes,
  adds: true,
});

/** `x += attention(norm(x)); x += mlp(norm(x))` */
export const PRE_NORM: readonly StepShape[] = [
  replace('norm', 'residual', 'normed'),
  add('attention', 'normed', 'residual'),
  replace('norm', 'residual', 'normed'),
  add('mlp', 'normed', 'residual'),
];

export const BLOCKS: Readonly<Record<string, readonly StepShape[]>> = {
  /** `n = norm(x); x += attention(n); x += mlp(n)` */
  'parallel with one norm': [
    replace('norm', 'residual', 'normed'),
    add('attention', 'normed', 'residual'),
    add('mlp', 'normed', 'residual'),
  ],
  /** `a = norm(x); m = norm(x); x += attention(a); x += mlp(m)` */
  'parallel with two norms': [
    replace('norm', 'residual', 'normed'),
    replace('norm', 'residual', 'branch'),
    add('attention', 'normed', 'residual'),
    add('mlp', 'branch', 'residual'),
  ],
  /** `x += norm(attention(norm(x))); x += norm(mlp(norm(x)))` */
  sandwich: [
    replace('norm', 'residual', 'normed'),
    replace('attention', 'normed', 'branch'),
    add('norm', 'branch', 'residual'),
    replace('norm', 'residual', 'normed'),
    replace('mlp', 'normed', 'branch'),
    add('norm', 'branch', 'residual'),
  ],
  /** The same with one place: each step replaces what it reads. */
  'sandwich in one place': [
    replace('norm', 'residual', 'normed'),
    replace('attention', 'normed', 'normed'),
    add('norm', 'normed', 'residual'),
    replace('norm', 'residual', 'normed'),
    replace('mlp', 'normed', 'normed'),
    add('norm', 'normed', 'residual'),
  ],
  /** `x = norm(x + attention(x)); x = norm(x + mlp(x))` */
  'norms after sums': [
    add('attention', 'residual', 'residual'),
    replace('norm', 'residual', 'residual'),
    add('mlp', 'residual', 'residual'),
    replace('norm', 'residual', 'residual'),
  ],
  /** `x += norm(attention(x)); x += norm(mlp(x))` */
  'norms after branches': [
    replace('attention', 'residual', 'normed'),
    add('norm', 'normed', 'residual'),
    replace('mlp', 'residual', 'branch'),
    add('norm', 'branch', 'residual'),
  ],
  /** Two attentions of which one sees the sum of the first and its own input, and a branch that is added to twice. */
  'several of a kind': [
    replace('norm', 'residual', 'branch'),
    replace('attention', 'branch', 'normed'),
    add('attention', 'normed', 'branch'),
    add('mlp', 'branch', 'branch'),
    add('norm', 'branch', 'normed'),
    add('mlp', 'normed', 'residual'),
    replace('mlp', 'branch', 'residual'),
  ],
  /** `x += conv(norm(x)); x += mlp(norm(x))` */
  convolution: [
    replace('norm', 'residual', 'normed'),
    add('conv', 'normed', 'residual'),
    replace('norm', 'residual', 'normed'),
    add('mlp', 'normed', 'residual'),
  ],
  /** Two convolutions, the second of what the first replaced, beside an attention of the same norm. */
  'convolutions beside attention': [
    replace('norm', 'residual', 'normed'),
    replace('conv', 'normed', 'branch'),
    replace('conv', 'branch', 'branch'),
    add('attention', 'normed', 'branch'),
    add('norm', 'branch', 'residual'),
  ],
  /** A layer without attention. */
  'feed-forward alone': [replace('norm', 'residual', 'normed'), add('mlp', 'normed', 'residual')],
  /** A layer without feed-forward. */
  'attention alone': [replace('norm', 'residual', 'branch'), add('attention', 'branch', 'residual')],
};
