/** An extra check on a published model, when its folder lies beside the repository. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { readDecoder } from '../../src/model/read.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { plainForward } from './plain-forward.js';

const FOLDER = fileURLToPath(new URL('../../../shared/models/stories260k/', import.meta.url));
const skip = existsSync(FOLDER) ? false : 'the stories260k folder is not there';

void test('stories260K: reads the folder and agrees with its logits', { skip }, async () => {
  const { cases } = JSON.parse(await readFile(`${FOLDER}expected.json`, 'utf8')) as {
    cases: readonly { prompt_ids: readonly number[]; next_logits: readonly number[] }[];
  };
  const folder = await nodeFolder(FOLDER);
  try {
    const input = hfFolderInput(folder);
    const checkpoint = await input.checkpoint();
    const model = await readDecoder(input);
    assert.equal(model.parameters, 260_032);
    assert.deepEqual([model.bosId, model.eosIds, model.head], [1, [2], null]);
    for (const { prompt_ids: ids, next_logits: expected } of cases) {
      const logits = (await plainForward(model, checkpoint, ids)).at(-1) ?? [];
      expected.forEach((value, i) => assert.ok(Math.abs(value - (logits[i] ?? NaN)) < 1e-4));
    }
  } finally {
    await folder.close();
  }
});
