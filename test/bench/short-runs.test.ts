/**
 * Benchmarks are run by hand, so nobody would see one that has stopped working: each runs here for a moment, on its smallest
 * model, and what it writes for machines has figures in it. How large these are is no matter of a test.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { findChrome } from '../../scripts/lib/chrome.mjs';
import { ROOT } from '../../scripts/lib/run.mjs';
import { hasToolchain, PACKAGES } from '../../scripts/lib/toolchain.mjs';

const run = promisify(execFile);
const hasBrowser = findChrome() !== null;

/** Why a benchmark cannot run here. */
const WITHOUT: Readonly<Record<string, string | false>> = {
  page: !hasBrowser && 'no Chromium on this machine',
  targets: !(await hasToolchain('targets')) && `needs the Debian packages ${PACKAGES.targets.join(' ')}`,
};

/** Values of the JSON at paths: names, and `*` for all that there are. */
const BENCHES: Readonly<Record<string, { readonly figures: readonly string[] }>> = {
  convert: {
    figures: [
      'input.parameters',
      'node.seconds.median',
      'nodeFile.bytesPerSecond.median',
      'commandLine.bytesPerCpuSecond.median',
      ...(hasBrowser ? ['chromium.seconds.median', 'chromiumRead.bytesPerSecond.median'] : []),
    ],
  },
  device: {
    figures: ['cases.*.tokensPerSecond', 'cases.*.bound', 'cases.*.predicted', 'cases.*.start'],
  },
  drafts: { figures: ['cases.*.plain', 'cases.*.guessed'] },
  emulator: { figures: ['results.*.figures.*.rate.median', 'results.*.figures.*.pace.median'] },
  families: { figures: ['results.*.auto.kl', 'results.*.auto.loss'] },
  page: { figures: ['cases.*.seconds.median', 'cases.*.convert.median'] },
  quantize: {
    figures: ['results.*.rungs.*.kl.mean.value', 'results.*.rungs.*.seconds', 'results.*.positions'],
  },
  train: { figures: ['figures.*.rate.median', 'figures.*.ofKernel'] },
  targets: { figures: ['targets.*.bytes.*', 'targets.*.builds.*.counts.*.instructions'] },
  twin: { figures: ['models.*.bytesPerToken'] },
};

for (const [name, { figures }] of Object.entries(BENCHES)) {
  const skip = WITHOUT[name] ?? false;
  test(`bench:${name} runs, and writes its figures`, { skip }, async (context) => {
    const folder = await scratch(context);
    const file = path.join(folder, 'figures.json');
    const { stdout } = await run(
      process.execPath,
      [`bench/${name}.mjs`, '--short', '--json', file, ...(await optionsOf(name, folder))],
      { cwd: ROOT, maxBuffer: 1 << 26, env: { ...process.env, TMPDIR: folder } },
    );
    assert.match(stdout, /^-+ {2}-+/m, 'a table for people');
    const written = JSON.parse(await readFile(file, 'utf8')) as unknown;
    assert.equal((written as { benchmark: unknown }).benchmark, name);
    for (const place of figures) {
      const found = valuesAt(written, place.split('.'));
      assert.ok(found.length > 0, `${place} is missing`);
      for (const value of found)
        assert.ok(
          typeof value === 'number' && Number.isFinite(value) && value > 0,
          `${place}: ${String(value)}`,
        );
    }
  });
}

/** A folder of models is what this one asks for. */
async function optionsOf(name: string, folder: string): Promise<string[]> {
  if (name !== 'families') return [];
  const models = await mkdtemp(path.join(folder, 'models-'));
  await symlink(path.join(ROOT, 'models/home-commands'), path.join(models, 'llama'), 'junction');
  return ['--folder', models];
}

async function scratch(context: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function valuesAt(value: unknown, [first, ...rest]: readonly string[]): unknown[] {
  if (first === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (first === '*') return Object.values(value).flatMap((item) => valuesAt(item, rest));
  return first in value ? valuesAt((value as Record<string, unknown>)[first], rest) : [];
}
