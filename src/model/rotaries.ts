/** The rotary tables of a model, and up to which position they hold. */
import { UnsupportedError } from '../shared/errors.js';
import type { ConfigFields } from './config-fields.js';
import type { RotarySpec } from './decoder.js';
import type { FamilyTraits } from './family-table.js';
import type { Note } from './notes.js';
import { computeRotary, findRotaryParameters, type RotaryDefaults, type RotaryParameters } from './rotary.js';

export interface Rotation {
  readonly specs: readonly RotarySpec[];
  /** Longest position that all tables hold. */
  readonly maxPositions: number;
  readonly notes: readonly Note[];
}

const ONE_TABLE: readonly RotaryDefaults[] = [{}];

/**
 * Reads the tables that a family's traits name.
 * @param longest the config's longest position
 * @throws FormatError, UnsupportedError
 */
export function readRotaries(
  config: ConfigFields,
  { rotaries = ONE_TABLE }: FamilyTraits,
  headDim: number,
  longest: number,
): Rotation {
  const readings = rotaries.map((defaults) => {
    const parameters = findRotaryParameters(config, defaults);
    const dim = turningElements(config, parameters.partialFactor, defaults, headDim);
    const reading = computeRotary(config, withAlpha(parameters, defaults, dim), {
      dim,
      maxPositions: longest,
    });
    return defaults.reversed === true ? reversed(reading) : reading;
  });
  const [first] = readings;
  return {
    specs: readings.map(({ spec }) => spec),
    maxPositions: Math.min(longest, ...readings.map(({ maxPositions }) => maxPositions)),
    // All tables are of one config.
    notes: first?.notes ?? [],
  };
}

function turningElements(
  config: ConfigFields,
  share: number,
  { partial, partialKey = 'partial_rotary_factor', dimKey, dim: dimDefault }: RotaryDefaults,
  headDim: number,
): number {
  if (partial === undefined && share !== 1) {
    // Releases of transformers differ here: some ignore the key for this family, some fail on it.
    throw new UnsupportedError(
      `Only a part of each head rotates (${share}), which this family does not have.`,
      {
        file: config.file,
        field: partialKey,
        remedy: 'Remove the key if the model was trained with whole heads rotating.',
      },
    );
  }
  const [key, dim] =
    dimKey === undefined || (config.has(dimKey) && !config.isSet(dimKey))
      ? [partialKey, Math.floor(headDim * share)]
      : [dimKey, config.integer(dimKey, dimDefault, { min: 2, max: headDim })];
  if (dim >= 2 && dim % 2 === 0) return dim;
  throw config.wrong(key, `what makes an even number of the ${headDim} elements of a head rotate`);
}

/** Hunyuan's dynamic embedding: the base grows with a fixed `alpha`, and nothing with the length. */
function withAlpha(parameters: RotaryParameters, { alpha }: RotaryDefaults, dim: number): RotaryParameters {
  const { type, theta, fields } = parameters;
  if (alpha !== true || type !== 'dynamic' || fields?.isSet('alpha') !== true || dim <= 2) return parameters;
  const factor = fields.number('alpha', undefined, { min: 1e-3, max: 1e9 });
  return { ...parameters, type: 'default', theta: theta * factor ** (dim / (dim - 2)) };
}

function reversed<T extends { readonly spec: RotarySpec }>(reading: T): T {
  const { spec } = reading;
  const inverseFrequencies = spec.inverseFrequencies.map((frequency) => -frequency);
  return { ...reading, spec: { ...spec, inverseFrequencies } };
}
