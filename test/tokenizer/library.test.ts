/** Ids and texts are those of the tokenizers library, on every line of the corpus and for every kind of tokenizer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bothTexts, fixtureJson, fixtureNames, openJson, readCorpus, readExpected } from './fixtures.js';

const corpus = await readCorpus();

test('the corpus is large enough', () => {
  assert.ok(corpus.lines.length >= 2000);
});

for (const name of await fixtureNames()) {
  test(`${name}: ids and texts of ${corpus.lines.length} lines`, async () => {
    const tokenizer = await openJson(await fixtureJson(name));
    const expected = await readExpected(name, corpus);
    for (const [index, line] of corpus.lines.entries()) {
      const ids = tokenizer.encode(line);
      assert.deepEqual(
        ids,
        expected.lines[index]?.ids,
        `line ${index}: ${JSON.stringify(new TextDecoder().decode(line))}`,
      );
      assert.equal(bothTexts(tokenizer, ids), expected.lines[index]?.check, `text of line ${index}`);
    }
    for (const [index, ids] of expected.asText.entries()) {
      const line = corpus.lines[corpus.addedBegin + index] as Uint8Array;
      assert.deepEqual(
        tokenizer.encode(line, { specialAsText: true }),
        ids,
        `as text, line ${corpus.addedBegin + index}`,
      );
    }
    for (const [index, { ids, check }] of expected.random.entries()) {
      assert.equal(bothTexts(tokenizer, ids), check, `random ids ${index}: ${ids.join(' ')}`);
    }
  });

  test(`${name}: a stream gives the same text`, async () => {
    const tokenizer = await openJson(await fixtureJson(name));
    const expected = await readExpected(name, corpus);
    for (const { ids } of expected.lines.slice(0, 800)) {
      const stream = tokenizer.decodeStream();
      assert.equal(ids.map((id) => stream.push(id)).join('') + stream.finish(), tokenizer.decode(ids));
    }
  });
}
