/** The committed fixtures are what their maker makes. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FIXTURE_NAMES, fixtureFiles, fixtureUrl } from './fixtures.js';

for (const name of FIXTURE_NAMES) {
  test(`fixture ${name} is current`, async () => {
    for (const [file, bytes] of Object.entries(fixtureFiles(name))) {
      const committed = new Uint8Array(await readFile(fixtureUrl(file)));
      assert.ok(Buffer.compare(committed, bytes) === 0, `${file} differs; run test/engine/fixtures.ts`);
    }
  });
}
