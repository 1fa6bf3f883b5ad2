/** The words of action cards: what can have an effect, and what becomes of it. */

/** What is drawn and can have an effect. */
export const PARTS = [
  'lamp',
  'fan',
  'heater',
  'blinds',
  'window',
  'door',
  'music',
  'tv',
  'plug',
  'coffee',
  'vacuum',
  'alarm',
  'timer',
  'temperature',
  'humidity',
] as const;

export type Part = (typeof PARTS)[number];

/** What becomes of a part. `value` takes a level, a colour or a number out of the answer; `ask` looks and changes nothing. */
export const CHANGES = ['on', 'off', 'open', 'closed', 'locked', 'unlocked', 'next', 'value', 'ask'] as const;

export type Change = (typeof CHANGES)[number];
