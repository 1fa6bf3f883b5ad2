/** Every note about a model is said whole in every language. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '../../src/shared/languages.js';
import { loadAllStrings } from './all-strings.js';
import { sayNote } from '../../src/shared/notes.js';
import { ENGLISH_PAGE_NOTES } from '../../src/worker/notes.js';
import { SAMPLE_NOTES } from './sample-notes.js';

void test('there is a sample of every note', () => {
  const codes = new Set<string>(SAMPLE_NOTES.map(({ code }) => code));
  assert.deepEqual([...codes].sort(), Object.keys(ENGLISH_PAGE_NOTES).sort());
});

for (const language of LANGUAGES) {
  void test(`every fact of a note is in its sentence: ${language}`, async () => {
    const { notes } = await loadAllStrings(language);
    const said = new Set<string>();
    for (const note of SAMPLE_NOTES) {
      const text = sayNote(note, notes);
      const { code, ...facts } = note;
      for (const fact of Object.values(facts).flat()) {
        if (typeof fact !== 'boolean' && fact !== null)
          assert.ok(text.includes(String(fact)), `${code}: ${fact} in "${text}"`);
      }
      assert.match(text, /[.。)]$/, code);
      if (language !== 'en') assert.notEqual(text, sayNote(note, ENGLISH_PAGE_NOTES), code);
      if (language === 'zh-Hans') assert.match(text, /\p{Script=Han}/u, code);
      said.add(text);
    }
    assert.equal(said.size, SAMPLE_NOTES.length);
  });
}

void test('numbers are written as the language writes them, and one thing is one', async () => {
  const { notes } = await loadAllStrings('es');
  assert.match(
    sayNote({ code: 'tokenizer-larger', ids: 128_256, rows: 128_000 }, notes),
    /128\.256.*128\.000/,
  );
  assert.match(
    sayNote({ code: 'buffers-recomputed', count: 1, example: 'x' }, notes),
    /^1 tabla .* se copia, por ejemplo x\.$/,
  );
  assert.match(
    sayNote({ code: 'buffers-recomputed', count: 2, example: 'x' }, notes),
    /^2 tablas .* se copian, por ejemplo x\.$/,
  );
});
