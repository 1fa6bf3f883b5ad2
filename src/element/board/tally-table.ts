/** What became of each board, in the reader's words: for the page, and as a list to take away. */
import { macOf, type QueueEntry } from '../../device/flash-queue.js';
import type { AllStrings } from '../strings/strings.js';
import { boardFailure } from '../views/flash-failure.js';

/** The board's address; a dash when it was not told. */
export function macText({ outcome }: QueueEntry): string {
  return macOf(outcome) ?? '–';
}

/** What became of a board. */
export function outcomeText({ outcome }: QueueEntry, strings: AllStrings): string {
  const words = strings.board.flash;
  if (outcome.kind === 'cancelled') return words.outcomes.cancelled;
  if (outcome.kind === 'failed' || outcome.kind === 'refused')
    return boardFailure(outcome.error, words.failed, strings).title;
  if (outcome.started !== 'running') return words.outcomes.silent;
  return outcome.written === 0 ? words.outcomes.same : words.outcomes.flashed;
}

/** Spreadsheets take a file for UTF-8 when it begins so. */
const BYTE_ORDER_MARK = '\uFEFF';

/** The tries as comma-separated values (RFC 4180), oldest first, with a line of headings. */
export function tallyCsv(entries: readonly QueueEntry[], strings: AllStrings): string {
  const { number, label, mac, outcome } = strings.board.flash.tallyColumns;
  const lines = [
    [number, label, mac, outcome],
    ...entries.map((entry) => [
      String(entry.number),
      entry.label,
      macOf(entry.outcome) ?? '',
      outcomeText(entry, strings),
    ]),
  ];
  return BYTE_ORDER_MARK + lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

function field(text: string): string {
  // What begins like a formula would be computed by a spreadsheet.
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
