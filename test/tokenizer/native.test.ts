/** The C tokenizer outside WebAssembly, under address and undefined-behavior sanitizers, where a C compiler is there. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { chatFromTemplate } from '../../src/tokenizer/chat.js';
import { parseTokenizer } from '../../src/tokenizer/parse.js';
import { readFamilies } from './families.js';
import { definition, fixtureJson, fixtureNames, openJson } from './fixtures.js';

const run = promisify(execFile);
const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ENGINE = at('../../device-runtime/engine/');
const FIXTURES = at('../fixtures/tokenizers/');
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
/** Mutated sections in a normal run; TOKENIZER_FUZZ sets more. */
const ROUNDS = process.env['TOKENIZER_FUZZ'] ?? '2000';

async function compiler(): Promise<string | null> {
  for (const name of [process.env['CC'], 'cc', 'clang', 'gcc']) {
    if (name === undefined) continue;
    const works = await run(name, ['--version']).then(
      () => true,
      () => false,
    );
    if (works) return name;
  }
  return null;
}

const cc = await compiler();

describe('natively', { skip: cc === null ? 'no C compiler' : false }, () => {
  let folder = '';
  let program = '';
  const sections: string[] = [];
  /** Sections with machines and other parts. */
  const withParts: string[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tokenizer-'));
    program = path.join(folder, 'native');
    const sources = (await readdir(ENGINE)).filter((name) =>
      /^(tokenizer.*|unicode.*|float64|chat)\.c$/u.test(name),
    );
    const flags = ['-std=c11', '-O1', '-g', '-Wall', '-Wextra', '-Werror', ...SANITIZERS];
    await run(cc as string, [
      ...flags,
      at('native.c'),
      ...sources.map((name) => ENGINE + name),
      '-o',
      program,
    ]);
    for (const name of await fixtureNames()) {
      const tables = await parseTokenizer(definition(await fixtureJson(name)), null);
      const file = path.join(folder, `${name}.tokn`);
      await writeFile(file, tables.section);
      sections.push(file);
    }
    for (const [number, { json }] of (await readFamilies()).families.entries()) {
      const file = path.join(folder, `family-${number}.tokn`);
      await writeFile(file, (await parseTokenizer(definition(json), null)).section);
      withParts.push(file);
    }
    await writeFile(path.join(folder, 'corpus'), gunzipSync(await readFile(`${FIXTURES}corpus.bin.gz`)));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('gives the same ids, and says when memory is short', async () => {
    for (const section of sections) {
      const expected = section.replace('.tokn', '.bin');
      await writeFile(expected, gunzipSync(await readFile(`${FIXTURES}${path.basename(expected)}.gz`)));
      await run(program, ['check', section, path.join(folder, 'corpus'), expected]);
    }
  });

  it('adds and compares 64-bit floats as the machine does', async () => {
    await run(program, ['sums', '1000000', '1']);
  });

  it('survives broken tokenizer tables', async () => {
    for (const files of [sections, withParts]) {
      const { stdout } = await run(program, ['fuzz', ROUNDS, '1', ...files]);
      assert.match(stdout, /sections/u);
    }
  });

  it('survives broken chat pieces', async () => {
    const tokenizer = await openJson(await fixtureJson('llama-legacy'));
    const template =
      '{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</s>{% endfor %}{% if add_generation_prompt %}<A>{% endif %}';
    const { pieces } = chatFromTemplate(template, null, tokenizer);
    assert.ok(pieces);
    const file = path.join(folder, 'chat');
    await writeFile(file, pieces.section);
    const tables = sections.find((name) => name.includes('llama-legacy')) as string;
    const { stdout } = await run(program, ['fuzz-chat', ROUNDS, '1', tables, file]);
    assert.match(stdout, /chat sections/u);
  });
});
