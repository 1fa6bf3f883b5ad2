/** The list of models that fit is the planner's, of models whose sizes give the parameters that were published. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { modelOfConfig } from '../../src/element/gallery/config-model.js';
import { ROOT, run } from '../../scripts/lib/run.mjs';

interface KnownModel {
  readonly name: string;
  /** Millions. */
  readonly parameters: number;
  readonly config: Record<string, unknown>;
}

const read = (name: string): Promise<string> => readFile(path.join(ROOT, name), 'utf8');

test('docs/models-that-fit.md says what the planner says', async () => {
  const { code, output } = await run(process.execPath, ['--no-warnings', 'scripts/models.mjs', '--check'], {
    quiet: true,
  });
  assert.equal(code, 0, output);
});

test('the sizes of every model give its published parameters', async () => {
  const { models } = JSON.parse(await read('models/gallery.json')) as { models: KnownModel[] };
  assert.ok(models.length > 10);
  for (const { name, parameters, config } of models) {
    const model = await modelOfConfig(config);
    const ratio = model.parameters / (parameters * 1e6);
    assert.ok(Math.abs(ratio - 1) < 0.005, `${name}: ${model.parameters} parameters`);
  }
});

test('the sizes of the bundled model are those of its config.json', async () => {
  const { models } = JSON.parse(await read('models/gallery.json')) as { models: KnownModel[] };
  const bundled = models.find(({ name }) => name === 'home-commands');
  assert.ok(bundled !== undefined);
  const config = JSON.parse(await read('models/home-commands/config.json')) as Record<string, unknown>;
  for (const [key, value] of Object.entries(bundled.config)) assert.deepEqual(config[key], value, key);
});
