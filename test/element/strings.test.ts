/** Every dictionary says everything, takes the same arguments, and leaves nothing in English. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LessonWords } from '../../src/kit/lesson-words.js';
import { kitWords } from '../../src/kit/languages.js';
import { reportHtml } from '../../src/report/index.js';
import { ENGLISH_REPORT } from '../../src/report/words.js';
import { samplePlan, sampleReport } from '../report/sample.js';
import { loadAllStrings } from './all-strings.js';
import { SAMPLE_NOTES } from './sample-notes.js';
import { LANGUAGES } from '../../src/shared/languages.js';
import { enFirst } from '../../src/element/strings/en/first.js';
import { loadLanguage } from '../../src/element/strings/languages.js';

type Leaf = string | ((...parameters: unknown[]) => unknown);

/** All words by their path. */
function leaves(value: unknown, path = '', into = new Map<string, Leaf>()): Map<string, Leaf> {
  if (typeof value === 'string' || typeof value === 'function') into.set(path, value as Leaf);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      leaves(inner, path === '' ? key : `${path}.${key}`, into);
    }
  }
  return into;
}

/** Arguments of functions that take something else than numbers and names. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  'fit.fileValue': [12, ['F32']],
  ...Object.fromEntries(SAMPLE_NOTES.map((note) => [`notes.${note.code}`, [note]])),
  'report.scheme': [{ weights: 'int8', granularity: 'channel', activations: 'mixed', cache: 'float32' }],
};

/** What a word reads like; functions with numbers that stand for counts and names alike. */
function say(path: string, leaf: Leaf, numbers: readonly number[]): string {
  if (typeof leaf === 'string') return leaf;
  const parameters = ARGUMENTS[path] ?? numbers.slice(0, leaf.length);
  return String(leaf(...parameters));
}

/** Only numbers and marks, or a function of the formatters: nothing to translate. */
const WITHOUT_WORDS = /^(?:report\.format\..*|report\.plan\.bytes|language|report\.language|parameters)$/;

/** Words that are the same in other languages: names, units, and terms that are not translated. */
const SAME = new Set(
  [
    [
      'SRAM',
      'PSRAM',
      'Flash',
      'SQNR',
      'Top-k',
      'Top-p',
      'INT8',
      'INT16',
      'K16',
      'V8',
      'F32',
      'Firmware',
      'Chip',
      'Bytes',
      'USB',
    ],
    // In Spanish as in English.
    ['Tensor', 'Original', 'original', 'Error', 'token', 'tokens', 'Tokens', 'Chat', 'Kit'],
  ].flat(),
);

/** What is left of a text without numbers, units, marks and the words above. */
function foreign(text: string): string {
  return text
    .replace(/v\d+\.\d+/g, '')
    .split(/[\s,.:;→·()±/…×–<，。：；、（）“”？「」]+/)
    .filter((word) => word !== '' && !/^[\d%]+$/.test(word) && !SAME.has(word))
    .filter((word) => !/^(?:B|KB|MB|MB\/s|s|min|h|dB)$/.test(word))
    .join(' ');
}

const NUMBERS = [12, 7, 5, 3];

for (const language of LANGUAGES.filter((known) => known !== 'en')) {
  describe(`the dictionary ${language}`, async () => {
    const english = leaves(await loadAllStrings('en'));
    const other = leaves(await loadAllStrings(language));

    it('has every word, and none besides', () => {
      assert.deepEqual([...other.keys()].sort(), [...english.keys()].sort());
    });

    it('takes the same arguments', () => {
      for (const [path, leaf] of english) {
        const mine = other.get(path);
        assert.equal(typeof mine, typeof leaf, path);
        if (typeof leaf !== 'function' || typeof mine !== 'function') continue;
        // Languages without plurals and the like may leave arguments out, never take more.
        assert.ok(mine.length <= leaf.length, path);
      }
    });

    it('shows the same figures', () => {
      for (const [path, leaf] of english) {
        const mine = other.get(path);
        if (typeof leaf !== 'function' || mine === undefined || ARGUMENTS[path] !== undefined) continue;
        const digits = (text: string): string[] =>
          (text.replace(/(?<=\d)[.,](?=\d)/g, '').match(/\d+/g) ?? []).sort();
        assert.deepEqual(digits(say(path, mine, NUMBERS)), digits(say(path, leaf, NUMBERS)), path);
      }
    });

    it('leaves no English', () => {
      for (const [path, leaf] of english) {
        const text = say(path, leaf, NUMBERS);
        const mine = other.get(path);
        if (mine === undefined || WITHOUT_WORDS.test(path) || foreign(text) === '') continue;
        const said = say(path, mine, NUMBERS);
        assert.notEqual(said, text, path);
        if (language === 'zh-Hans' && foreign(said) !== '') assert.match(said, /\p{Script=Han}/u, path);
      }
    });

    it('holds its own first view', async () => {
      const first = leaves((await loadLanguage(language)).first);
      assert.deepEqual([...first.keys()].sort(), [...leaves(enFirst).keys()].sort());
      for (const [path, leaf] of first) {
        assert.equal(say(path, leaf, NUMBERS), say(path, other.get(path) ?? '', NUMBERS), path);
      }
    });

    it('names itself', () => {
      assert.equal(other.get('language'), language);
      assert.equal(other.get('report.language'), language);
    });
  });
}

