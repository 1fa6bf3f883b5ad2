/** Commands that a person can copy: the program as it is called there, and names of files as a shell reads them back. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { programName, shellWord } from '../../src/cli/program-name.js';
import { buildDate } from '../../src/cli/build-date.js';
import { shellWords } from '../support/shell-words.js';

describe('programName', () => {
  it('is what started it', () => {
    const folder = join('/', 'home', 'me');
    const cases: [script: string | undefined, name: string][] = [
      [join(folder, 'dist', 'cli.js'), `node ${join('dist', 'cli.js')}`],
      [join(folder, 'a b', 'cli.js'), `node "${join('a b', 'cli.js')}"`],
      [join('/', 'opt', 'tool', 'cli.js'), `node ${join('/', 'opt', 'tool', 'cli.js')}`],
      [join(folder, 'node_modules', '.bin', 'esp32-llm-converter'), 'npx esp32-llm-converter'],
      [join('/', 'usr', 'local', 'bin', 'esp32-llm-converter'), 'esp32-llm-converter'],
      [undefined, 'esp32-llm-converter'],
    ];
    for (const [script, name] of cases) assert.equal(programName(script, folder), name);
  });
});

describe('shellWord', () => {
  it('is read back by a shell as it was', () => {
    for (const word of [
      'a.bin',
      '/x/y-z_1.bin',
      'a b',
      `it's`,
      'say "hi"',
      '$HOME',
      'a`b`',
      'back\\slash b',
      'é',
      '*',
      '',
    ])
      assert.deepEqual(shellWords(`run ${shellWord(word, 'linux')} end`), ['run', word, 'end'], word);
    assert.equal(shellWord('C:\\my models\\x', 'win32'), '"C:\\my models\\x"');
  });
});

describe('buildDate', () => {
  it('is the moment that SOURCE_DATE_EPOCH names, or now', () => {
    assert.equal(buildDate({ SOURCE_DATE_EPOCH: '86400' }).toISOString(), '1970-01-02T00:00:00.000Z');
    for (const wrong of ['', 'x', '-1', '1e9']) {
      const distance = Math.abs(buildDate({ SOURCE_DATE_EPOCH: wrong }).getTime() - Date.now());
      assert.ok(distance < 60_000, wrong);
    }
  });
});
