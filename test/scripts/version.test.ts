/** The version that packages are stamped with is the version that is published. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { VERSION } from '../../src/shared/version.js';

test('src/shared/version.ts, package.json and its lock file agree', () => {
  for (const file of ['package.json', 'package-lock.json']) {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    assert.equal((JSON.parse(text) as { version: string }).version, VERSION, file);
  }
});
