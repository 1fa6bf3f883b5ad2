/** Names from strangers as names of files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileName } from '../../src/shared/file-name.js';
import { randomNumbers } from '../support/synthetic-model.js';

test('names of devices are none of files, whatever follows the dot', () => {
  for (const name of ['con', 'PRN', 'Aux', 'nul', 'com0', 'COM1', 'lpt9', 'com\u00b9', 'LPT\u00b3']) {
    assert.equal(fileName(name), `_${name}`);
    assert.equal(fileName(`${name}.tar.gz`), `_${name}.tar.gz`);
    assert.equal(fileName(`..${name}:..`), `_${name}`);
  }
  for (const name of ['console', 'com10', 'nul-1', 'my.con', 'lpt', 'auxiliary.bin'])
    assert.equal(fileName(name), name);
});

test('a name is cut where a file system can hold it, and ends as it may end', () => {
  const long = fileName(`${'a'.repeat(99)}.bcd`);
  assert.equal(long, 'a'.repeat(99));
  assert.equal(fileName('\u{20000}'.repeat(300)).length, 2 * 50);
  assert.equal(fileName('\u202e/\\:*?"<>|\u001b', 'otherwise'), 'otherwise');
});

/** Pieces that names break at on some system. */
const PIECES = [
  ...[
    '..',
    '.',
    '-',
    '/',
    '\\',
    ':',
    ' ',
    '\u0000',
    '\u001b[2J',
    '\r\n',
    '\u202e',
    '\u2066',
    '\u200b',
    '\ufeff',
    '%2e',
  ],
  ...[
    'con',
    'NUL',
    'com1',
    'LPT\u00b2',
    '\u00e9',
    'e\u0301',
    '\u05d0',
    '\u0627',
    '\u{1f600}',
    '\ud800',
    '\u{20000}',
    'a',
  ],
  ...[
    '*',
    '?',
    '"',
    '<',
    '>',
    '|',
    '$(x)',
    '`x`',
    "'",
    ';',
    '~',
    '=1+1',
    'x'.repeat(90),
    '.s3lm',
    '.bin',
    '_',
  ],
];

test('whatever a name is made of, 20000 times, it is one file on every system', () => {
  const random = randomNumbers(18);
  const below = (limit: number): number => Math.min(limit - 1, Math.floor(((random() + 1) / 2) * limit));
  for (let round = 0; round < 20_000; round++) {
    let name = '';
    for (let left = below(7); left > 0; left--) name += PIECES[below(PIECES.length)] as string;
    const plain = fileName(name);
    assert.match(plain, /^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}._-]*$/u, JSON.stringify(name));
    assert.doesNotMatch(plain, /[.-]$|^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i, JSON.stringify(name));
    assert.ok(new TextEncoder().encode(plain).length <= 200, JSON.stringify(name));
    assert.equal(fileName(plain), plain, JSON.stringify(name));
  }
});
