/** The tokenizers of whole models: the bundled one, and a Llama with byte fallback where it lies beside the repository. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeFolder } from '../../src/source/node-folder.js';
import { chatIds } from '../../src/tokenizer/chat.js';
import { said } from '../said.js';
import { folderChat, folderTokenizer } from './fixtures.js';

const HOME = new URL('../../models/home-commands/', import.meta.url);
const STORIES = new URL('../../../shared/models/stories260k/', import.meta.url);

interface Case {
  /** What the person says, in models that chat. */
  readonly user?: string;
  readonly prompt: string;
  readonly prompt_ids: readonly number[];
}

async function cases(folder: URL): Promise<readonly Case[]> {
  const expected = JSON.parse(await readFile(new URL('expected.json', folder), 'utf8')) as { cases: Case[] };
  assert.ok(expected.cases.length > 0);
  return expected.cases;
}

test('home-commands: turns and texts have the ids of the original library', async () => {
  const folder = await nodeFolder(fileURLToPath(HOME));
  const tokenizer = await folderTokenizer(folder);
  assert.ok(tokenizer);
  const { pieces, notes } = await folderChat(folder, tokenizer);
  assert.ok(pieces, said(notes));
  assert.deepEqual(pieces.endIds, [tokenizer.eosId]);
  for (const { user, prompt, prompt_ids } of await cases(HOME)) {
    assert.deepEqual(tokenizer.encode(prompt, { addSpecial: false }), prompt_ids);
    assert.deepEqual(chatIds(tokenizer, pieces, user as string), prompt_ids);
    assert.equal(tokenizer.decode(prompt_ids), prompt);
  }
});

test(
  'stories260k: a folder without a chat template continues text',
  { skip: existsSync(STORIES) ? false : 'not on this machine' },
  async () => {
    const folder = await nodeFolder(fileURLToPath(STORIES));
    const tokenizer = await folderTokenizer(folder);
    assert.ok(tokenizer);
    assert.equal((await folderChat(folder, tokenizer)).pieces, null);
    for (const { prompt, prompt_ids } of await cases(STORIES)) {
      assert.deepEqual(tokenizer.encode(prompt), prompt_ids);
      assert.equal(tokenizer.decode(prompt_ids, { skipSpecial: true }), prompt);
    }
  },
);
