/**
 * Rotary position embedding: reads the parameters in both dialects of config.json and computes the angles per position.
 * The rules are those of transformers (modeling_rope_utils.py). Where a type changes the angles with the length of the text
 * (dynamic, longrope), there are those for up to the original length and those for a longer context.
 */
import { UnsupportedError } from '../shared/errors.js';
import type { Note } from './notes.js';
import { isJsonObject } from '../source/strict-json.js';
import { ConfigFields } from './config-fields.js';
import { MAX_POSITIONS } from './limits.js';
import type { LongRotary, RotarySpec } from './decoder.js';

/** What a family knows about its rotation. */
export interface RotaryShape {
  /** Leading elements of each head that rotate. */
  readonly dim: number;
  /** The config's longest position. */
  readonly maxPositions: number;
}

/** The angles, and up to which position they hold. */
export interface RotaryReading {
  readonly spec: RotarySpec;
  readonly maxPositions: number;
  /** Where others hold for longer contexts. */
  readonly longer?: { readonly maxPositions: number; readonly rotary: LongRotary };
  readonly notes: readonly Note[];
}

/** How a family's config says its rotation, and what holds where it does not. */
export interface RotaryDefaults {
  /** Base of the angles; 10,000 when absent. */
  readonly theta?: number;
  readonly thetaKey?: string;
  /** Share of each head that rotates; a config that says another than 1 is refused when absent. */
  readonly partial?: number;
  readonly partialKey?: string;
  /** Key of the number of rotating elements, where it is not said as a share. */
  readonly dimKey?: string;
  /** That number when the key is absent; all when it is null. */
  readonly dim?: number;
  /** The kind of layers that rotate by this table, where the newer dialect has parameters for each. */
  readonly layers?: string;
  /** The older dialect scales another table. */
  readonly unscaled?: true;
  /** Turns by minus the angle. */
  readonly reversed?: true;
  /** A dynamic embedding with an `alpha` has a larger base, whatever the length. */
  readonly alpha?: true;
}

/** Default base of the angles, of nearly all families. */
const DEFAULT_THETA = 10_000;

/** Largest base and factor: far beyond any real one, small enough that no power overflows. */
const MAX_THETA = 1e15;
const MAX_FACTOR = 1e6;

/** The parameters, wherever the config keeps them. */
export interface RotaryParameters {
  /** `default`, `linear`, `llama3`, `dynamic`, `yarn`, `longrope`, or something unknown. */
  readonly type: string;
  readonly theta: number;
  /** Share of each head that rotates. */
  readonly partialFactor: number;
  /** The object with the type's own keys; `null` when there is none. */
  readonly fields: ConfigFields | null;
}

/**
 * Finds the rotary parameters: `rope_theta` and `rope_scaling` (older) or `rope_parameters` (newer); when both are there the
 * older wins, as in transformers.
 * @throws FormatError; UnsupportedError when each kind of layer has its own, which this family has not
 */
export function findRotaryParameters(config: ConfigFields, defaults: RotaryDefaults = {}): RotaryParameters {
  const { layers, thetaKey = 'rope_theta', partialKey = 'partial_rotary_factor' } = defaults;
  const scaling = defaults.unscaled === true ? null : config.object('rope_scaling');
  const parameters = config.object('rope_parameters');
  const whole = scaling !== null && scaling.keys.length > 0 ? scaling : parameters;
  const fields = (layers === undefined ? null : whole?.object(layers)) ?? whole;
  const nested = fields?.keys.filter((key) => isJsonObject(fields.raw(key))) ?? [];
  if (fields !== null && nested.length > 0) {
    throw new UnsupportedError(
      `Each kind of layer has its own rotary parameters (${nested.slice(0, 4).join(', ')}).`,
      {
        file: config.file,
        field: 'rope_parameters',
        remedy: 'Such models are not converted yet; use one with a single rotary embedding.',
      },
    );
  }
  const bounds = { min: 1, max: MAX_THETA };
  const isShare = { min: 0, max: 1 };
  return {
    type: fields?.optionalText('rope_type') ?? fields?.optionalText('type') ?? 'default',
    theta:
      fields?.isSet('rope_theta') === true
        ? fields.number('rope_theta', undefined, bounds)
        : config.number(thetaKey, defaults.theta ?? DEFAULT_THETA, bounds),
    partialFactor:
      fields?.isSet('partial_rotary_factor') === true
        ? fields.number('partial_rotary_factor', undefined, isShare)
        : config.number(partialKey, defaults.partial ?? 1, isShare),
    fields,
  };
}

