/**
 * Every family's tiny checkpoint, converted as by default and in floats, gives on the engine built for Xtensa the logits and
 * the text of the twin. Runs in QEMU; needs the compilers.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { convert } from '../../src/pipeline/convert.js';
import type { ConvertOptions } from '../../src/pipeline/types.js';
import { familyFixtures, fixtureFolder, openFixture } from '../model/family-fixtures.js';
import { compare } from '../support/engine-check.js';
import { testRuntime } from '../support/runtime.js';
import { build, engineCheck, whyNot } from './programs.js';

const SCHEMES: readonly NonNullable<ConvertOptions['scheme']>[] = [
  {},
  { weights: 'float32', cache: 'float32' },
];

describe('families on Xtensa', { skip: await whyNot() }, () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xtensa-families-'));
    await build(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  void test('all of them', async (t) => {
    for (const name of await familyFixtures()) {
      await t.test(name, async () => {
        const { expected } = await openFixture(name);
        for (const scheme of SCHEMES) {
          const options = { scheme, report: false };
          const converted = await convert(await fixtureFolder(name), options, await testRuntime());
          const found = await compare(
            engineCheck(folder),
            folder,
            converted.package ?? assert.fail('no package'),
            {
              ids: expected.ids,
              maxNewTokens: 6,
            },
          );
          assert.ok(found.ids.length > 0);
        }
      });
    }
  });
});
