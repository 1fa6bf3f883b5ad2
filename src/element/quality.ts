/** Three ways to set how numbers are stored, for whoever does not want to choose each of them. */
import type { WantedScheme } from '../plan/scheme.js';
import type { Settings } from './state.js';

export const QUALITIES = ['smallest', 'balanced', 'closest'] as const;

export type Quality = (typeof QUALITIES)[number];

type Numbers = Pick<WantedScheme, 'weights' | 'granularity' | 'activations' | 'cache'>;

export const QUALITY_SETTINGS: Readonly<Record<Quality, Numbers>> = {
  /** The fewest bytes. */
  smallest: { weights: 'int4', granularity: 'group:64', activations: 'auto', cache: 'int8' },
  /** What the planner chooses for the board. */
  balanced: { weights: 'auto', granularity: 'auto', activations: 'auto', cache: 'auto' },
  /** The finest that a board computes with, whatever that costs in bytes and speed. */
  closest: { weights: 'int8', granularity: 'group:32', activations: 'int16', cache: 'int16' },
};

/** Which of them the settings are, `null` for a choice of one's own. */
export function qualityOf(settings: Settings): Quality | null {
  // A point of the frontier goes before the scheme.
  if (settings.encodings !== undefined) return null;
  const isIt = (quality: Quality): boolean =>
    Object.entries(QUALITY_SETTINGS[quality]).every(
      ([name, value]) => settings[name as keyof Numbers] === value,
    );
  return QUALITIES.find(isIt) ?? null;
}
