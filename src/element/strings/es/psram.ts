/** PSRAM in words, for the settings and for boards. */

/** How many data lines a PSRAM has, as the plan's kinds. */
export const esPsramKind = (kind: string): string => (kind === 'quad' ? 'cuádruple' : kind);
