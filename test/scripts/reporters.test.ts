/** The two counters: every way a test can end is counted once. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { countSessions } from '../../scripts/lib/browser-totals.mjs';
import { slowestReporter } from '../../scripts/lib/slowest-reporter.mjs';

test('node:test: leaf tests are counted, a broken suite once, a file that dies once', async (t) => {
  const files = {
    'a.mjs': `import { test, describe, it } from 'node:test';
     test('passes', () => {});
     test('is skipped', { skip: true }, () => {});
     test('is not ready', { todo: true }, () => { throw new Error('known'); });
     describe('suite', () => { it('passes', () => {}); it('fails', () => { throw new Error('no'); }); });
     describe('broken suite', () => { throw new Error('body'); });`,
    'b.mjs': `throw new Error('dies at once');`,
  };
  const { output } = await reported(t, 'count-reporter.mjs', files);
  assert.deepEqual(JSON.parse(output), { passed: 3, failed: 3, skipped: 1 });
});

test('node:test: a run names its files with the time they took', async (t) => {
  const text = `import { test } from 'node:test';
     import { setTimeout } from 'node:timers/promises';
     test('one', () => setTimeout(300));
     test('two', () => setTimeout(300));`;
  const { folder, output } = await reported(t, 'slowest-reporter.mjs', { 'a.mjs': text, 'b.mjs': text });
  const [title, ...lines] = output.trim().split('\n');
  assert.equal(title, 'Slowest files:');
  const rows = lines.map((line) => /^ *(\d+\.\d) s {2}(.+)$/.exec(line) ?? assert.fail(line));
  const files = rows.map((row) => path.resolve(row[2] ?? ''));
  assert.deepEqual(files.sort(), [path.join(folder, 'a.mjs'), path.join(folder, 'b.mjs')]);
  for (const row of rows) assert.ok(Number(row[1]) >= 0.6, row[0]);
});

test('node:test: of many files the ten that took longest are named, the slowest first', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const event = (type: string, file: string, name: string, seconds: number) => {
    now += seconds * 1000;
    return { type, data: { file: path.resolve(file), name: name === file ? path.resolve(file) : name } };
  };
  async function* events() {
    for (let index = 0; index < 12; index += 1) {
      const file = `${index}.mjs`;
      yield event('test:enqueue', file, file, 0);
      // The wait for a process is no time of the file's, nor is that of a report for its turn.
      yield event('test:dequeue', file, file, 100);
      yield event('test:dequeue', file, 'x', 0);
      yield event('test:complete', file, 'x', index);
      yield event('test:pass', file, 'x', 100);
    }
    yield { type: 'test:diagnostic', data: { message: 'tests 12' } };
  }
  let output = '';
  for await (const text of slowestReporter(events())) output += text;
  const expected = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map(
    (seconds) => `${`${seconds}.0`.padStart(7)} s  ${seconds}.mjs`,
  );
  assert.equal(output, `\nSlowest files:\n${expected.join('\n')}\n`);
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

/** What a reporter of scripts/lib says of a run over these files. */
async function reported(
  t: TestContext,
  reporter: string,
  files: Record<string, string>,
): Promise<{ folder: string; output: string }> {
  // A temporary folder may be named through a link; the runner reports what it leads to.
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'reporter-test-')));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const destination = path.join(folder, 'output');
  const program = fileURLToPath(new URL(`../../scripts/lib/${reporter}`, import.meta.url));
  await new Promise<void>((resolve) => {
    const paths = Object.keys(files).map((name) => path.join(folder, name));
    const args = ['--test', `--test-reporter=${program}`, `--test-reporter-destination=${destination}`];
    // A runner inside a runner would report to the outer one.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    execFile(process.execPath, [...args, ...paths], { env }, () => resolve());
  });
  return { folder, output: await readFile(destination, 'utf8') };
}
