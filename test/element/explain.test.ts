/** Every error has a headline and help in each language; errors that people can meet have help of their own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeOf, explain } from '../../src/element/explain.js';
import type { FailureCause } from '../../src/element/failure-causes.js';
import { LanguageController } from '../../src/element/language.js';
import { enFirst } from '../../src/element/strings/en/first.js';
import { LANGUAGES } from '../../src/shared/languages.js';
import { loadAllStrings } from './all-strings.js';
import { readFirmware } from '../../src/image/firmware.js';
import { FormatError, TransportError, UnsupportedError, UsageError } from '../../src/shared/errors.js';
import { PolicyError } from '../../src/shared/policy-error.js';
import { MemorySource, memoryFolder } from '../../src/source/memory-folder.js';
import { packError, unpackError } from '../../src/worker/failure.js';
import { folderTokenizer } from '../tokenizer/fixtures.js';

const place = { file: 'x', remedy: 'Take another.' };

const ERRORS: readonly (readonly [Error, FailureCause])[] = [
  [new FormatError('Bad.', place), 'format'],
  [new UnsupportedError('Other.', place), 'unsupported'],
  [new FormatError('Short.', { ...place, code: 'broken-file' }), 'broken-file'],
  [new UsageError('No.'), 'usage'],
  [new TransportError('Down.'), 'network'],
  [new TransportError('Gone.', { status: 404 }), 'absent'],
  // What the page itself lacks is not for its reader to look up.
  [new TransportError('Gone.', { status: 404, code: 'page-file' }), 'page-file'],
  [new PolicyError('No.', 'wasm'), 'wasm'],
  [new PolicyError('No.', 'worker'), 'worker'],
  [new RangeError('Array buffer allocation failed'), 'memory'],
  [new TypeError('x is undefined'), 'other'],
];

test('a cause is found by code, else by kind, and survives the way out of the worker', () => {
  for (const [error, cause] of ERRORS) {
    assert.equal(causeOf(error), cause);
    if (!(error instanceof PolicyError)) {
      assert.equal(causeOf(unpackError(structuredClone(packError(error)))), cause);
    }
  }
});

test('every cause is explained in every language, and nothing in English alone', async () => {
  for (const language of LANGUAGES) {
    const words = await loadAllStrings(language);
    for (const [error, cause] of ERRORS) {
      const { title, help, message } = explain(error, 'read', words);
      assert.equal(help, words.help[cause]);
      assert.ok(help.length > 5 && title.length > 2, `${language} ${cause}`);
      assert.equal(message, error.message);
    }
  }
});

test('where the words could not be loaded, that is what is said', () => {
  const words = new LanguageController({
    addController: () => undefined,
    requestUpdate: () => undefined,
  } as unknown as ConstructorParameters<typeof LanguageController>[0]);
  const error = new TypeError('offline');
  assert.deepEqual(words.explain(error, 'read'), {
    title: enFirst.failures.views,
    help: enFirst.failures.reload,
    message: 'offline',
    error,
  });
});

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  throw new Error('nothing failed');
}

test('a firmware that is none is told of as a firmware', async () => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(100), Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 9, 9)]) {
    const error = await failure(readFirmware(new MemorySource('mine.bin', bytes)));
    assert.equal(causeOf(error), 'firmware');
    const en = await loadAllStrings('en');
    assert.equal(explain(error, 'image', en).title, en.failures.image);
  }
});

test('a tokenizer.json is told of as one, and a broken file as broken', async () => {
  const read = async (text: string): Promise<Error> =>
    failure(folderTokenizer(memoryFolder('m', { 'tokenizer.json': new TextEncoder().encode(text) })));
  assert.equal(causeOf(await read('{"model":{"type":"WordPiece"}}')), 'tokenizer');
  assert.equal(causeOf(await read('{}')), 'tokenizer');
  assert.equal(causeOf(await read('{"model":')), 'broken-file');
});