/**
 * Computes the angles of a rotary embedding.
 * @throws FormatError when a parameter is missing or wrong; UnsupportedError for a type that is not known
 */
export function computeRotary(
  config: ConfigFields,
  parameters: RotaryParameters,
  shape: RotaryShape,
): RotaryReading {
  const { type, theta } = parameters;
  const { dim, maxPositions } = shape;
  const plain = Array.from({ length: dim / 2 }, (_, i) => theta ** ((-2 * i) / dim));
  const done = (
    inverseFrequencies: readonly number[],
    attentionFactor = 1,
    notes: readonly Note[] = [],
    limit = maxPositions,
  ): RotaryReading => ({ spec: { dim, inverseFrequencies, attentionFactor }, maxPositions: limit, notes });
  // Only `default` can do without parameters of its own.
  const fields = parameters.fields ?? new ConfigFields(new Map(), config.file, 'rope_scaling.');
  switch (type) {
    case 'default':
      return done(plain);
    case 'linear': {
      const factor = readFactor(fields);
      return done(plain.map((frequency) => frequency / factor));
    }
    case 'dynamic':
      return dynamic(readFactor(fields), theta, shape, done(plain));
    case 'llama3':
      return done(llama3(plain, fields, originalLength(config, fields, maxPositions)));
    case 'yarn':
      return yarn(config, fields, theta, shape, plain, done);
    case 'longrope':
      return longrope(config, fields, shape, plain, done);
    default:
      throw new UnsupportedError(`The rotary embedding is of the type "${type.slice(0, 40)}".`, {
        file: config.file,
        field: fields.pathOf('rope_type'),
        remedy:
          'Known are default, linear, dynamic, llama3, yarn and longrope; use a model with one of them.',
      });
  }
}

type Done = (
  inverseFrequencies: readonly number[],
  attentionFactor?: number,
  notes?: readonly Note[],
  limit?: number,
) => RotaryReading;

function readFactor(fields: ConfigFields): number {
  return fields.number('factor', undefined, { min: 1 / MAX_FACTOR, max: MAX_FACTOR });
}

/** The length that the model was first trained with; a value beside the rotary parameters has priority. */
function originalLength(config: ConfigFields, fields: ConfigFields, maxPositions: number): number {
  const key = 'original_max_position_embeddings';
  const from = config.isSet(key) ? config : fields;
  return from.integer(key, maxPositions, { min: 1, max: MAX_POSITIONS });
}

/** Dynamic NTK: up to the trained length the base is not changed; beyond it, it grows with the context. */
function dynamic(
  factor: number,
  theta: number,
  { dim, maxPositions }: RotaryShape,
  short: RotaryReading,
): RotaryReading {
  const longest = Math.min(MAX_POSITIONS, Math.floor(maxPositions * factor));
  if (longest <= maxPositions || dim <= 2) return short;
  return {
    ...short,
    longer: {
      maxPositions: longest,
      rotary: { kind: 'stretched', dim, theta, factor, positions: maxPositions },
    },
    notes: [{ code: 'rotary-dynamic', positions: maxPositions }],
  };
}

