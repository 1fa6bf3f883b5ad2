/** Errors keep kind and advice across the thread border. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FormatError,
  isAbort,
  TransportError,
  UnsupportedError,
  UsageError,
} from '../../src/shared/errors.js';
import { packError, unpackError } from '../../src/worker/failure.js';

function cross(error: unknown): Error {
  return unpackError(structuredClone(packError(error)));
}

test('a format error keeps file, field, remedy and message', () => {
  for (const kind of [FormatError, UnsupportedError]) {
    const error = new kind('is cut short.', {
      file: 'model.safetensors',
      field: 'header',
      remedy: 'Download it again.',
    });
    const copy = cross(error);
    assert.ok(copy instanceof kind);
    assert.equal(copy.name, error.name);
    assert.equal(copy.message, error.message);
    assert.deepEqual([copy.file, copy.field, copy.remedy], [error.file, error.field, error.remedy]);
  }
});

test('a transport error keeps its status', () => {
  const copy = cross(new TransportError('Gone.', { status: 404 }));
  assert.ok(copy instanceof TransportError);
  assert.equal(copy.status, 404);
});

test('the other kinds', () => {
  assert.ok(cross(new UsageError('No.')) instanceof UsageError);
  assert.ok(cross(new RangeError('Out.')) instanceof RangeError);
  assert.ok(isAbort(cross(new DOMException('Stopped.', 'AbortError'))));
  const other = cross(new WebAssembly.RuntimeError('unreachable'));
  assert.deepEqual([other.name, other.message], ['RuntimeError', 'unreachable']);
  assert.equal(cross('a string').message, 'a string');
});

test('a part that the page could not import is a failure of the line, however the browser says it', () => {
  for (const message of [
    'Failed to fetch dynamically imported module: https://example.org/chat.js',
    'error loading dynamically imported module: https://example.org/chat.js',
    'Importing a module script failed.',
  ]) {
    const copy = cross(new TypeError(message));
    assert.ok(copy instanceof TransportError);
    assert.equal(copy.code, 'page-file');
    assert.match(copy.message, /Check the connection and try again/);
  }
  assert.equal(cross(new TypeError('x is not a function')).name, 'TypeError');
});
