/** Which encoding a scheme gives a matrix. */
import { INPUT_GROUP, encodingSpec, groupFits, inputFits, type Encoding } from '../schema/encodings.js';
import type { InputKind } from '../schema/kinds.js';
import { roleSpec, type Role } from '../schema/roles.js';
import type { PlannedTensor } from './layout.js';
import {
  INPUT_OF,
  WEIGHTS,
  groupSize,
  type Scheme,
  type UniformScheme,
  type WantedScheme,
} from './scheme.js';

/** What a choice may depend on. */
export interface MatrixToEncode {
  readonly role: Role;
  readonly cols: number;
}

const CHANNEL: Encoding = { kind: 'int8Channel', group: 0 };

type EncodingScheme = UniformScheme & {
  readonly activations: Scheme['activations'] | WantedScheme['activations'];
};

/** The encoding of one matrix; every matrix is asked for by itself. */
export function weightEncoding(scheme: EncodingScheme, { role, cols }: MatrixToEncode): Encoding {
  switch (scheme.weights) {
    case 'float32':
      return { kind: 'float32', group: 0 };
    case 'int8':
      // Rows of an embedding are looked up one by one, each with its scales.
      if (role === 'positions') return CHANNEL;
      return role === 'embedding' && (scheme.granularity === 'tensor' || hasGroups(scheme))
        ? CHANNEL
        : int8Encoding(scheme, cols);
    case 'int4':
      // Rows that are only looked up.
      return role === 'positions' ? CHANNEL : { kind: 'int4Group', group: groupSize(scheme.granularity) };
  }
}

/** Whether inputs of matrices are quantized in groups: then the sums of groups of weights go to float one by one. */
function hasGroups({ activations }: EncodingScheme): boolean {
  const inputs: Readonly<Partial<Record<string, InputKind>>> = INPUT_OF;
  return INPUT_GROUP[inputs[activations] ?? 'int8'] > 0;
}

function int8Encoding(scheme: EncodingScheme, cols: number): Encoding {
  const { granularity } = scheme;
  switch (granularity) {
    case 'tensor':
      return { kind: 'int8Tensor', group: 0 };
    case 'channel':
      return CHANNEL;
    case 'group:16':
    case 'group:32':
    case 'group:64':
    case 'group:128': {
      const group = groupSize(granularity);
      // A group that spans the row is a scale a row.
      return cols <= group ? CHANNEL : { kind: hasGroups(scheme) ? 'int8Group' : 'int8GroupU8', group };
    }
  }
}

/** Encodings that are chosen among for each matrix by itself. */
const CHOICES: readonly Encoding[] = [
  CHANNEL,
  { kind: 'int8GroupU8', group: 64 },
  { kind: 'int8GroupU8', group: 32 },
  { kind: 'int4Group', group: 64 },
  { kind: 'int4Group', group: 32 },
  { kind: 'int4Group', group: 16 },
];

/** Those that a matrix can have beside the inputs that it has. */
export function possibleEncodings({ cols, input }: Pick<PlannedTensor, 'cols' | 'input'>): Encoding[] {
  return CHOICES.filter(
    ({ kind, group }) => group < cols && groupFits(kind, group, cols) && inputFits(input, { kind, group }),
  );
}

/** What a scheme's weights and granularity have become. */
export function usedWeights(
  base: EncodingScheme,
  tensors: readonly PlannedTensor[],
): Pick<Scheme, 'weights' | 'granularity'> {
  const matrices = tensors.filter(({ role }) => isMatrix(role));
  const uniform = [base.granularity, ...WEIGHTS[base.weights].granularities].find((granularity) =>
    matrices.every(({ role, cols, encoding: { kind, group } }) => {
      const own = weightEncoding({ ...base, granularity }, { role, cols });
      return kind === own.kind && group === own.group;
    }),
  );
  if (uniform !== undefined) return { weights: base.weights, granularity: uniform };
  const bits = new Set(matrices.map(({ encoding }) => encodingSpec(encoding).bits));
  return { weights: bits.size > 1 ? 'mixed' : base.weights, granularity: 'mixed' };
}

function isMatrix(role: Role): boolean {
  const { shape } = roleSpec(role);
  return shape === 'matrix' || shape === 'lookup';
}
