/** What a conversion does to the numbers: weight encoding, granularity, activations, cache; and which fusions are on. */
import { CACHE, type CacheKind, type InputKind } from '../schema/kinds.js';
import { UsageError } from '../shared/errors.js';

/** Columns that share a scale. `tensor`: layer-wise, `channel`: one scale a row. */
export type Granularity = 'tensor' | 'channel' | 'group:16' | 'group:32' | 'group:64' | 'group:128';

export const GRANULARITIES: readonly Granularity[] = [
  'tensor',
  'channel',
  'group:16',
  'group:32',
  'group:64',
  'group:128',
];

/**
 * What the weights of matrices become. `float32` keeps them in F32: a check of everything but quantization, not for the
 * chip. `quantized`: the inputs of matrices are quantized as well. `offered`: one of the choices for a board, in pages,
 * presets and class kits; the command line has all. `granularities`: those that there are.
 */
export const WEIGHTS = {
  int8: {
    label: 'INT8',
    quantized: true,
    offered: true,
    granularities: ['tensor', 'channel', 'group:32', 'group:64', 'group:128'],
  },
  int4: {
    label: 'INT4',
    quantized: true,
    offered: true,
    granularities: ['group:16', 'group:32', 'group:64'],
  },
  // Has no scales, whatever is asked for.
  float32: { label: 'F32', quantized: false, offered: false, granularities: GRANULARITIES },
} as const satisfies Readonly<Record<string, WeightSpec>>;

interface WeightSpec {
  readonly label: string;
  readonly quantized: boolean;
  readonly offered: boolean;
  readonly granularities: readonly Granularity[];
}

export type WeightKind = keyof typeof WEIGHTS;

export const WEIGHT_KINDS = Object.keys(WEIGHTS) as readonly WeightKind[];

/** The choices for a board. */
export const OFFERED_WEIGHTS = WEIGHT_KINDS.filter((kind) => WEIGHTS[kind].offered);

/** Weights and granularities as they can be asked for; `auto`: the finest that fits and costs no more than a little speed. */
export const WANTED_WEIGHTS = ['auto', ...OFFERED_WEIGHTS] as const;
export const WANTED_GRANULARITIES = ['auto', ...GRANULARITIES] as const;

/** Kinds of codes that the inputs of all quantized matrices can become, by the words of command line and attribute. */
export const INPUT_OF = {
  int8: 'int8',
  'int8:32': 'int8By32',
  'int8:64': 'int8By64',
  int16: 'int16',
  static: 'int8',
} as const satisfies Readonly<Record<string, InputKind>>;

/** Activations as they can be asked for. */
export const WANTED_ACTIVATIONS = ['auto', ...(Object.keys(INPUT_OF) as (keyof typeof INPUT_OF)[])] as const;

/** Caches as they can be asked for. */
export const WANTED_CACHES = ['auto', ...(Object.keys(CACHE) as CacheKind[])] as const;

/** How a chat begins: as the template writes it, or with the tokenizer's begin token before that. */
export const CHATS = ['template', 'begin'] as const;

/** Whether matrices and their inputs are quantized. */
export function isQuantized({ weights }: Pick<Scheme, 'weights'>): boolean {
  return weights === 'mixed' || WEIGHTS[weights].quantized;
}

/** Weights that are all of one kind, where their roles do not ask for another. */
export interface UniformScheme {
  readonly weights: WeightKind;
  readonly granularity: Granularity;
}

/** Numbers of a package. */
export interface Scheme {
  /** `mixed`: chosen for each matrix by itself. */
  readonly weights: WeightKind | 'mixed';
  /** `mixed`: some matrices in groups, others with one scale a row, or groups of several sizes. */
  readonly granularity: Granularity | 'mixed';
  /**
   * What the inputs of quantized matrices become: INT8 with a scale per token vector, or for each 32 or 64 elements of it;
   * 16 bits; `mixed`: some `int8`, some `int16`. `static`: INT8 with calibrated scales, one per matrix input.
   */
  readonly activations: keyof typeof INPUT_OF | 'mixed';
  /** Key/value cache: codes of 8 or 16 bits with a scale per head and token, or F32. */
  readonly cache: CacheKind;
}

/** A scheme as it is asked for; the planner decides what is left to it (docs/decisions/0006, 0033, 0034). */
export interface WantedScheme {
  readonly weights: WeightKind | 'auto';
  readonly granularity: Granularity | 'auto';
  /** `auto`: 16 bits where that costs no time or INT8 would cost too much, INT8 otherwise. */
  readonly activations: (typeof WANTED_ACTIVATIONS)[number];
  /** `auto`: keys of 16 bits where the board has room for them and stays fast, INT8 otherwise. */
  readonly cache: Scheme['cache'] | 'auto';
  /** `begin`: a chat template that writes no begin token gets the tokenizer's before it. */
  readonly chat: (typeof CHATS)[number];
}

