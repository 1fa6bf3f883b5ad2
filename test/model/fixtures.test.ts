/** Every tiny checkpoint, read and computed plainly, gives the logits that transformers computed. */
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { readDecoder } from '../../src/model/read.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { plainForward } from './plain-forward.js';

const ROOT = new URL('../fixtures/checkpoints/', import.meta.url);

/** Float32 against float64 through two layers: some 1e-6 of the largest logit. A wrong model is off by tenths. */
const TOLERANCE = 2e-5;

interface Expected {
  readonly ids: readonly number[];
  readonly logits: readonly (readonly number[])[];
}

const names = await readdir(ROOT);
assert.ok(names.length >= 20, 'the fixtures are there');

for (const name of names) {
  void test(`${name} agrees with transformers`, async () => {
    const expected = JSON.parse(await readFile(new URL(`${name}/expected.json`, ROOT), 'utf8')) as Expected;
    const folder = await nodeFolder(fileURLToPath(new URL(name, ROOT)));
    try {
      const input = hfFolderInput(folder);
      const checkpoint = await input.checkpoint();
      const model = await readDecoder(input);
      // The description travels to other engines as JSON.
      const logits = await plainForward(
        JSON.parse(JSON.stringify(model)) as typeof model,
        checkpoint,
        expected.ids,
      );
      const largest = Math.max(...expected.logits.flat().map(Math.abs));
      let worst = 0;
      for (const [position, row] of expected.logits.entries()) {
        assert.equal(logits[position]?.length, row.length);
        row.forEach(
          (value, i) => (worst = Math.max(worst, Math.abs(value - (logits[position]?.[i] ?? NaN)))),
        );
      }
      assert.ok(worst <= TOLERANCE * largest, `differs by ${worst}, largest logit ${largest}`);
    } finally {
      await folder.close();
    }
  });
}
