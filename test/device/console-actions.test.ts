/** The board's application, compiled for this machine, tells a program and the twin's board alike what answers do. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ConsoleClient, type ConsoleAction } from '../../src/device/console-client.js';
import { boot, generated, imageOf } from '../support/emulated-board.js';
import { ACTING_BOARD, actingPackage } from './acting-package.js';
import { ProgramBoard, buildConsoleProgram } from './console-program.js';

const PROMPTS = [
  'turn on the light in the kitchen',
  'set the study lamp to 40%',
  'make the hall lamp blue',
  'open the blinds',
  'is the door open?',
  'what is the temperature?',
  'turn off the lamp in 5 minutes',
  'set the study lamp to 23 degrees',
  'do you sleep?',
  'turn off all the lamps',
];
const unavailable = await buildConsoleProgram();

describe('actions', { skip: unavailable ?? false }, () => {
  let folder: string;
  let file: string;
  let bytes: Uint8Array;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actions-'));
    file = join(folder, 'actions.s3lm');
    bytes = await actingPackage();
    await writeFile(file, bytes);
  });
  after(() => rm(folder, { recursive: true }));

  async function ask(client: ConsoleClient): Promise<void> {
    for (const prompt of PROMPTS)
      await generated(client, { prompt, mode: 'first-turn', temperature: 0, maxNewTokens: 40 });
    client.close();
  }

  it('are told by the host program as by the emulated board', async () => {
    const ours: ConsoleAction[] = [];
    const host = new ProgramBoard([file], {});
    const client = await ConsoleClient.connect(host, { onAction: (action) => ours.push(action) });
    await ask(client).finally(() => host.close());
    const said = ours.map(({ told: what, name, text, pin }) => `${what} ${name} ${text} ${pin}`);
    assert.deepEqual(said.slice(0, 4), [
      'done kitchen lamp on 5',
      'done study lamp 40 % 6',
      'done hall = lamp #0000ff 8',
      'done blinds 90 degrees 7',
    ]);
    assert.ok(said.includes('read door open 4'), said.join('\n'));
    assert.ok(said.includes('read chip 35 °C null'), said.join('\n'));
    assert.equal(ours.find(({ kind }) => kind === 'temperature')?.value, 35);
    assert.ok(
      said.some((line) => line.startsWith('planned kitchen lamp')),
      said.join('\n'),
    );
    assert.ok(ours.length > 8);
    const theirs: ConsoleAction[] = [];
    const board = await boot(await imageOf(bytes, ACTING_BOARD), ACTING_BOARD, {
      onAction: (action) => theirs.push(action),
    });
    await ask(board.client).finally(() => board.device.close());
    assert.deepEqual(theirs, ours);
  });
});
