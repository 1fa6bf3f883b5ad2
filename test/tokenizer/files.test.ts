/** Tokenizers in other files than tokenizer.json give the ids and texts of transformers (test/fixtures/tokenizers/make_files.py). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { fuzzFiles } from './files.fuzz.js';
import { bothTexts, fileFixtures, folderTokenizer, readCorpus } from './fixtures.js';

const fixtures = await fileFixtures();
const corpus = await readCorpus();

assert.ok(fixtures.length > 8);
for (const { name, files, expected } of fixtures) {
  test(`${name}: ids and texts are those of AutoTokenizer`, async () => {
    const tokenizer = await folderTokenizer(memoryFolder(name, files));
    assert.ok(tokenizer);
    const added = corpus.lines.slice(corpus.addedBegin, corpus.addedEnd);
    const lines = [...corpus.lines.slice(0, expected.length - added.length), ...added];
    for (const [index, line] of lines.entries()) {
      const ids = tokenizer.encode(line);
      const text = JSON.stringify(new TextDecoder().decode(line));
      assert.deepEqual(ids, expected[index]?.ids, `line ${index}: ${text}`);
      assert.equal(bothTexts(tokenizer, ids), expected[index]?.check, `text of line ${index}: ${text}`);
    }
  });
}

test('mutated files give working tables or a FormatError, quickly', async () => {
  const result = await fuzzFiles(Number(process.env['FILES_FUZZ'] ?? 20_000), 20260701);
  assert.ok(result.accepted > 2000, `accepted ${result.accepted}`);
  assert.ok(result.refused > 2000, `refused ${result.refused}`);
  assert.ok(result.slowest < 5000, `slowest ${result.slowest} ms`);
});
