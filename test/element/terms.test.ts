/** What the page says of its terms is what the glossary says, in every language. */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { enTerms } from '../../src/element/strings/en/terms.js';
import { loadTermStrings } from '../../src/element/strings/terms.js';
import { LANGUAGES } from '../../src/shared/languages.js';

const root = new URL('../../', import.meta.url);

test('each term has the words of docs/glossary.md', async () => {
  const glossary = await readFile(new URL('docs/glossary.md', root), 'utf8');
  const entries = new Map(
    [...glossary.matchAll(/^\*\*([^*]+)\*\*(?: \([^)]+\))?: (.*)$/gm)].map(([, name = '', text = '']) => [
      name,
      text.replaceAll('`', ''),
    ]),
  );
  for (const [id, [name, meaning]] of Object.entries(enTerms)) assert.equal(meaning, entries.get(name), id);
});

test('every language has a sentence of its own for each term', async () => {
  for (const language of LANGUAGES) {
    const terms = await loadTermStrings(language);
    assert.deepEqual(Object.keys(terms), Object.keys(enTerms), language);
    for (const [id, [name, meaning]] of Object.entries(terms)) {
      assert.ok(name !== '' && /[.。]$/.test(meaning), `${language} ${id}`);
      assert.ok(meaning.length <= 220, `${language} ${id}: a sentence, not a page`);
      if (language !== 'en') assert.notEqual(meaning, enTerms[id as keyof typeof enTerms][1], id);
    }
  }
});

test('every term that has words stands beside something on the page', async () => {
  const folder = new URL('src/element/', root);
  const names = await readdir(folder, { recursive: true });
  const sources = await Promise.all(
    names
      .filter((name) => name.endsWith('.ts') && !/^(?:strings|terms)\//.test(name))
      .map((name) => readFile(new URL(name, folder), 'utf8')),
  );
  const text = sources.filter((source) => source.includes('terms/term.js')).join('\n');
  for (const id of Object.keys(enTerms)) assert.ok(text.includes(`'${id}'`), `nothing explains ${id}`);
});
