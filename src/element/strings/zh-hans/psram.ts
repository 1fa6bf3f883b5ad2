/** PSRAM in words, for the settings and for boards. */

/** How many data lines a PSRAM has, as the plan's kinds. */
export const zhHansPsramKind = (kind: string): string =>
  kind === 'quad' ? '四线' : kind === 'octal' ? '八线' : kind;
