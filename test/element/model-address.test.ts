/** What people and pages write to say where a model is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAddress, readTyped, sourceName, writeAddress } from '../../src/element/model-address.js';
import { UsageError } from '../../src/shared/errors.js';

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
  assert.deepEqual(readAddress('https://huggingface.co/owner/tiny/tree/refs%2Fpr%2F1', PAGE), {
    kind: 'hub',
    repo: 'owner/tiny',
    revision: 'refs/pr/1',
  });
});

test('a person types owner/name', () => {
  assert.deepEqual(readTyped('owner/tiny', PAGE), { kind: 'hub', repo: 'owner/tiny', revision: 'main' });
  assert.deepEqual(readTyped('https://example.org/m', PAGE), { kind: 'url', url: 'https://example.org/m/' });
  assert.throws(() => readTyped('tiny', PAGE), UsageError);
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
