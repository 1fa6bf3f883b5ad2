/** Help: every option that is read is told, every example is read, every board is named. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMAND_OPTIONS, parseCommandLine } from '../../src/cli/arguments.js';
import { helpLines } from '../../src/cli/help/render.js';
import { TOPICS, type Topic } from '../../src/cli/help/topics.js';
import { BOARDS, DEFAULT_BOARD_ID } from '../../src/plan/boards.js';
import { plainLine } from '../../src/shared/toned-text.js';
import { cli } from '../support/cli.js';
import { shellWords } from '../support/shell-words.js';

const NAMES = Object.keys(TOPICS) as Topic[];

/** Options that a help text names as its own. */
function told(name: Topic): string[] {
  const options = TOPICS[name].groups.flatMap((group) => group.options.map(([option]) => option));
  return options.flatMap((option) => [...option.matchAll(/--([a-z-]+)/g)].map(([, word]) => word ?? ''));
}

function text(topic: Topic | 'boards' | null, columns = 100): string {
  return helpLines({ topic, program: 'esp32-llm-converter', columns }).map(plainLine).join('\n');
}

describe('help', () => {
  for (const name of NAMES) {
    it(`tells every option of ${name}, and none that is not read`, () => {
      assert.deepEqual(told(name).sort(), Object.keys(COMMAND_OPTIONS[name]).sort());
    });

    it(`has examples of ${name} that are read`, () => {
      assert.ok(TOPICS[name].examples.length > 0);
      for (const [command] of TOPICS[name].examples) {
        // A graph is another request of the same command.
        const { command: read } = parseCommandLine(shellWords(command));
        assert.equal(read === 'tflite' ? 'convert' : read, name, command);
      }
    });
  }

  it('names every board that an image can be made for, and says why others are not', () => {
    for (const { id, refused } of BOARDS) {
      for (const topic of ['convert', 'kit'] as const)
        assert.equal(new RegExp(`(^|\\s)${id}(\\s|$)`, 'm').test(text(topic)), refused === null, id);
      assert.ok(text('boards').includes(refused?.slice(0, 30) ?? id), id);
    }
    assert.match(text('boards'), new RegExp(`${DEFAULT_BOARD_ID} .*\\(default\\)`));
  });

  for (const columns of [60, 80, 100, 120]) {
    it(`stays inside ${columns} columns but for what is copied`, () => {
      for (const topic of [null, 'boards', ...NAMES] as const) {
        const prose = text(topic, columns)
          .split('\n')
          .filter((line) => !/^ {2}(esp32-llm-converter |#|--|[a-z0-9-]+ +\d+ MB)/.test(line));
        const widest = Math.max(...prose.map((line) => line.length));
        assert.ok(
          widest <= columns,
          `${String(topic)}: ${prose.find((line) => line.length > columns) ?? ''}`,
        );
      }
    });
  }

  it('is short for all commands, and whole for one', async () => {
    const all = (await cli('--help')).stdout;
    assert.ok(all.split('\n').length <= 30, `${all.split('\n').length} lines`);
    for (const name of NAMES) {
      assert.match(all, new RegExp(`^ {2}${name} `, 'm'));
      const [after, before] = [await cli(name, '--help'), await cli('help', name)];
      assert.deepEqual([after.code, after.stdout], [0, before.stdout]);
      assert.match(after.stdout, new RegExp(`^ {2}esp32-llm-converter ${name} `));
      assert.match(after.stdout, /^Examples$/m);
    }
    assert.notEqual((await cli('kit', '--help')).stdout, (await cli('convert', '--help')).stdout);
    assert.match((await cli('help', 'boards')).stdout, /xiao-esp32s3 +8 MB flash, 8 MB octal PSRAM/);
  });

  it('refuses what there is no help about', async () => {
    for (const argv of [
      ['help', 'toast'],
      ['help', 'convert', 'run'],
      ['help', 'constructor'],
    ]) {
      const { code, stderr } = await cli(...argv);
      assert.equal(code, 2);
      assert.match(stderr, /^Error: There is help about convert, run, inspect, kit, selftest and boards\./);
    }
  });
});
