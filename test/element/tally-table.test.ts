/** The list of boards as a file for spreadsheets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlashError } from '../../src/device/flash-errors.js';
import type { QueueEntry } from '../../src/device/flash-queue.js';
import { tallyCsv } from '../../src/element/board/tally-table.js';
import { en, es } from './all-strings.js';

const entries: readonly QueueEntry[] = [
  { number: 1, label: 'Ada, the "first"', outcome: { kind: 'cancelled' } },
  {
    number: 2,
    label: '=1+1',
    outcome: {
      kind: 'failed',
      error: new FlashError('flash-too-small', 'Too small.', []),
      code: 'flash-too-small',
      mac: '02:00:00:00:00:02',
    },
  },
  {
    number: 3,
    label: '',
    outcome: {
      kind: 'failed',
      error: new Error('Something else.'),
      code: null,
      mac: null,
    },
  },
];

test('a line for each try, quoted where it must be, and never a formula', () => {
  assert.equal(
    tallyCsv(entries, en),
    '\uFEFFTry,Name,Address (MAC),Outcome\r\n' +
      '1,"Ada, the ""first""",,cancelled\r\n' +
      `2,'=1+1,02:00:00:00:00:02,${en.board.flash.errors['flash-too-small'].title}\r\n` +
      `3,,,${en.board.flash.failed}\r\n`,
  );
});

test('in the language of the page', () => {
  const [head, first] = tallyCsv(entries, es).split('\r\n');
  assert.equal(head, '\uFEFFIntento,Nombre,Dirección (MAC),Resultado');
  assert.ok(first?.endsWith(`,${es.board.flash.outcomes.cancelled}`));
});
