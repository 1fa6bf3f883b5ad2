/** Every command that a document tells is one that this repository has: the program's, read by its own reader, npm's and scripts'. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../scripts/lib/run.mjs';
import { COMMAND_OPTIONS, parseCommandLine } from '../../src/cli/arguments.js';
import { TOPICS, type Topic } from '../../src/cli/help/topics.js';
import { blocks, documents } from '../support/documents.js';
import { shellWords } from '../support/shell-words.js';

const NAMES = Object.keys(TOPICS);

/** Options that stand in every command. */
const EVERYWHERE = ['help', 'version'];

/** Commands of a document's blocks, continued lines in one. */
function commandsOf(text: string): string[] {
  return blocks(text, 'sh')
    .flatMap((block) => block.replace(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Why a command cannot be, `null` where it can or is somebody else's. */
async function fault(command: string, scripts: ReadonlySet<string>): Promise<string | null> {
  const [program, first = '', ...rest] = shellWords(command);
  if (program === 'npx' && first === 'esp32-llm-converter') return unread(rest);
  if (program === 'esp32-llm-converter') return unread([first, ...rest]);
  if (program === 'node' && /^dist\/cli\.js$/.test(first)) return unread(rest);
  if (program === 'node' && /^(scripts|bench|device-runtime)\//.test(first))
    return existsSync(path.join(ROOT, first)) ? null : `there is no ${first}`;
  if (program !== 'npm') return null;
  const name = first === 'run' ? rest[0] : ['start', 'test'].includes(first) ? first : undefined;
  return name === undefined || scripts.has(name) ? null : `package.json has no ${name}`;
}

function unread(argv: readonly string[]): string | null {
  try {
    parseCommandLine(argv);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function npmScripts(): Promise<Set<string>> {
  const { scripts } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return new Set(Object.keys(scripts));
}

test('commands in documents are read by the program, or are scripts that there are', async () => {
  const scripts = await npmScripts();
  const faults: string[] = [];
  let count = 0;
  for (const { name, text } of await documents()) {
    for (const command of commandsOf(text)) {
      count += 1;
      const found = await fault(command, scripts);
      if (found !== null) faults.push(`${name}: ${command}: ${found}`);
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(count > 20, `only ${count} commands`);
});

test('options that a document tells of a command are options of it', async () => {
  const faults: string[] = [];
  let count = 0;
  for (const { name, text } of await documents()) {
    // What was new when it was written may be old by now.
    if (name === 'CHANGELOG.md') continue;
    for (const [, span = ''] of text.matchAll(/`([^`\n]+)`/g)) {
      const command = span.replace(/^(npx )?esp32-llm-converter /, '').split(' ')[0] ?? '';
      if (!NAMES.includes(command)) continue;
      count += 1;
      const known = [...Object.keys(COMMAND_OPTIONS[command as Topic]), ...EVERYWHERE];
      for (const [, option = ''] of span.matchAll(/(?:^|\s)--([a-z][a-z-]*)/g))
        if (!known.includes(option)) faults.push(`${name}: ${span}: ${command} has no --${option}`);
    }
  }
  assert.deepEqual(faults, []);
  assert.ok(count > 12, `only ${count} commands`);
});

test('a wrong command is found', async () => {
  const scripts = await npmScripts();
  for (const command of [
    'esp32-llm-converter convert model',
    'npx esp32-llm-converter convert model -o a.bin --boards x',
    'node dist/cli.js toast',
    'npm run nothing',
    'node scripts/nothing.mjs',
  ])
    assert.notEqual(await fault(command, scripts), null, command);
  for (const command of ['npm start', 'esptool --chip esp32s3', 'node dist/cli.js help boards  # all'])
    assert.equal(await fault(command, scripts), null, command);
});

test('options that the teacher’s guide lists are options of kit', async () => {
  const guide = (await documents()).find(({ name }) => name === 'docs/teaching.md');
  const listed = [...(guide?.text ?? '').matchAll(/^\| `--([a-z-]+) /gm)].map(([, option]) => option);
  assert.ok(listed.length >= 4);
  for (const option of listed) assert.ok(Object.hasOwn(COMMAND_OPTIONS.kit, option ?? ''), option);
});
