/** The two counters: every way a test can end is counted once. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { countSessions } from '../../scripts/lib/browser-totals.mjs';

const reporter = fileURLToPath(new URL('../../scripts/lib/count-reporter.mjs', import.meta.url));

test('node:test: leaf tests are counted, a broken suite once, a file that dies once', async (t) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'reporter-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(
    path.join(folder, 'a.mjs'),
    `import { test, describe, it } from 'node:test';
     test('passes', () => {});
     test('is skipped', { skip: true }, () => {});
     test('is not ready', { todo: true }, () => { throw new Error('known'); });
     describe('suite', () => { it('passes', () => {}); it('fails', () => { throw new Error('no'); }); });
     describe('broken suite', () => { throw new Error('body'); });`,
  );
  await writeFile(path.join(folder, 'b.mjs'), `throw new Error('dies at once');`);
  const totals = path.join(folder, 'totals.json');
  await new Promise<void>((resolve) => {
    const files = [path.join(folder, 'a.mjs'), path.join(folder, 'b.mjs')];
    const args = ['--test', `--test-reporter=${reporter}`, `--test-reporter-destination=${totals}`, ...files];
    // A runner inside a runner would report to the outer one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    execFile(process.execPath, args, { env }, () => resolve());
  });
  assert.deepEqual(JSON.parse(await readFile(totals, 'utf8')), { passed: 3, failed: 3, skipped: 1 });
});

test('browser: nested suites are counted, and a page that broke is one failure', () => {
  const results = {
    tests: [{ passed: true, skipped: false }],
    suites: [
      {
        tests: [
          { passed: false, skipped: false },
          { passed: false, skipped: true },
        ],
        suites: [],
      },
    ],
  };
  const sessions = [
    { passed: false, testResults: results },
    { passed: true, testResults: { tests: [{ passed: true, skipped: false }], suites: [] } },
    // The module could not be loaded: no results at all.
    { passed: false },
  ];
  assert.deepEqual(countSessions(sessions), { passed: 2, failed: 2, skipped: 1 });
});
