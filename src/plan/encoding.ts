/** Which encoding a scheme gives a matrix. */
import { INPUT_GROUP, type Encoding } from '../schema/encodings.js';
import type { InputKind } from '../schema/kinds.js';
import type { Role } from '../schema/roles.js';
import { INPUT_OF, groupSize, type Scheme, type WantedScheme } from './scheme.js';

/** What a choice may depend on. */
export interface MatrixToEncode {
  readonly role: Role;
  readonly cols: number;
}

const CHANNEL: Encoding = { kind: 'int8Channel', group: 0 };

type EncodingScheme = Pick<Scheme, 'weights' | 'granularity'> & {
  readonly activations: Scheme['activations'] | WantedScheme['activations'];
};

/** The encoding of one matrix; every matrix is asked for by itself. */
export function weightEncoding(scheme: EncodingScheme, { role, cols }: MatrixToEncode): Encoding {
  switch (scheme.weights) {
    case 'float32':
      return { kind: 'float32', group: 0 };
    case 'int8':
      // Rows of an embedding are looked up one by one, each with its scales.
      return role === 'embedding' && (scheme.granularity === 'tensor' || hasGroups(scheme))
        ? CHANNEL
        : int8Encoding(scheme, cols);
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
    case 'group:32':
    case 'group:64':
    case 'group:128': {
      const group = groupSize(granularity);
      // A group that spans the row is a scale a row.
      return cols <= group ? CHANNEL : { kind: hasGroups(scheme) ? 'int8Group' : 'int8GroupU8', group };
    }
  }
}
