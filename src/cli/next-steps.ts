/** What a person can do next with what was written: commands to copy. */
import { toned, type Line } from '../shared/toned-text.js';

/** A step: what it is for, and the command. */
export type NextStep = readonly [purpose: string, command: string];

/** Lines that end a command's output. Commands are not broken: they are there to be copied. */
export function nextLines(steps: readonly NextStep[]): Line[] {
  const width = Math.max(...steps.map(([purpose]) => purpose.length));
  return steps.map(([purpose, command], index): Line => [
    toned('title', index === 0 ? 'Next: ' : '      '),
    purpose.padEnd(width + 2),
    toned('command', command),
  ]);
}