it('numbers are written as the language writes them', async () => {
  for (const [path, leaf] of leaves(await loadAllStrings('es'))) {
    if (typeof leaf === 'string' || ARGUMENTS[path] !== undefined || WITHOUT_WORDS.test(path)) continue;
    const said = say(path, leaf, [1_234_567, 1_234_567, 1_234_567, 1_234_567]);
    assert.doesNotMatch(said, /\d,\d{3},\d{3}/, `${path}: ${said}`);
  }
  const { report, converting, fit } = await loadAllStrings('es');
  assert.equal(report.format.rate(9.87), '9,9');
  assert.equal(report.format.number(0.0000123), '1,2e−5');
  assert.equal(report.format.percent(0.983), '98,3 %');
  assert.equal(fit.tokens(32_000), '32.000 tokens');
  assert.equal(converting.amount(1536, 1_310_720, 'bytes'), '1,5 KB de 1,25 MB');
  const chinese = (await loadAllStrings('zh-Hans')).report.format;
  assert.equal(chinese.percent(0.983), '98.3%');
  assert.equal(chinese.shortCount(262_848), '26.3万');
  assert.equal(chinese.seconds(125), '2 分 05 秒');
  assert.equal(chinese.decibels(null), '无损');
});

it('a report is written in the language of the page', async () => {
  const { report: words } = await loadAllStrings('es');
  const plan = samplePlan({
    fits: false,
    advice: {
      problems: [{ code: 'flash', needed: 40 * 1024 * 1024, available: 15 * 1024 * 1024 }],
      remedies: [{ code: 'more-flash' }],
    },
  });
  const file = reportHtml(sampleReport({ verdict: 'small' }), plan, { name: 'mío', words });
  assert.match(file, /<html lang="es">/);
  assert.match(file, /Pérdida pequeña/);
  assert.match(file, /Lo decide la proporción de primeras opciones iguales\./);
  assert.match(file, /Grupos de 32: un 51 % menos de pérdida, un 3 % más grande, un 6 % más lento\./);
  assert.match(file, /divergencia KL de hasta 0,010, misma primera opción en al menos el 95 %/);
  assert.match(file, /El paquete necesita 40 MB de flash y hay 15 MB: faltan 25 MB\./);
  for (const label of Object.values(ENGLISH_REPORT.labels)) {
    if (typeof label === 'string') assert.ok(!file.includes(`>${label}<`), label);
  }
});

/** Terms that are the same in Spanish. */
const SAME_IN_LESSONS = new Set(['Plan', 'token', 'firmware', 'flash, PSRAM, SRAM']);

/** What of a lesson is alike in every language: minutes, lines to write on. */
function shapeOf({ rows, questions }: LessonWords): unknown {
  return [
    rows.map(({ part, minutes }) => [part, minutes]),
    questions.map(({ part, lines }) => [part, lines]),
  ];
}

it('the class kit says the same in every language', async () => {
  const kit = await kitWords('en');
  const english = leaves(kit);
  for (const language of LANGUAGES) {
    const words = await kitWords(language);
    assert.equal(words.language, language);
    const other = leaves(words);
    assert.deepEqual([...other.keys()].sort(), [...english.keys()].sort(), language);
    for (const prompt of [null, 'XYZZY']) {
      assert.equal(words.sheet.step(prompt).length, kit.sheet.step(prompt).length);
      assert.equal(words.sheet.step(prompt).join('').includes('XYZZY'), prompt !== null);
    }
    const facts = { model: 'm1', board: 'b2', image: 'i3', modelFolder: 'f4', firmware: 'w6', version: 'v5' };
    for (const fact of Object.values(facts))
      assert.ok(words.readMe({ ...facts, hasCourse: false }).includes(fact), fact);
    if (language === 'en') continue;
    for (const [path, leaf] of other) {
      if (typeof leaf !== 'string' || path === 'language') continue;
      // Which step a text belongs to is no word.
      if (path.endsWith('.part')) assert.equal(leaf, english.get(path), path);
      else if (!SAME_IN_LESSONS.has(leaf)) assert.notEqual(leaf, english.get(path), path);
    }
    assert.deepEqual(shapeOf(words.lesson), shapeOf(kit.lesson), language);
  }
  assert.equal((await kitWords('zh-TW')).language, 'en');
});
