/** Which encoding a scheme gives a matrix. */
import type { Encoding } from '../schema/encodings.js';
import type { Role } from '../schema/roles.js';
import { groupSize, type Scheme } from './scheme.js';

/** What a choice may depend on. */
export interface MatrixToEncode {
  readonly role: Role;
  readonly cols: number;
}

const CHANNEL: Encoding = { kind: 'int8Channel', group: 0 };

/** The encoding of one matrix; every matrix is asked for by itself. */
export function weightEncoding(
  scheme: Pick<Scheme, 'weights' | 'granularity'>,
  { role, cols }: MatrixToEncode,
): Encoding {
  switch (scheme.weights) {
    case 'float32':
      return { kind: 'float32', group: 0 };
    case 'int8':
      // Rows of an embedding are looked up one by one, each with its scale.
      return role === 'embedding' ? CHANNEL : int8Encoding(scheme, cols);
  }
}

function int8Encoding({ granularity }: Pick<Scheme, 'granularity'>, cols: number): Encoding {
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
      return cols <= group ? CHANNEL : { kind: 'int8Group', group };
    }
  }
}
