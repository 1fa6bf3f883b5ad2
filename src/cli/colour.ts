/** Colours of a terminal: whether it wants them, and which tone has which. */
import { showable } from '../shared/safe-text.js';
import type { Line, Tone } from '../shared/toned-text.js';

/** Select Graphic Rendition parameters (ECMA-48, 8.3.117): what every terminal's own theme knows. */
const RENDITIONS: Readonly<Record<Tone, string>> = {
  title: '1',
  good: '1;32',
  warning: '1;33',
  bad: '1;31',
  quiet: '2',
  command: '36',
};

/**
 * Whether a stream is to have colours: by FORCE_COLOR when it is set (`0` and `false` are no), else not with NO_COLOR
 * (https://no-color.org), else on terminals that are not dumb.
 */
export function wantsColour(
  stream: { readonly isTTY?: boolean | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: kind } = environment;
  if (force !== undefined) return !['0', 'false'].includes(force.toLowerCase());
  if (no !== undefined && no !== '') return false;
  return stream.isTTY === true && kind !== 'dumb';
}

/** A line as a terminal takes it. Its texts are made safe here, so that only its tones command the terminal. */
export function renderLine(line: Line, colours: boolean): string {
  if (typeof line === 'string') return showable(line);
  return line
    .map((part) => {
      if (typeof part === 'string') return showable(part);
      const text = showable(part.text);
      return colours && text !== '' ? `\x1b[${RENDITIONS[part.tone]}m${text}\x1b[0m` : text;
    })
    .join('');
}
