/** The heads of an attention: how many, and how wide, by the config and by the rows of the query. */
import { FormatError } from '../shared/errors.js';
import type { ConfigFields } from './config-fields.js';
import type { FamilyTable, FamilyTraits } from './family-table.js';
import { MAX_HEAD_DIM, MAX_HEADS } from './limits.js';

export interface Heads {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/**
 * Reads the heads.
 * @param queryRows rows of the query of the first layer that has one, given how many heads there are; `null` when none has
 * @throws FormatError when the numbers contradict each other or the weights
 */
export function readHeads(
  config: ConfigFields,
  { keys, defaults }: Pick<FamilyTable, 'keys' | 'defaults'>,
  traits: Pick<FamilyTraits, 'kvHeads'>,
  hiddenSize: number,
  queryRows: (heads: Pick<Heads, 'heads' | 'kvHeads'>) => number | null,
): Heads {
  const heads = config.integer(keys.heads, undefined, { min: 1, max: MAX_HEADS });
  const kvHeads =
    traits.kvHeads?.(heads) ??
    config.integer(keys.kvHeads, config.has(keys.kvHeads) ? heads : (defaults.kvHeads ?? heads), {
      min: 1,
      max: heads,
    });
  if (heads % kvHeads !== 0) {
    throw new FormatError(`${heads} heads cannot share ${kvHeads} key/value heads evenly.`, {
      file: config.file,
      field: keys.kvHeads,
      remedy: 'Take the file of the original model.',
    });
  }
  const explicit = config.isSet(keys.headDim);
  const headDim = config.integer(keys.headDim, defaults.headDim ?? Math.floor(hiddenSize / heads), {
    min: 1,
    max: MAX_HEAD_DIM,
  });
  // The rows of the query say what the size of a head really is.
  const rows = queryRows({ heads, kvHeads });
  if (rows !== null && rows !== heads * headDim) {
    const said =
      explicit || defaults.headDim !== undefined
        ? `It says ${headDim}`
        : `${keys.hiddenSize} / ${keys.heads} is ${hiddenSize / heads}`;
    throw new FormatError(
      `${said}, but the query has ${rows} rows for ${heads} heads, ${rows / heads} each.`,
      {
        file: config.file,
        field: explicit ? keys.headDim : keys.heads,
        remedy: 'Take config and weights from the same model.',
        code: 'mixed-up',
      },
    );
  }
  return { heads, kvHeads, headDim };
}
