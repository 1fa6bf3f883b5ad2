/** What people and pages write to say where a model is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  readAddress,
  readMirror,
  readTyped,
  sourceName,
  writeAddress,
} from '../../src/element/model-address.js';
import { KEY, recentAddresses } from '../../src/element/recent.js';
import { rememberAddress } from '../../src/element/remember.js';
import { UsageError } from '../../src/shared/errors.js';
import { randomNumbers } from '../support/synthetic-model.js';

const PAGE = 'https://school.example/course/lesson.html';

test('a page names folders relative to itself, or repositories of the Hub', () => {
  assert.deepEqual(readAddress('models/tiny', PAGE), {
    kind: 'url',
    url: 'https://school.example/course/models/tiny/',
  });
  assert.deepEqual(readAddress(' /m/ ', PAGE), { kind: 'url', url: 'https://school.example/m/' });
  assert.deepEqual(readAddress('hf:owner/tiny', PAGE), { kind: 'hub', repo: 'owner/tiny', revision: 'main' });
  assert.deepEqual(readAddress('hf:owner/tiny@v1.0', PAGE), {
    kind: 'hub',
    repo: 'owner/tiny',
    revision: 'v1.0',
  });
  for (const page of ['https://huggingface.co/owner/tiny', 'https://hf.co/owner/tiny/tree/main']) {
    assert.deepEqual(readAddress(page, PAGE), { kind: 'hub', repo: 'owner/tiny', revision: 'main' });
  }
  const file = 'https://huggingface.co/owner/tiny-GGUF/resolve/main/tiny.Q8_0.gguf';
  assert.deepEqual(readAddress(file, PAGE), { kind: 'url', url: `${file}/` });
  assert.deepEqual(readAddress('https://huggingface.co/owner/tiny/tree/refs%2Fpr%2F1', PAGE), {
    kind: 'hub',
    repo: 'owner/tiny',
    revision: 'refs/pr/1',
  });
});

test('a mirror is asked in the place of the Hub, whatever the model is called by', () => {
  const mirror = readMirror(' /hub/ ', PAGE);
  assert.equal(mirror, 'https://school.example/hub');
  const source = { kind: 'hub', repo: 'owner/tiny', revision: 'main', endpoint: mirror };
  for (const address of [
    'hf:owner/tiny',
    'https://huggingface.co/owner/tiny',
    'https://hf.co/owner/tiny/tree/main?x=1',
    'https://school.example/hub/owner/tiny',
    'https://school.example/hub/owner/tiny/blob/main/config.json',
  ])
    assert.deepEqual(readAddress(address, PAGE, mirror), source, address);
  assert.deepEqual(readTyped('owner/tiny', PAGE, mirror), source);
  assert.deepEqual(
    readAddress('https://huggingface.co/owner/tiny-GGUF/resolve/main/tiny.Q8_0.gguf', PAGE, mirror),
    { kind: 'url', url: 'https://school.example/hub/owner/tiny-GGUF/resolve/main/tiny.Q8_0.gguf/' },
  );
  for (const address of ['https://school.example/hubs/owner/tiny', 'https://other.example/owner/tiny'])
    assert.deepEqual(readAddress(address, PAGE, mirror), { kind: 'url', url: `${address}/` });
});

test('a mirror is an address without a password or a query, and none is the Hub itself', () => {
  for (const none of [null, undefined, false, '', '  ']) assert.equal(readMirror(none, PAGE), null);
  assert.equal(readMirror('https://mirror.example', PAGE), 'https://mirror.example');
  for (const text of [
    'mailto:a',
    'javascript:1',
    'http://[',
    'https://m.example/?S3CRET',
    'https://u:S3CRET@m.example',
    true,
  ])
    assert.throws(
      () => readMirror(text === true ? {} : text, PAGE),
      (error: unknown) =>
        error instanceof UsageError && /\bhub\b/.test(error.message) && !error.message.includes('S3CRET'),
      String(text),
    );
});

test('an address of the Hub leads nowhere else, whatever its path', () => {
  for (const path of ['https://evil.example/owner/tiny', '/evil.example/owner/tiny', '../..']) {
    const address = `https://huggingface.co/${path}`;
    try {
      assert.equal(readAddress(address, PAGE).kind, 'hub', path);
    } catch (error) {
      assert.ok(error instanceof UsageError, path);
    }
  }
});

test('a person types owner/name', () => {
  assert.deepEqual(readTyped('owner/tiny', PAGE), { kind: 'hub', repo: 'owner/tiny', revision: 'main' });
  assert.deepEqual(readTyped('https://example.org/m', PAGE), { kind: 'url', url: 'https://example.org/m/' });
  assert.throws(() => readTyped('tiny', PAGE), UsageError);
});

test('the address of a file of a folder stands for the folder', () => {
  for (const file of ['model.safetensors', 'model.safetensors.index.json', 'config.json', 'tokenizer.json']) {
    const address = `https://example.org/m/${file}`;
    assert.deepEqual(readTyped(address, PAGE), { kind: 'url', url: 'https://example.org/m/' }, file);
    const signed = readAddress(`${address}?sig=a%2F`, PAGE);
    assert.deepEqual(signed, { kind: 'url', url: 'https://example.org/m/?sig=a%2F' }, file);
    const onHub = readTyped(`https://huggingface.co/owner/tiny/resolve/v1/${file}`, PAGE);
    assert.deepEqual(onHub, { kind: 'hub', repo: 'owner/tiny', revision: 'v1' }, file);
  }
  // A model by itself, and a folder that is called as one, are what they say.
  for (const name of ['tiny.gguf', 'config.json.d']) {
    assert.deepEqual(readTyped(`https://example.org/m/${name}`, PAGE), {
      kind: 'url',
      url: `https://example.org/m/${name}/`,
    });
  }
});

test('what is no address is refused with the two forms that are', () => {
  for (const text of [
    'hf:',
    'hf:tiny',
    'javascript:alert(1)',
    'file:///etc',
    'https://huggingface.co/owner',
    'http://[',
  ]) {
    assert.throws(() => readAddress(text, PAGE), UsageError, text);
  }
});

test('a link that is signed keeps its query where it was', () => {
  for (const [text, url] of [
    ['https://b.example/m?X-Sig=a/b%2F&c=d', 'https://b.example/m/?X-Sig=a/b%2F&c=d'],
    ['https://b.example/m/?sig=a#part', 'https://b.example/m/?sig=a'],
    ['m?sig=a/', 'https://school.example/course/m/?sig=a/'],
    ['?sig=a', 'https://school.example/?sig=a'],
  ] as const) {
    assert.deepEqual(readAddress(text, PAGE), { kind: 'url', url });
    assert.equal(sourceName({ kind: 'url', url: 'https://b.example/m/?sig=a/b' }), 'm');
  }
});

test('who asks and with what is refused, and not repeated', () => {
  for (const text of [
    'https://user:S3CRET@b.example/m',
    'https://S3CRET@b.example/m?sig=S3CRET',
    'https:\\\\user:S3CRET@b.example\\m',
    'ht\ttps://user:S3\nCRET@b.example/m',
    '//user:S3CRET@b.example/m',
    'https://user:S3CRET@[/m',
    'https://user:S3/CRET@b.example/m',
    'https://S3CRET@huggingface.co/owner/tiny',
    'http://[?sig=S3CRET',
    'user:S3CRET@b.example',
    'ftp://user:S3CRET@b.example/m',
    'hf:https://user:S3CRET@b.example/owner/tiny',
    'https://huggingface.co/owner?token=S3CRET',
  ]) {
    for (const read of [readAddress, readTyped]) {
      assert.throws(
        () => read(text, PAGE),
        (error) =>
          error instanceof UsageError && error.cause === undefined && !/S3CRET|S3|CRET/.test(error.message),
        text,
      );
    }
  }
});

/** What addresses are made of, with a secret in the places of secrets. */
const PIECES = [
  'http',
  'https',
  'hf',
  'ftp',
  ':',
  '/',
  '//',
  '\\',
  '@',
  'user',
  ':S3CRET@',
  'b.example',
  '[',
  '%',
  '%2F',
  ' ',
  '\t',
  'm',
  '?x=S3CRET',
  '#S3CRET',
  'owner/tiny',
  'huggingface.co/',
  '..',
  '\u202e',
];

