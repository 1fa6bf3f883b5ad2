/** Which family an architecture that is not converted is most like: by its name, or by its tensors and its config. */
import type { TensorInfo } from '../checkpoint/checkpoint.js';
import type { ConfigFields } from './config-fields.js';
import { allFamilies } from './families/index.js';
import type { Family } from './family.js';
import { FormatError } from '../shared/errors.js';
import { nearestByName } from './relatives.js';
import { isBuffer } from './tensor-table.js';

/** Share of all names, stored or expected, that must be the same before a family is named. */
const LIKE = 0.5;

/** Names shown of each kind. */
const SHOWN = 4;

interface Likeness {
  readonly family: Family;
  readonly share: number;
  /** What the family has and the model has not. */
  readonly missing: readonly string[];
  /** What the model has besides. */
  readonly extra: readonly string[];
}

/**
 * Sentences that name the nearest family and what sets the model apart.
 * @param name its architecture or model type
 * @param tensors gives what is stored; asked where the name tells nothing
 * @returns empty when none is near
 * @throws TransportError
 */
export async function nearestFamily(
  name: string | null,
  config: ConfigFields,
  tensors: () => Promise<Iterable<TensorInfo>>,
): Promise<string> {
  const known = nearestByName(name ?? '');
  if (known !== '') return known;
  try {
    return await nearestByTensors(config, await tensors());
  } catch (error) {
    // Weights that cannot be read are not what is to be said first.
    if (error instanceof FormatError) return '';
    throw error;
  }
}

async function nearestByTensors(config: ConfigFields, tensors: Iterable<TensorInfo>): Promise<string> {
  const stored = stems(tensors);
  const [best] = (await allFamilies())
    .flatMap((family) => likenesses(family, stored))
    .sort((a, b) => b.share - a.share);
  if (best === undefined || best.share < LIKE) return '';
  const { family, missing, extra } = best;
  const { keys, aliases = {} } = family.table;
  const unsaid = [keys.hiddenSize, keys.layers, keys.heads].filter(
    (key) => ![key, ...(aliases[key] ?? [])].some((name) => config.isSet(name)),
  );
  const label = family.label.replace(/ \(.*\)$/, '');
  const differences = [
    ...(extra.length > 0 ? [`has also ${list(extra)}`] : []),
    ...(missing.length > 0 ? [`lacks ${list(missing)}`] : []),
    ...(unsaid.length > 0 ? [`does not say ${list(unsaid)} in ${config.file}`] : []),
  ];
  if (differences.length > 0)
    return `By its tensors the nearest that is converted is ${label}; this one ${differences.join(', and it ')}. `;
  const [architecture = ''] = family.architectures;
  const [modelType = ''] = family.modelTypes;
  return (
    `Its tensors are named as those of ${label}. If its code computes the same, write "${architecture}" for its architecture ` +
    `and "${modelType}" for its model_type in ${config.file}. `
  );
}

/** How much a family is like the model under each of its prefixes. */
function likenesses(family: Family, stored: ReadonlySet<string>): Likeness[] {
  const { prefixes, head, positions = '' } = family.table.names;
  const tensors = namesOf(family);
  return prefixes.map((prefix) => {
    const expected = new Set(tensors.map((name) => prefix + name));
    const missing = [...expected].filter((name) => !stored.has(name));
    const extra = [...stored].filter(
      (name) => !expected.has(name) && !head.includes(name) && name !== prefix + positions,
    );
    const shared = expected.size - missing.length;
    return { family, share: shared / (shared + missing.length + extra.length), missing, extra };
  });
}

/** Parts of a step's table that are no names of tensors. */
const NOT_NAMES: readonly string[] = ['kind', 'reads', 'writes', 'mlp', 'order'];

/** The tensors that every model of a family has, numbers of layers as `*`. */
function namesOf({ table: { names, steps } }: Family): string[] {
  const inLayers = steps.flatMap((step) =>
    Object.entries(step).flatMap(([part, name]: [string, unknown]) =>
      typeof name !== 'string' || NOT_NAMES.includes(part) ? [] : [`${names.layers}.*.${name}`],
    ),
  );
  return [names.embedding, ...new Set(inLayers), names.finalNorm];
}

/** Names without numbers of layers, parts and buffers. */
function stems(tensors: Iterable<TensorInfo>): ReadonlySet<string> {
  return new Set(
    [...tensors]
      .filter((info) => !isBuffer(info))
      .map(({ name }) => name.replace(/\.(?:weight|bias)$/, '').replace(/\.\d+(?=\.|$)/g, '.*')),
  );
}

function list(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return `${names
    .slice(0, SHOWN)
    .map((name) => name.slice(0, 80))
    .join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
