/** No text of a model crosses to the page as it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../../src/shared/errors.js';
import { packError } from '../../src/worker/failure.js';
import { shown } from '../../src/worker/shown.js';

const EVIL = 'x\u001b[2J\u202e';
const SHOWN = 'x\\u001b[2J\\u202e';

test('every text of plain data is made safe, and nothing else is touched', () => {
  const bytes = Uint8Array.of(0x1b);
  const report = {
    name: EVIL,
    tensors: [{ name: EVIL, shape: [1, 2], facts: null }],
    bytes,
    none: undefined,
    sound: true,
  };
  const safe = shown(report);
  assert.deepEqual(safe, {
    ...report,
    name: SHOWN,
    tensors: [{ name: SHOWN, shape: [1, 2], facts: null }],
  });
  assert.equal(safe.bytes, bytes);
});

test('so is what an error says, whatever its kind', () => {
  const error = new FormatError(`The file is ${EVIL}.`, { file: EVIL, field: EVIL, remedy: 'Take another.' });
  assert.doesNotMatch(packError(error).message, /[\u001b\u202e]/);
  assert.equal(packError(new Error(EVIL)).message, SHOWN);
  assert.equal(packError(EVIL).message, SHOWN);
});
