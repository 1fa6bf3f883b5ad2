/** What an application of somebody's own gets: a table with room for it, and a call that a C compiler takes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeComponent } from '../../scripts/lib/component.mjs';
import { componentPartition, componentProject } from '../../src/kit/component-project.js';
import { findBoard } from '../../src/plan/boards.js';
import { UsageError } from '../../src/shared/errors.js';
import { CC, CHECK, withoutCompiler } from '../component/compilers.js';

const MiB = 1024 * 1024;
const board = findBoard('esp32-s3-n16r8');
const text = (files: ReturnType<typeof componentProject>, name: string): string =>
  new TextDecoder().decode(files.find((file) => file.path === name)?.bytes);

const project = (
  changed: Partial<Parameters<typeof componentProject>[0]> = {},
): ReturnType<typeof componentProject> =>
  componentProject({
    name: 'home-commands',
    board,
    package: new Uint8Array(1_000_001),
    prompt: 'lights on in the kitchen',
    library: Uint8Array.of(1, 2, 3),
    ...changed,
  });

interface Row {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

function rowsOf(csv: string): Row[] {
  return csv
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', , , offset, size] = line.split(',').map((field) => field.trim());
      return { name, offset: Number(offset), size: Number(size) };
    });
}

describe('a model in a firmware of somebody’s own', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'component-project-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('has library, package, table and steps with this model’s numbers', () => {
    const files = project();
    assert.deepEqual(
      files.map((file) => file.path),
      ['README.md', 'partitions.csv', 'esp32-llm.zip', 'home-commands.s3lm'],
    );
    const readme = text(files, 'README.md');
    assert.match(readme, /esptool --chip esp32s3 write-flash 0x200000 home-commands\.s3lm/);
    assert.match(readme, /S3LM_REQUEST_DEFAULT\("lights on in the kitchen"\)/);
  });

  test('the table has room for every package that the flash has room for, and no row covers another', () => {
    for (const flashBytes of [2, 4, 8, 16].map((size) => size * MiB)) {
      for (let bytes = 1; bytes <= flashBytes - MiB; bytes += 321_987) {
        const files = project({ board: { ...board, flashBytes }, package: new Uint8Array(bytes) });
        const rows = rowsOf(text(files, 'partitions.csv'));
        const model = rows.find(({ name }) => name === 'model');
        assert.ok(model !== undefined && model.size >= bytes, `${bytes} of ${flashBytes}`);
        for (const [index, { offset, size }] of rows.entries()) {
          assert.ok(offset + size <= (rows[index + 1]?.offset ?? flashBytes), `${bytes} of ${flashBytes}`);
          if (index >= 2) assert.equal(offset % 0x10000, 0);
        }
      }
    }
  });

  test('a package without room beside an application is refused', () => {
    assert.throws(
      () => componentPartition({ flashBytes: 4 * MiB }, 3 * MiB + 1),
      (error) => error instanceof UsageError && /no room for a package of 3\.00 MB/.test(error.message),
    );
  });

  const PROMPTS = ['plain', 'say "hi"\\', 'what??/ now??!', 'tab\t\u001b[2J\u202e', '灯 ¿qué? 😀', ''];
  test('the call compiles against the library, whatever the text is', { skip: withoutCompiler }, async () => {
    const library = path.join(folder, 'esp32-llm');
    await writeComponent(library);
    for (const [index, prompt] of PROMPTS.entries()) {
      const readme = text(project({ prompt }), 'README.md');
      const [, code = ''] = /```c\n([^]*?)```/.exec(readme) ?? [];
      assert.match(code, /s3lm_generate/);
      const file = path.join(folder, `call-${index}.c`);
      await writeFile(file, code);
      const includes = [
        path.join(library, 'src'),
        path.join(CHECK, 'standin'),
        path.join(CHECK, 'standin/libc'),
      ].flatMap((place) => ['-I', place]);
      const flags = ['-std=c11', '-Wall', '-Wextra', '-Wno-unused-parameter', '-Werror', '-fsyntax-only'];
      const { status, stderr } = spawnSync(CC, [...flags, ...includes, file], { encoding: 'utf8' });
      assert.equal(status, 0, `${prompt}: ${stderr}`);
    }
  });
});
