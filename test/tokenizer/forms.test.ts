/** Unicode's normal forms are those of the tokenizers library, of every code point and in bounded memory. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { crc32, gunzipSync } from 'node:zlib';
import { BYTE_CHARACTERS } from '../../src/tokenizer/byte-level.js';
import type { DeviceTokenizer } from '../../src/tokenizer/index.js';
import { parseTokenizer } from '../../src/tokenizer/parse.js';
import { definition, openJson } from './fixtures.js';

const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'];
const BLOCK = 4096;
const checks = gunzipSync(await readFile(new URL('../fixtures/tokenizers/forms.bin.gz', import.meta.url)));

/** A tokenizer whose ids are the bytes of the normalized text. */
function json(form: string, more: object = {}): string {
  return JSON.stringify({
    normalizer: { type: form },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, use_regex: false },
    decoder: { type: 'ByteLevel' },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(BYTE_CHARACTERS.map((c, byte) => [c, byte])),
      merges: [],
    },
    ...more,
  });
}

const text = (tokenizer: DeviceTokenizer, value: string): string =>
  Buffer.from(tokenizer.encode(value)).toString();

for (const [number, form] of FORMS.entries()) {
  test(`${form} of every code point`, async () => {
    const tokenizer = await openJson(json(form));
    for (let block = 0; block * BLOCK < 0x110000; block++) {
      const points = Array.from({ length: BLOCK }, (_, index) => block * BLOCK + index);
      const kept = points.filter((c) => (c < 0xd800 || c > 0xdfff) && c !== 10);
      const ids = tokenizer.encode(kept.map((c) => String.fromCodePoint(c)).join('\n'));
      const expected = checks.readUInt32LE((number * (0x110000 / BLOCK) + block) * 4);
      assert.equal(crc32(Uint8Array.from(ids)), expected, `from U+${(block * BLOCK).toString(16)}`);
    }
  });
}

test('marks are put in order however many there are', async () => {
  const tokenizer = await openJson(json('NFC'));
  const marks = ['\u0345', '\u0301', '\u0323', '\u0334'];
  const mixed = Array.from({ length: 20000 }, (_, index) => marks[(index * 7 + (index >> 3)) % 4]).join('');
  assert.equal(text(tokenizer, `q${mixed}q`), `q${mixed}q`.normalize('NFC'));
});

test('only a model that needs them brings the tables', async () => {
  const bytes = async (form: string): Promise<number> =>
    (await parseTokenizer(definition(json(form)), null)).section.length;
  const without = (await parseTokenizer(definition(json('NFC', { normalizer: null })), null)).section;
  assert.equal(without[0], 1);
  assert.ok((await bytes('NFC')) - without.length < 24_000);
  assert.ok((await bytes('NFD')) - without.length < 24_000);
  assert.ok((await bytes('NFKC')) - without.length < 64_000);
});

test('a normalized added token that the form changes is refused', async () => {
  const token = (content: string) => ({
    added_tokens: [{ id: 256, content, normalized: true, special: false }],
  });
  assert.equal((await openJson(json('NFC', token('éé')))).encode('e\u0301é')[0], 256);
  await assert.rejects(openJson(json('NFC', token('e\u0301x'))), /normalizer may change it/);
});
