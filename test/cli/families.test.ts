/** The command line over a tiny checkpoint of every family: looked over, written by the original, converted, compared, run. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { familyFixtures, type Expected } from '../model/family-fixtures.js';
import { cli } from '../support/cli.js';

const ROOT = new URL('../fixtures/families/', import.meta.url);

interface Compared {
  readonly report: {
    readonly perplexity: { readonly before: number; readonly after: number };
    readonly kl: { readonly mean: number; readonly max: number };
  };
}

async function json(...argv: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await cli(...argv, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

describe('a model of every family', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-families-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is inspected, run in floats, converted with a report, and run as converted', async (t) => {
    for (const name of await familyFixtures()) {
      await t.test(name, async () => {
        const model = fileURLToPath(new URL(name, ROOT));
        const expected = JSON.parse(await readFile(join(model, 'expected.json'), 'utf8')) as Expected;
        const prompt = ['--ids', expected.ids.slice(0, expected.prompt).join(',')];
        const greedy = ['--temperature', '0', '--tokens', String(expected.greedy.length)];

        const inspected = await cli('inspect', model);
        assert.equal(inspected.code, 0, inspected.stderr);
        assert.match(inspected.stdout, /Can be converted/);

        const original = (await json('run', model, '--engine', 'float', ...prompt, ...greedy)) as {
          readonly ids: number[];
        };
        // It ends where the model says that a text ends, which the library was told not to do.
        assert.ok(original.ids.length > 0);
        assert.deepEqual(original.ids, expected.greedy.slice(0, original.ids.length));

        const file = join(folder, `${name}.s3lm`);
        const { report } = (await json('convert', model, '-o', file)) as Compared;
        const { before, after } = report.perplexity;
        for (const figure of [before, after, report.kl.mean, report.kl.max])
          assert.ok(Number.isFinite(figure), JSON.stringify(report));
        assert.ok(report.kl.mean >= 0 && report.kl.mean < 0.05, `KL divergence ${report.kl.mean}`);

        const converted = (await json('run', file, ...prompt, ...greedy)) as { readonly ids: number[] };
        assert.ok(converted.ids.length > 0);
      });
    }
  });
});
