/** The language that a page asks for, and the one that it gets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES, findLanguage, type Language } from '../../src/shared/languages.js';

test('every language finds itself', () => {
  for (const language of LANGUAGES) {
    assert.equal(findLanguage(language), language);
    assert.equal(findLanguage(language.toUpperCase()), language);
  }
});

test('a language finds its dictionary, and what has none gets English', () => {
  const wanted: readonly (readonly [string, Language])[] = [
    ['en', 'en'],
    ['en-GB', 'en'],
    ['es', 'es'],
    ['es-419', 'es'],
    ['ES-mx', 'es'],
    ['zh', 'zh-Hans'],
    ['zh-CN', 'zh-Hans'],
    ['zh-Hans', 'zh-Hans'],
    ['zh-hans-TW', 'zh-Hans'],
    ['zh-SG', 'zh-Hans'],
    ['zh-TW', 'en'],
    ['zh-Hant', 'en'],
    ['zh-HK', 'en'],
    ['fr', 'en'],
    ['', 'en'],
  ];
  for (const [tag, language] of wanted) assert.equal(findLanguage(tag), language, tag);
});
