/** What published families do before the merges: ids are those of the tokenizers library, on every line of the corpus. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { crc32, gunzipSync } from 'node:zlib';
import { readFamilies } from './families.js';
import { openJson } from './fixtures.js';

const CHECKS = new URL('../fixtures/tokenizers/families.bin.gz', import.meta.url);

const { lines, families } = await readFamilies();
const checks = gunzipSync(await readFile(CHECKS));
const groups = Math.ceil(lines.length / 4);

test('there is a check for each group of lines', () => {
  assert.ok(families.length > 30);
  assert.equal(checks.length, families.length * groups * 4);
});

for (const [number, { name, json, ids }] of families.entries()) {
  test(`${name}: ids of ${lines.length} lines`, async () => {
    const tokenizer = await openJson(json);
    for (const [line, expected] of Object.entries(ids)) {
      const text = lines[Number(line)] as Uint8Array;
      assert.deepEqual(tokenizer.encode(text), expected, `line ${line}: ${Buffer.from(text).toString()}`);
    }
    for (let group = 0; group < groups; group++) {
      const those = lines.slice(group * 4, group * 4 + 4);
      const found = crc32(
        Buffer.from(Uint32Array.from(those.flatMap((text) => tokenizer.encode(text))).buffer),
      );
      const said = those.map((text) => JSON.stringify(Buffer.from(text).toString())).join(' ');
      assert.equal(found, checks.readUInt32LE((number * groups + group) * 4), `lines ${group * 4}…: ${said}`);
    }
  });
}
