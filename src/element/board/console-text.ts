/** What a board writes for people, as lines: what a terminal would show of it, and no more than is worth keeping. */
import { showable } from '../../shared/safe-text.js';

/** A page of a thousand lines is read by nobody; older ones fall out. */
const MAX_LOG = 64 * 1024;

/** Escape sequences of terminals: colours and cursor moves, which a page does not follow. */

const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])/g;

/** Control characters but for line feed, tabulator, backspace and carriage return: a terminal shows nothing of them. */

const CONTROLS = /[\x00-\x07\x0b\x0c\x0e-\x1f\x7f]/g;

/** Adds a piece to a log: backspaces take characters back, and line ends are line feeds. */
export function appendConsole(log: string, piece: string): string {
  const clean = piece.replace(ESCAPES, '').replace(CONTROLS, '').replace(/\r+\n/g, '\n').replace(/\r/g, '');
  let text = log;
  for (const part of clean.split(/(\u0008)/)) {
    if (part === '\u0008') text = text.endsWith('\n') ? text : withoutLast(text);
    else text += showable(part);
  }
  if (text.length <= MAX_LOG) return text;
  const cut = text.slice(-MAX_LOG);
  const line = cut.indexOf('\n');
  return line < 0 ? cut : cut.slice(line + 1);
}

/** Takes one character away, which may be two units long. */
function withoutLast(text: string): string {
  const last = text.codePointAt(text.length - 2);
  return text.slice(0, last !== undefined && last > 0xffff ? -2 : -1);
}
