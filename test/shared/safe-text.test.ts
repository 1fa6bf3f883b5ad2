/** What acts on the place where a text is shown, is shown instead. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showable, showableLine } from '../../src/shared/safe-text.js';

/** Control characters but line feed and tab, and what reorders a line or breaks it (Unicode's Cc, Zl, Zp, Bidi_Control). */
const ACTS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

test('no character that acts comes through, and every other does', () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const shown = showable(`a${character}b`);
    const hex = code.toString(16);
    if (character === '\n' || character === '\t') assert.equal(shown, `a${character}b`);
    else if (ACTS.test(character)) assert.equal(shown, `a\\u${hex.padStart(4, '0')}b`, `U+${hex}`);
    else assert.equal(shown, `a${character}b`, `U+${hex}`);
  }
});

test('what is shown can be read back, and JSON stays what it was', () => {
  const evil = {
    'x\u001b]0;PWNED\u0007\u001b[2J\u202e\r': ['\u009b31m\u2028', 'plain \u00e9 \u05d0 \ud83d\ude00'],
  };
  assert.equal(showable('\u001b[2J\u202e'), '\\u001b[2J\\u202e');
  assert.deepEqual(JSON.parse(showable(JSON.stringify(evil))), evil);
});

test('line ends are one kind, and one line is one line', () => {
  assert.equal(showable('a\r\nb\rc\n\td'), 'a\nb\\u000dc\n\td');
  assert.equal(showableLine('a\r\nb\n\n\tc\u2028d'), 'a b c\\u2028d');
});