test('whatever is typed, 20000 times, is an address without secrets before its host, or refused without repeating them', () => {
  const random = randomNumbers(21);
  const below = (limit: number): number => Math.min(limit - 1, Math.floor(((random() + 1) / 2) * limit));
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    let text = below(2) === 0 ? 'https://' : '';
    for (let left = 1 + below(6); left > 0; left--) text += PIECES[below(PIECES.length)] as string;
    try {
      const source = readTyped(text, PAGE);
      read++;
      if (source.kind === 'url')
        assert.equal(new URL(source.url).username + new URL(source.url).password, '');
    } catch (error) {
      assert.ok(error instanceof UsageError, `${JSON.stringify(text)}: ${String(error)}`);
      // Names of the Hub's models have neither.
      if (text.trim().startsWith('hf:')) continue;
      assert.ok(!error.message.includes('S3CRET'), `${JSON.stringify(text)}: ${error.message}`);
    }
  }
  assert.ok(read > 1000 && read < 19_000, String(read));
});

test('an address with a query is not kept, and what is kept is shown without one', (context) => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  context.after(() => Reflect.deleteProperty(globalThis, 'localStorage'));
  // As whoever shares the storage may leave it.
  kept.set(KEY, JSON.stringify(['https://b.example/old/?sig=S3CRET', 'https://b.example/old/', 7]));
  rememberAddress('https://b.example/m/?sig=S3CRET');
  assert.ok(![...kept.values()].join().includes('/m/'));
  rememberAddress('hf:owner/tiny');
  assert.deepEqual(recentAddresses(), ['hf:owner/tiny', 'https://b.example/old/']);
  assert.ok(![...kept.values()].join().includes('S3CRET'));
});

test('an address that was read can be written and read again', () => {
  for (const text of ['hf:owner/tiny', 'hf:owner/tiny@v1', 'https://example.org/m/']) {
    const source = readAddress(text, PAGE);
    assert.equal(writeAddress(source), text);
  }
  assert.equal(writeAddress({ kind: 'files', files: [] }), null);
});

test('a model has a name before it is open', () => {
  assert.equal(sourceName(readAddress('hf:owner/tiny', PAGE)), 'tiny');
  assert.equal(sourceName(readAddress('models/stories/', PAGE)), 'stories');
  assert.equal(
    sourceName({ kind: 'files', files: [{ path: '/home/config.json', file: new File([], 'x') }] }),
    'home',
  );
});
