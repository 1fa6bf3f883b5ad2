/** The demo pages' own words: there in every language, and those that name something of the element name it as it does. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { loadLanguage } from '../../src/element/strings/languages.js';
import { loadConversionsStrings } from '../../src/element/strings/conversions.js';
import type { Language } from '../../src/shared/languages.js';

const demo = new URL('../../demo/', import.meta.url);

type Words = Readonly<Record<string, string>>;

/** English is what stands in the pages. */
async function wordsIn(language: Language): Promise<Words> {
  if (language !== 'en')
    return ((await import(new URL(`words-${language}.js`, demo).href)) as { words: Words }).words;
  const pages = (await readdir(demo)).filter((name) => name.endsWith('.html'));
  const said: [string, string][] = [];
  for (const page of pages) {
    const text = await readFile(new URL(page, demo), 'utf8');
    for (const [, key = '', words = ''] of text.matchAll(/data-t="([^"]+)"\s*>([^<]*)/g))
      said.push([key, words.replace(/\s+/g, ' ').trim()]);
  }
  return Object.fromEntries(said);
}

test('every word of a demo page is there in every language', async () => {
  const english = Object.keys(await wordsIn('en'));
  assert.ok(english.length > 60);
  for (const language of ['es', 'zh-Hans'] as const) {
    const words = await wordsIn(language);
    for (const key of english) assert.ok(words[key], `${language}: ${key}`);
    // What scripts say has no place in a page.
    const inScripts =
      (await readFile(new URL('playground.js', demo), 'utf8')) +
      (await readFile(new URL('demo.js', demo), 'utf8'));
    for (const key of Object.keys(words))
      assert.ok(english.includes(key) || inScripts.includes(key), `${language}: nothing says ${key}`);
  }
});

test('lessons name what they ask to be pressed as the element names it', async () => {
  for (const language of ['en', 'es', 'zh-Hans'] as const) {
    const words = await wordsIn(language);
    const dictionary = await loadLanguage(language);
    const [all, board, conversions] = await Promise.all([
      dictionary.all(),
      dictionary.board(),
      loadConversionsStrings(language),
    ]);
    const named: Readonly<Record<string, readonly string[]>> = {
      'course-1-do-1': [board.try.engines.page.name, board.talk.send],
      'course-1-do-2': [all.trial.raw],
      'course-2-do-1': [all.fit.facts],
      'course-2-do-2': [all.fit.drawing],
      'course-3-do-1': [all.fit.convert],
      'course-3-do-2': [all.result.adjust],
      'course-3-do-3': [conversions.heading],
      'course-3-do-4': [conversions.rounding],
      'course-5-do-1': [board.try.start, board.talk.send],
      'course-5-do-2': [all.trial.raw],
    };
    for (const [key, names] of Object.entries(named))
      for (const name of names) assert.ok(words[key]?.includes(name), `${language} ${key}: ${name}`);
  }
});
