/** Texts as Windows writes them: a byte order mark, other encodings. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { readJsonObject } from '../../src/source/read-json.js';
import { decodeText } from '../../src/source/text.js';
import { FormatError } from '../../src/shared/errors.js';

const TEXT = '{"a":"Füße, 日本"}\r\n';

function utf16(text: string, bigEndian: boolean, mark: boolean): Uint8Array {
  const units = mark ? `\ufeff${text}` : text;
  const bytes = new Uint8Array(units.length * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < units.length; index++)
    view.setUint16(index * 2, units.charCodeAt(index), !bigEndian);
  return bytes;
}

test('UTF-8 is read with a byte order mark and without', () => {
  assert.equal(decodeText(new TextEncoder().encode(TEXT), 'a.txt'), TEXT);
  assert.equal(decodeText(new TextEncoder().encode(`\ufeff${TEXT}`), 'a.txt'), TEXT);
  assert.equal(decodeText(new Uint8Array(), 'a.txt'), '');
});

test('another encoding is refused by its name, with what to do', async () => {
  const cases: [Uint8Array, RegExp][] = [
    [utf16(TEXT, false, true), /a\.txt: The file is UTF-16, not UTF-8 text\. Save it as UTF-8/],
    [utf16(TEXT, true, true), /UTF-16, not UTF-8/],
    [utf16(TEXT, false, false), /UTF-16, not UTF-8/],
    [utf16(TEXT, true, false), /UTF-16, not UTF-8/],
    [Uint8Array.of(0xff, 0xfe, 0, 0, 65, 0, 0, 0), /UTF-32, not UTF-8/],
    [Uint8Array.of(0, 0, 0xfe, 0xff, 0, 0, 0, 65), /UTF-32, not UTF-8/],
    [Uint8Array.of(65, 66, 67, 68, 0, 69, 70), /binary, not UTF-8/],
    [Uint8Array.of(70, 0xfc, 0xdf, 101), /another encoding, or no text at all, not UTF-8/], // Windows-1252
  ];
  for (const [bytes, message] of cases) {
    assert.throws(
      () => decodeText(bytes, 'a.txt'),
      (error) => error instanceof FormatError && message.test(error.message),
    );
    await assert.rejects(readJsonObject(memoryFolder('m', { 'a.txt': bytes }), 'a.txt'), message);
  }
});
