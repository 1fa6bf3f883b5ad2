import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wordDifferences } from '../../src/report/word-differences.js';

/** `after` as the runs have it, and `before`. */
function sides(before: string, after: string): { before: string; after: string } {
  const { runs } = wordDifferences(before, after);
  const side = (without: string): string =>
    runs
      .filter(({ kind }) => kind !== without)
      .map(({ text }) => text)
      .join('');
  return { before: side('inserted'), after: side('deleted') };
}

describe('differences by word', () => {
  it('are none between equal texts', () => {
    assert.deepEqual(wordDifferences('One day, a cat.', 'One day, a cat.'), {
      runs: [{ kind: 'same', text: 'One day, a cat.' }],
      parting: null,
    });
    assert.deepEqual(wordDifferences('', ''), { runs: [], parting: null });
  });

  it('name the word where texts part, and what each goes on with', () => {
    const { runs, parting } = wordDifferences('Lily’s mom said no.', 'Lily’s mom asked no.');
    assert.deepEqual(runs, [
      { kind: 'same', text: 'Lily’s mom ' },
      { kind: 'deleted', text: 'said ' },
      { kind: 'inserted', text: 'asked ' },
      { kind: 'same', text: 'no.' },
    ]);
    assert.deepEqual(parting, { word: 3, before: 'said', after: 'asked' });
  });

  it('find what both have after they part', () => {
    const { runs } = wordDifferences('a big red ball is here', 'a red ball was here now');
    assert.deepEqual(
      runs.map(({ kind, text }) => `${kind[0]}:${text.trim()}`),
      ['s:a', 'd:big', 's:red ball', 'd:is', 'i:was', 's:here', 'i:now'],
    );
  });

  it('say where one text ends', () => {
    assert.deepEqual(wordDifferences('a b', 'a').parting, { word: 2, before: 'b', after: '' });
    assert.deepEqual(wordDifferences('', 'a').parting, { word: 1, before: '', after: 'a' });
  });

  it('go by characters where a script has no spaces', () => {
    const { runs, parting } = wordDifferences('打开厨房的灯。', '打开卧室的灯。');
    assert.deepEqual(parting, { word: 3, before: '厨', after: '卧' });
    assert.equal(
      runs
        .filter(({ kind }) => kind === 'same')
        .map(({ text }) => text)
        .join('|'),
      '打开|的灯。',
    );
  });

  it('put together are the two texts, whatever is in them', () => {
    const texts = [
      ' leading',
      'two  spaces\n\nand lines',
      '{"do":"on"}',
      '🦊 fox 👨‍👩‍👧',
      'e\u0301te',
      '\ud800 lone',
      "don't, won't",
      'abc打开def',
    ];
    for (const before of texts)
      for (const after of texts) {
        const found = sides(before, after);
        assert.equal(found.after.trim(), after.trim());
        assert.equal(found.before.replace(/\s+/g, ''), before.replace(/\s+/g, ''));
      }
  });

  it('end soon for long texts', () => {
    const words = (seed: number): string =>
      Array.from({ length: 20_000 }, (_, index) => String((index * seed) % 9973)).join(' ');
    const { runs } = wordDifferences(words(7), words(11));
    assert.ok(runs.length > 1);
  });
});
