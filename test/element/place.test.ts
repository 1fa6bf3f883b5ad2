/** A place in a page's address: read back as it was written, beside what the page has there, and hostile ones refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fieldName, readPlace, writePlace, type Place } from '../../src/element/address/place.js';
import { tagText } from '../../src/element/address/tag-text.js';
import {
  modelAddress,
  modelText,
  placeOf,
  readWish,
  settingsPlace,
  WishError,
} from '../../src/element/address/way-place.js';
import { NO_PRESET, readPreset } from '../../src/element/preset.js';
import { sampleInspection, sampleResult } from './fake-converter.js';

const FIELD = 'esp32-llm';
const PAGE = 'https://course.example/lesson/1.html';
const SAMPLE = 'https://cdn.example/models/home-commands/';

test('a place is readable, and read back as it was', () => {
  const place: Place = {
    model: 'hf:owner/name@v1',
    board: 'esp32-s3-n8r8',
    scheme: 'int8 group:64',
    context: '128',
    prompt: 'dim 50 % & a=b; +1, "ünï" 你好\nnext',
    step: 'compare',
  };
  const hash = writePlace('', FIELD, place);
  assert.match(
    hash,
    /^#esp32-llm=1;model=hf:owner\/name@v1;board=esp32-s3-n8r8;scheme=int8\+group:64;context=128;prompt=dim/,
  );
  assert.deepEqual(readPlace(hash, FIELD), place);
  assert.deepEqual(readPlace(new URL(hash, PAGE).hash, FIELD), place, 'as a browser gives it');
});

test('what a page has in its hash is kept, in its order', () => {
  for (const own of ['', '#part-2', '#/route?x=1&y=2', '#a=1&b']) {
    const hash = writePlace(own, FIELD, { step: 'fit' });
    assert.equal(hash, `${own === '' ? '#' : `${own}&`}esp32-llm=1;step=fit`);
    assert.equal(writePlace(hash, FIELD, { step: 'try' }).split('esp32-llm=').length, 2);
    assert.equal(writePlace(hash, FIELD, null), own);
    assert.equal(readPlace(own, FIELD), null);
  }
  const two = writePlace(writePlace('', fieldName('a b'), { step: 'fit' }), FIELD, { step: 'try' });
  assert.equal(two, '#esp32-llm.a%20b=1;step=fit&esp32-llm=1;step=try');
  assert.deepEqual(readPlace(two, fieldName('a b')), { step: 'fit' });
});

test('what is no place is named for what it is not', () => {
  const read = (text: string): unknown => readPlace(`#esp32-llm=${text}`, FIELD);
  assert.equal(read('2;step=fit'), 'version');
  assert.equal(read(''), 'version');
  assert.equal(read(`1;prompt=${'x'.repeat(3000)}`), 'length');
  assert.equal(read('1;prompt=%E0%A4%A'), 'text');
  assert.equal(read('1;prompt=a%00b'), 'text');
  assert.equal(read('1;step=fit;step=try'), 'text');
  // What a later page adds changes nothing.
  assert.deepEqual(read('1;new=x;step=fit;__proto__=x;constructor=y'), { step: 'fit' });
});

test('halves of characters are no error', () => {
  assert.deepEqual(readPlace(writePlace('', FIELD, { prompt: 'a\ud800b' }), FIELD), { prompt: 'a\ufffdb' });
});

test('settings are said as far as they are not the usual ones, and mean the same again', () => {
  const texts = [
    '',
    'int8',
    'int8 group:64',
    'int4 group:32 cache:int8 chat:begin',
    'activations:int16',
    'vocabulary:4096',
  ];
  for (const scheme of texts) {
    const { settings } = readPreset({
      board: null,
      scheme,
      context: '64',
      prompt: null,
      locked: null,
      effort: null,
      steps: null,
    });
    const place = settingsPlace(settings);
    assert.equal(place.scheme, scheme === '' ? undefined : place.scheme);
    const { settings: read } = readWish({ ...place, step: 'fit' }, new Set());
    assert.deepEqual({ ...NO_PRESET.settings, ...read }, settings, scheme);
  }
  assert.equal(settingsPlace(NO_PRESET.settings).scheme, undefined);
  const tuned = { ...NO_PRESET.settings, effort: 'best' } as const;
  assert.equal(settingsPlace(tuned).effort, 'best');
  assert.deepEqual(readWish({ effort: 'best' }, new Set()).settings, { effort: 'best' });
  assert.deepEqual(readWish({ effort: 'best' }, new Set(['scheme'])).settings, {});
  // Where the page says something else, the usual has to be said.
  assert.match(settingsPlace(NO_PRESET.settings, 'int8').scheme ?? '', /weights:auto/);
});

test('models are named as short as they can be, and never with what may let somebody in', () => {
  const url = (address: string): string | null => modelText({ kind: 'url', url: address }, SAMPLE, PAGE);
  assert.equal(url(SAMPLE), 'home-commands');
  assert.equal(modelAddress('home-commands', SAMPLE), SAMPLE);
  assert.equal(url('https://course.example/models/own/'), '/models/own/');
  assert.equal(url('https://other.example/m/'), 'https://other.example/m/');
  assert.equal(url('https://other.example/m/?signed=1'), null);
  assert.equal(modelText({ kind: 'files', files: [] }, SAMPLE, PAGE), null);
  assert.equal(modelText({ kind: 'hub', repo: 'a/b', revision: 'main' }, SAMPLE, PAGE), 'hf:a/b');
  assert.equal(modelAddress('home-commands', null), 'home-commands');
});

test('every wish that makes no sense is refused by the name of its field', () => {
  const hostile: readonly (readonly [Place, string])[] = [
    [{ board: '<img src=x onerror=alert(1)>' }, 'board'],
    [{ board: '__proto__' }, 'board'],
    [{ scheme: 'int8 int8' }, 'scheme'],
    [{ scheme: 'javascript:alert(1)' }, 'scheme'],
    [{ context: '1e9' }, 'context'],
    [{ context: '-1' }, 'context'],
    [{ context: '1' }, 'context'],
    [{ step: 'toString' }, 'step'],
  ];
  for (const [place, field] of hostile)
    assert.throws(
      () => readWish(place, new Set()),
      (error) => error instanceof WishError && error.field === field,
      JSON.stringify(place),
    );
  // What the page has settled is not even looked at.
  assert.deepEqual(
    readWish(
      { board: 'x', scheme: 'y', context: 'z', prompt: 'p' },
      new Set(['board', 'scheme', 'context', 'prompt']),
    ),
    {
      model: null,
      settings: {},
      prompt: null,
      step: 'fit',
    },
  );
});

test('a state has its place, and what lasts a moment has none', () => {
  const source = { kind: 'hub', repo: 'a/b', revision: 'main' } as const;
  const inspection = sampleInspection();
  const choice = { source, inspection, settings: NO_PRESET.settings, plan: inspection.plan };
  assert.equal(placeOf({ step: 'choose', failure: null }, SAMPLE, PAGE), null);
  assert.equal(placeOf({ step: 'reading', name: 'x' }, SAMPLE, PAGE), undefined);
  assert.deepEqual(placeOf({ step: 'talk' }, SAMPLE, PAGE), { step: 'chat' });
  assert.equal(placeOf({ step: 'fit', choice, planning: true, failure: null }, SAMPLE, PAGE), undefined);
  const options = { prompt: 'hello', temperature: 0, topK: 0, topP: 1, seed: 1, maxNewTokens: 1 };
  const result = {
    step: 'result',
    panel: 'try',
    choice,
    result: sampleResult(),
    image: { kind: 'none' },
    options,
  } as const;
  assert.deepEqual(placeOf(result, SAMPLE, PAGE), {
    model: 'hf:a/b',
    board: 'esp32-s3-n16r8',
    prompt: 'hello',
    step: 'try',
  });
});

test('a tag begins with what was set, and nothing gets out of an attribute', () => {
  const attributes: Readonly<Record<string, string>> = {
    lang: 'es',
    'no-network': '',
    prompt: 'old',
    style: 'x',
    address: '',
  };
  const element = { getAttribute: (name: string) => attributes[name] ?? null } as Element;
  assert.equal(
    tagText(element, { board: 'esp32-s3-n8r8', prompt: 'a "b" <c> &amp;' }),
    '<esp32-llm-converter lang="es" no-network prompt="a &quot;b&quot; &lt;c> &amp;amp;" board="esp32-s3-n8r8"></esp32-llm-converter>',
  );
});
