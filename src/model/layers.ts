/** What configs say of single layers. */
import type { ConfigFields } from './config-fields.js';
import type { LayerTraits } from './family-table.js';
import { MAX_LAYERS, MAX_POSITIONS } from './limits.js';

/** The same for all layers. */
export function eachLayer(traits: LayerTraits): (layer: number) => LayerTraits {
  return () => traits;
}

/**
 * Which layers see a window of tokens: as `layer_types` lists them, or as a rule says that was before there was the list.
 * @param rule whether a layer has a window
 * @throws FormatError for a kind of layer that is none of `sliding_attention` and `full_attention`
 */
export function slidingLayers(
  config: ConfigFields,
  rule: (layer: number) => boolean,
): (layer: number) => boolean {
  const types = config.texts('layer_types');
  if (types === null) return rule;
  const other = types.find((type) => type !== 'sliding_attention' && type !== 'full_attention');
  if (other !== undefined)
    throw config.wrong('layer_types', 'a list of "sliding_attention" and "full_attention"', other);
  return (layer) => types[layer] === 'sliding_attention';
}

/** The window of such layers, `null` for none. */
export function readWindow(config: ConfigFields, fallback: number | null): number | null {
  return config.has('sliding_window')
    ? config.optionalInteger('sliding_window', { min: 1, max: MAX_POSITIONS })
    : fallback;
}

/** The window of layers from `max_window_layers` on, where `use_sliding_window` asks for one. */
export function windowFromLayer(config: ConfigFields): (layer: number) => LayerTraits {
  if (!config.boolean('use_sliding_window', false)) return eachLayer({ window: null });
  const window = readWindow(config, 4096);
  const first = config.integer('max_window_layers', 28, { min: 0 });
  const slides = slidingLayers(config, (layer) => layer >= first);
  return (layer) => ({ window: slides(layer) ? window : null });
}

/** Kinds of layers, and how often they are repeated. */
type LayerPattern = readonly (readonly [kinds: readonly string[], times: number])[];

/** Whether a value is a list of such patterns that says no more layers than there can be. */
export function isLayerPattern(value: unknown): value is LayerPattern {
  return (
    Array.isArray(value) &&
    value.every(
      (pattern: unknown) =>
        Array.isArray(pattern) &&
        pattern.length === 2 &&
        Array.isArray(pattern[0]) &&
        pattern[0].length > 0 &&
        pattern[0].every((kind) => typeof kind === 'string') &&
        Number.isInteger(pattern[1]) &&
        pattern[1] >= 0 &&
        pattern[1] * pattern[0].length <= MAX_LAYERS,
    )
  );
}

/** All layers of a list of patterns. */
export function layersOfPattern(patterns: LayerPattern): readonly string[] {
  return patterns.flatMap(([kinds, times]) => Array.from({ length: times }, () => kinds).flat());
}
