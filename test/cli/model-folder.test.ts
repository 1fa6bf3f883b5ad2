/** What a command's model may be: a zip archive, one folder of several in it, and what is no model but holds some. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { zipSync } from 'fflate';
import { choiceLines, openModelFolder } from '../../src/cli/model-folder.js';
import { refuseNoModel } from '../../src/input/no-model.js';
import { FormatError } from '../../src/shared/errors.js';
import { nodeFolder } from '../../src/source/node-folder.js';

const config = new TextEncoder().encode('{"model_type":"llama"}');

let scratch = '';
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'model-folder-'));
  for (const name of ['one', 'other one']) {
    await mkdir(join(scratch, 'several', name), { recursive: true });
    await writeFile(join(scratch, 'several', name, 'config.json'), config);
  }
  await writeFile(join(scratch, 'two.zip'), zipSync({ 'a/config.json': config, 'b/config.json': config }));
  for (const name of ['m.tar.gz', 'm.7z', 'm.rar']) await writeFile(join(scratch, name), 'x');
});
after(() => rm(scratch, { recursive: true, force: true }));

/** What a folder is refused with. */
function refusal(folder: Parameters<typeof refuseNoModel>[0]): FormatError {
  try {
    refuseNoModel(folder);
  } catch (error) {
    assert.ok(error instanceof FormatError);
    return error;
  }
}

describe('a folder that holds several models', () => {
  it('names them, and the command for each', async () => {
    const path = join(scratch, 'several');
    const folder = await nodeFolder(path);
    const { choices, code, message } = refusal(folder);
    assert.deepEqual(choices, ['one', 'other one']);
    assert.equal(code, 'several-models');
    assert.match(message, /2 models/);
    const argv = ['convert', '-o', 'a b.bin', path];
    const [first = '', second = ''] = choiceLines('llm', argv, path, choices);
    assert.equal(first, `llm convert -o "a b.bin" ${path}/one`);
    assert.ok(second.includes(`"${path}/other one"`), second);
    await folder.close();
  });

  it('may be an archive, whose folders are named behind it', async () => {
    const path = join(scratch, 'two.zip');
    const whole = await openModelFolder(path);
    assert.deepEqual(refusal(whole).choices, ['a', 'b']);
    await whole.close();
    const one = await openModelFolder(`${path}/b`);
    assert.equal(one.name, 'b');
    assert.deepEqual(one.names, ['config.json']);
    await one.close();
    await assert.rejects(openModelFolder(`${path}/c`), /holds no folder c/);
  });

  it('is opened where it holds only one', async () => {
    await mkdir(join(scratch, 'parent', 'only'), { recursive: true });
    await writeFile(join(scratch, 'parent', 'only', 'config.json'), config);
    const folder = await openModelFolder(join(scratch, 'parent'));
    assert.equal(folder.name, 'only');
    await folder.close();
  });
});

it('archives that are not read are named for what they are', async () => {
  for (const [name, kind] of [
    ['m.tar.gz', 'tar'],
    ['m.7z', '7z'],
    ['m.rar', 'RAR'],
  ] as const) {
    await assert.rejects(openModelFolder(join(scratch, name)), new RegExp(`is a ${kind} archive`));
    const dropped = { name: 'chosen files', names: [name], open: () => Promise.resolve(null) };
    assert.match(refusal(dropped).message, new RegExp(`${kind} archive`));
  }
});
