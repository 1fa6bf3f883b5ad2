/** The rotary tables of a model, and up to which position they hold. */
import { UnsupportedError } from '../shared/errors.js';
import type { ConfigFields } from './config-fields.js';
import type { DecoderModel, LongRotary, RotarySpec } from './decoder.js';
import type { FamilyTraits } from './family-table.js';
import type { Note } from './notes.js';
import {
  computeRotary,
  findRotaryParameters,
  type RotaryDefaults,
  type RotaryParameters,
  type RotaryReading,
} from './rotary.js';

export interface Rotation {
  readonly specs: readonly RotarySpec[];
  /** Longest position that all tables hold. */
  readonly maxPositions: number;
  readonly longer?: NonNullable<DecoderModel['longer']>;
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
  const maxPositions = Math.min(longest, ...readings.map((reading) => reading.maxPositions));
  const longer = Math.min(...readings.flatMap((reading) => reading.longer?.maxPositions ?? []));
  return {
    specs: readings.map(({ spec }) => spec),
    maxPositions,
    ...(Number.isFinite(longer) && longer > maxPositions
      ? {
          longer: {
            maxPositions: longer,
            rotaries: readings.map(({ spec, longer: other }) => other?.rotary ?? { kind: 'fixed', spec }),
          },
        }
      : {}),
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
  if (dim === headDim) {
    throw new UnsupportedError(`The heads have the odd size ${headDim}, which cannot be split into pairs.`, {
      file: config.file,
      field: key,
      code: 'family',
      remedy: 'Use a model with an even head size.',
    });
  }
  throw config.wrong(key, `what makes an even number of the ${headDim} elements of a head rotate`);
}

/** Hunyuan's dynamic embedding: the base grows with a fixed `alpha`, and nothing with the length. */
function withAlpha(parameters: RotaryParameters, { alpha }: RotaryDefaults, dim: number): RotaryParameters {
  const { type, theta, fields } = parameters;
  if (alpha !== true || type !== 'dynamic' || fields?.isSet('alpha') !== true || dim <= 2) return parameters;
  const factor = fields.number('alpha', undefined, { min: 1e-3, max: 1e9 });
  return { ...parameters, type: 'default', theta: theta * factor ** (dim / (dim - 2)) };
}

/**
 * A model with the rotary tables of a context: those that it was trained with up to their length, for a longer one those
 * that transformers has for a text of that length, from the first position on.
 */
export function withContext(model: DecoderModel, context: number): DecoderModel {
  const { longer, ...rest } = model;
  if (longer === undefined || context <= model.maxPositions) return model;
  const rotaries = longer.rotaries.map((rotary) => tableOf(rotary, context));
  return { ...rest, maxPositions: longer.maxPositions, rotaries };
}

function tableOf(rotary: LongRotary, context: number): RotarySpec {
  if (rotary.kind === 'fixed') return rotary.spec;
  const { dim, theta, factor, positions } = rotary;
  const base = theta * ((factor * context) / positions - (factor - 1)) ** (dim / (dim - 2));
  const inverseFrequencies = Array.from({ length: dim / 2 }, (_, i) => base ** ((-2 * i) / dim));
  return { dim, inverseFrequencies, attentionFactor: 1 };
}

/** Its longer tables, which no such model has, are left out. */
function reversed({ longer: _, ...reading }: RotaryReading): RotaryReading {
  const { spec } = reading;
  const inverseFrequencies = spec.inverseFrequencies.map((frequency) => -frequency);
  return { ...reading, spec: { ...spec, inverseFrequencies } };
}
