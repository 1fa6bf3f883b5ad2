/** Lines for a terminal that say which of their parts stand out, and in what sense; the terminal decides how, if at all. */

/** What a part of a line is to its reader. Every text has to be understood without. */
export type Tone = 'title' | 'good' | 'warning' | 'bad' | 'quiet' | 'command';

export interface TonedText {
  readonly tone: Tone;
  readonly text: string;
}

/** A line without its end. */
export type Line = string | readonly (string | TonedText)[];

export function toned(tone: Tone, text: string): TonedText {
  return { tone, text };
}

/** A line as it reads without tones. */
export function plainLine(line: Line): string {
  return typeof line === 'string'
    ? line
    : line.map((part) => (typeof part === 'string' ? part : part.text)).join('');
}