/** Llama 3.1: short waves stay, long ones are divided by the factor, those between are blended. */
function llama3(plain: readonly number[], fields: ConfigFields, original: number): number[] {
  const factor = readFactor(fields);
  const low = fields.number('low_freq_factor', undefined, { min: 1 / MAX_FACTOR, max: MAX_FACTOR });
  const high = fields.number('high_freq_factor', undefined, { min: 1 / MAX_FACTOR, max: MAX_FACTOR });
  if (high <= low) throw fields.wrong('high_freq_factor', `larger than low_freq_factor (${low})`);
  return plain.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < original / high) return frequency;
    if (wavelength > original / low) return frequency / factor;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** YaRN (arXiv 2309.00071): a ramp over the dimensions between dividing and keeping, and a factor on the attention. */
function yarn(
  config: ConfigFields,
  fields: ConfigFields,
  theta: number,
  { dim, maxPositions }: RotaryShape,
  plain: readonly number[],
  done: Done,
): RotaryReading {
  const original = originalLength(config, fields, maxPositions);
  const factor = fields.isSet('factor') ? readFactor(fields) : maxPositions / original;
  const positive = { min: 1 / MAX_FACTOR, max: MAX_FACTOR };
  const betaFast = fields.number('beta_fast', 32, positive);
  const betaSlow = fields.number('beta_slow', 1, positive);
  if (theta === 1) throw fields.wrong('rope_theta', 'larger than 1 for yarn');
  const dimensionOf = (rotations: number): number =>
    (dim * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(theta));
  const truncate = fields.boolean('truncate', true);
  const low = Math.max(truncate ? Math.floor(dimensionOf(betaFast)) : dimensionOf(betaFast), 0);
  const high = Math.min(truncate ? Math.ceil(dimensionOf(betaSlow)) : dimensionOf(betaSlow), dim - 1);
  const width = low === high ? 0.001 : high - low;
  const frequencies = plain.map((frequency, i) => {
    const ramp = Math.min(1, Math.max(0, (i - low) / width));
    return (frequency / factor) * ramp + frequency * (1 - ramp);
  });
  return done(frequencies, yarnAttentionFactor(fields, factor));
}

function yarnAttentionFactor(fields: ConfigFields, factor: number): number {
  const given = fields.optionalNumber('attention_factor', { min: 0, max: MAX_FACTOR });
  if (given !== null) return given;
  const scale = (mscale: number): number => (factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1);
  const mscale = fields.number('mscale', 0, { min: 0, max: MAX_FACTOR });
  const mscaleAll = fields.number('mscale_all_dim', 0, { min: 0, max: MAX_FACTOR });
  return mscale !== 0 && mscaleAll !== 0 ? scale(mscale) / scale(mscaleAll) : scale(1);
}

/** LongRoPE (arXiv 2402.13753): a divisor per dimension, short ones up to the original length and long ones beyond it. */
function longrope(
  config: ConfigFields,
  fields: ConfigFields,
  { dim, maxPositions }: RotaryShape,
  plain: readonly number[],
  done: Done,
): RotaryReading {
  const original = originalLength(config, fields, maxPositions);
  const factor = fields.isSet('factor') ? readFactor(fields) : maxPositions / original;
  const given = fields.optionalNumber('attention_factor', { min: 0, max: MAX_FACTOR });
  const attentionFactor =
    given ?? (factor <= 1 || original <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original)));
  const divided = (key: string): number[] => {
    const divisors = fields.numbers(key);
    if (divisors.length !== dim / 2 || divisors.some((divisor) => !(divisor > 0 && divisor <= MAX_FACTOR)))
      throw fields.wrong(key, `a list of ${dim / 2} positive numbers`);
    return plain.map((frequency, i) => frequency / (divisors[i] ?? 1));
  };
  const limit = Math.min(maxPositions, original);
  if (limit === maxPositions) return done(divided('short_factor'), attentionFactor);
  const note: Note = { code: 'context-limited', positions: limit, original: maxPositions };
  const short = done(divided('short_factor'), attentionFactor, [note], limit);
  const spec: RotarySpec = { dim, inverseFrequencies: divided('long_factor'), attentionFactor };
  return { ...short, longer: { maxPositions, rotary: { kind: 'fixed', spec } } };
}