/** Exact rewrites done before quantization; each can be switched off, the float result stays the same. */
export interface Fusions {
  /** Multiply norm gains into the columns of the matrices that read the norm's output. */
  readonly normGains: boolean;
  /** One matrix for query, key and value. */
  readonly queryKeyValue: boolean;
  /** One matrix with gate and up rows alternating. */
  readonly gateUp: boolean;
  /** Multiply the attention scale into the query rows. */
  readonly attentionScale: boolean;
}

export const ALL_FUSIONS: Fusions = {
  normGains: true,
  queryKeyValue: true,
  gateUp: true,
  attentionScale: true,
};
export const NO_FUSIONS: Fusions = {
  normGains: false,
  queryKeyValue: false,
  gateUp: false,
  attentionScale: false,
};

/**
 * The fusions that cost no quality with a scheme. A gain folded into quantized weights spreads their columns, and what is
 * small in a row loses its precision: up to twice the divergence; there gains stay outside (docs/decisions/0025).
 */
export function defaultFusions(scheme: Pick<Scheme, 'weights'>): Fusions {
  return { ...ALL_FUSIONS, normGains: !isQuantized(scheme) };
}

/** Whether weights of a kind can have a granularity and inputs as they are asked for. */
export function isPossible(
  weights: WeightKind,
  { granularity, activations }: Pick<WantedScheme, 'granularity' | 'activations'>,
): boolean {
  const { granularities }: WeightSpec = WEIGHTS[weights];
  return (granularity === 'auto' || granularities.includes(granularity)) && hasInput(weights, activations);
}

/** Sums over INT4 groups go to float once a row. */
function hasInput(weights: WeightKind, activations: WantedScheme['activations']): boolean {
  return weights !== 'int4' || (activations !== 'int8:32' && activations !== 'int8:64');
}

/**
 * Refuses what weights cannot have.
 * @throws UsageError naming the choices
 */
export function refuseImpossible(
  scheme: Pick<WantedScheme, 'weights' | 'granularity' | 'activations'>,
): void {
  const { weights, granularity, activations } = scheme;
  const kinds = weights === 'auto' ? OFFERED_WEIGHTS : [weights];
  if (kinds.some((kind) => isPossible(kind, scheme))) return;
  const kind = weights === 'auto' ? 'int4' : weights;
  const { label, granularities }: WeightSpec = WEIGHTS[kind];
  if (granularity !== 'auto' && !granularities.includes(granularity)) {
    throw new UsageError(
      `${label} weights have no granularity "${granularity}". Choose one of: ${granularities.join(', ')}.`,
    );
  }
  const inputs = WANTED_ACTIVATIONS.filter((known) => hasInput(kind, known));
  throw new UsageError(
    `${label} weights take no activations "${activations}". Choose one of: ${inputs.join(', ')}.`,
  );
}

/** Columns per scale for `group:N`, 0 for the others. */
export function groupSize(granularity: Scheme['granularity']): number {
  return granularity.startsWith('group:') ? Number(granularity.slice('group:'.length)) : 0;
}

/**
 * Reads a granularity as typed by a person.
 * @throws UsageError naming the choices
 */
export function parseGranularity(text: string): WantedScheme['granularity'] {
  const found = WANTED_GRANULARITIES.find((granularity) => granularity === text);
  if (found === undefined) {
    throw new UsageError(`Unknown granularity "${text}". Choose one of: ${WANTED_GRANULARITIES.join(', ')}.`);
  }
  return found;
}

/** What a cache holds, in every language alike. */
export const CACHE_LABELS: Readonly<Record<CacheKind, string>> = {
  int8: 'INT8',
  float32: 'F32',
  int16: 'INT16',
  k16v8: 'K16/V8',
};

/** Activations in English. */
const ACTIVATIONS_TEXT: Readonly<Record<Scheme['activations'], string>> = {
  int8: 'dynamic INT8 activations',
  'int8:32': 'INT8 activations in groups of 32',
  'int8:64': 'INT8 activations in groups of 64',
  int16: '16-bit activations',
  mixed: 'INT8 and 16-bit activations',
  static: 'static INT8 activations',
};

/** One line for people, e.g. `INT8 per channel, dynamic INT8 activations, INT8 cache`. */
export function describeScheme(scheme: Scheme): string {
  const cache = `${CACHE_LABELS[scheme.cache]} cache`;
  const label = weightsLabel(scheme);
  if (!isQuantized(scheme)) return `${label} weights and activations, ${cache}`;
  const group = groupSize(scheme.granularity);
  const mixed = scheme.weights === 'mixed' ? 'by matrix' : 'per channel and in groups';
  const per =
    group > 0
      ? `in groups of ${group}`
      : scheme.granularity === 'mixed'
        ? mixed
        : `per ${scheme.granularity}`;
  return `${label} ${per}, ${ACTIVATIONS_TEXT[scheme.activations]}, ${cache}`;
}

/** What the weights are called in every language. */
export function weightsLabel({ weights }: Pick<Scheme, 'weights'>): string {
  return weights === 'mixed' ? 'INT8 + INT4' : WEIGHTS[weights].label;
}
