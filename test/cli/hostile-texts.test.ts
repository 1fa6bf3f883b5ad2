/** What a model's files say never commands the terminal that hears of it, whichever command reads them. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/cli/commands.js';
import { cli, type Outcome } from '../support/cli.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));

/** Kits carry it. */
const BUNDLE = fileURLToPath(new URL('../../dist/esp32-llm-converter.bundle.js', import.meta.url));

/** A title for the window, a cleared screen, an eight-bit introducer, reordered text, and a line of our own. */
const EVIL = '\u001b]0;PWNED\u0007\u001b[2J\u009b31m\u202e\u2066\r\u2028\nWrote everything.';

/** All that a terminal obeys. */
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

function harmless({ stdout, stderr }: Outcome): void {
  for (const text of [stdout, stderr]) {
    assert.doesNotMatch(text, OBEYED);
    assert.doesNotMatch(text, /^Wrote everything/m);
  }
}

/** The sample with one file changed. */
type Change = (folder: string) => Promise<void>;

async function edit(file: string, change: (json: Record<string, unknown>) => void): Promise<void> {
  const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  change(json);
  await writeFile(file, JSON.stringify(json));
}

async function addTensor(folder: string, name: string): Promise<void> {
  const file = join(folder, 'model.safetensors');
  const bytes = await readFile(file);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  const end = bytes.length - 8 - length;
  header[name] = { dtype: 'F32', shape: [1], data_offsets: [end, end + 4] };
  const text = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(text.length));
  await writeFile(file, Buffer.concat([head, text, bytes.subarray(8 + length), Buffer.alloc(4)]));
}

const CHANGES: Readonly<Record<string, Change>> = {
  'the name of a tensor': (folder) => addTensor(folder, `x${EVIL}`),
  'the reason of a template': (folder) =>
    writeFile(join(folder, 'chat_template.jinja'), `{{ raise_exception(${JSON.stringify(EVIL)}) }}`),
  'the type of the tokenizer': (folder) =>
    edit(join(folder, 'tokenizer.json'), (json) => {
      (json['model'] as Record<string, unknown>)['type'] = `B${EVIL}PE`;
    }),
  'an added token': (folder) =>
    edit(join(folder, 'tokenizer.json'), (json) => {
      (json['added_tokens'] as Record<string, unknown>[]).push({ id: 1e9, content: EVIL, special: true });
    }),
  'the architecture': (folder) =>
    edit(join(folder, 'config.json'), (json) =>
      Object.assign(json, { architectures: [EVIL], model_type: EVIL }),
    ),
  'the activation': (folder) =>
    edit(join(folder, 'config.json'), (json) => Object.assign(json, { hidden_act: EVIL })),
  'a field of the configuration': (folder) =>
    edit(join(folder, 'config.json'), (json) =>
      Object.assign(json, { rope_scaling: { rope_type: EVIL, [EVIL]: 1 } }),
    ),
  'a file that is no JSON': (folder) => writeFile(join(folder, 'config.json'), `{"${EVIL}`),
  'the licence': (folder) =>
    writeFile(join(folder, 'README.md'), `---\nlicense: ${JSON.stringify(EVIL)}\n---\n`),
  'a shard': (folder) =>
    rm(join(folder, 'model.safetensors')).then(() =>
      writeFile(
        join(folder, 'model.safetensors.index.json'),
        JSON.stringify({ weight_map: { [`t${EVIL}`]: `${EVIL}.safetensors` } }),
      ),
    ),
};

/** Those whose text is quoted to people. */
const TOLD = new Set([
  'the name of a tensor',
  'the reason of a template',
  'the type of the tokenizer',
  'the activation',
]);

describe('a model cannot command the terminal', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-hostile-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  for (const [what, change] of Object.entries(CHANGES)) {
    it(`by ${what}`, async () => {
      const model = join(folder, what);
      await cp(SAMPLE, model, { recursive: true });
      await change(model);
      const told = [
        await cli('inspect', model),
        await cli('inspect', model, '--json'),
        await cli('convert', model, '-o', join(folder, 'x.s3lm'), '--no-report'),
        await cli('run', model, '--ids', '1', '--tokens', '1'),
      ];
      for (const outcome of told) harmless(outcome);
      // People see what it tried.
      if (TOLD.has(what))
        assert.ok(told.some(({ stdout, stderr }) => `${stdout}${stderr}`.includes('\\u001b]0;PWNED')));
    });
  }

  it('by the name of its folder', async () => {
    const model = join(folder, 'm\u001b[2J\u202e\u009b');
    await cp(SAMPLE, model, { recursive: true });
    const file = join(folder, 'named.s3lm');
    harmless(await cli('convert', model, '-o', file, '--no-report', '--json'));
    harmless(await cli('inspect', file));
    // Boards write the name on whatever terminal listens to them: it is harmless in the package already.
    const { stdout } = await cli('inspect', file, '--json');
    const { metadata } = JSON.parse(stdout) as { metadata: Record<string, string> };
    assert.equal(metadata['name'], 'm\\u001b[2J\\u202e\\u009b');
  });

  it('by its name in a kit', { skip: existsSync(BUNDLE) ? false : 'needs npm run build' }, async () => {
    const kit = join(folder, 'kit');
    harmless(await cli('kit', SAMPLE, '-o', kit, '--name', 'm\u001b[2J\u202e', '--lang', 'es'));
    for (const name of ['index.html', 'help.html', 'README.txt', 'preset.json'])
      assert.doesNotMatch(await readFile(join(kit, name), 'utf8'), OBEYED, name);
  });

  it('by what it writes, and JSON says it exactly', async () => {
    const free = join(folder, 'free.s3lm');
    // With its grammar it would write none.
    assert.equal((await cli('convert', SAMPLE, '-o', free, '--no-report', '--no-grammar')).code, 0);
    const argv = [
      'run',
      free,
      '--ids',
      '1',
      '--tokens',
      '400',
      '--slide',
      '--temperature',
      '100',
      '--top-k',
      '0',
    ];
    const shown = await cli(...argv);
    assert.equal(shown.code, 0, shown.stderr);
    harmless(shown);
    const json = await cli(...argv, '--json');
    harmless(json);
    const { text } = JSON.parse(json.stdout) as { text: string };
    assert.match(text, OBEYED, 'the sample writes control characters at this temperature');
    const raw = await cli(...argv, '--raw');
    assert.equal(raw.stdout.trimEnd(), text.trimEnd());
    // Somebody at a terminal is not asked to trust it.
    let told = '';
    await main([...argv, '--raw'], {
      stdout: { isTTY: true, write: (piece) => (told += piece) },
      stderr: { write: () => undefined },
      signal: new AbortController().signal,
    });
    assert.doesNotMatch(told, OBEYED);
  });

  it('by the fields of a package', async () => {
    const file = join(folder, 'package.s3lm');
    assert.equal((await cli('convert', SAMPLE, '-o', file, '--no-report')).code, 0);
    const bytes = await readFile(file);
    const at = bytes.indexOf(`"${basename(SAMPLE)}"`);
    assert.ok(at > 0);
    // Controls cannot stand in JSON, those of eight bits and marks can: the same number of bytes.
    bytes.write('"\u009b2J\u202eabcdef"', at);
    await writeFile(file, bytes);
    for (const argv of [
      ['inspect', file],
      ['inspect', file, '--json'],
      ['run', file, '--ids', '1'],
    ])
      harmless(await cli(...argv));
  });
});
