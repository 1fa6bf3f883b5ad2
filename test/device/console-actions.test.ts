/** The board's application, compiled for this machine, tells a program and the twin's board alike what answers do. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ConsoleClient, type ConsoleAction } from '../../src/device/console-client.js';
import { readActionCard } from '../../src/input/action-card.js';
import { convert } from '../../src/pipeline/convert.js';
import { findBoard } from '../../src/plan/boards.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { boot, generated, imageOf } from '../support/emulated-board.js';
import { testRuntime } from '../support/runtime.js';
import { ProgramBoard, buildConsoleProgram } from './console-program.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const BOARD = 'esp32-s3-n16r8';
const WIRING = JSON.stringify({
  version: 1,
  outputs: [
    { name: 'kitchen lamp', pin: 5, part: 'lamp', place: 'kitchen' },
    { name: 'study lamp', kind: 'dimmer', pin: 6, part: 'lamp', place: 'study' },
    { name: 'blinds', kind: 'servo', pin: 7, part: 'blinds' },
    { name: 'hall = lamp', kind: 'light', pin: 8, part: 'lamp', place: 'hall' },
  ],
  inputs: [{ name: 'door', pin: 4, pull: 'up', part: 'door', low: 'closed', high: 'open' }],
  rules: [{ when: '*sleep*', output: 'study lamp', set: 'off' }],
});
const PROMPTS = [
  'turn on the light in the kitchen',
  'set the study lamp to 40%',
  'make the hall lamp blue',
  'open the blinds',
  'is the door open?',
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
    const model = await nodeFolder(SAMPLE);
    const card = await readActionCard(model);
    // As little SRAM as the host's board has.
    const board = findBoard(BOARD);
    const small = { ...board, chip: { ...board.chip, firmwareSramBytes: 180 * 1024 } };
    const options = { board: small, context: 128, report: false, actions: { wiring: WIRING, card } };
    const made = await convert(model, options, await testRuntime()).finally(() => model.close());
    assert.ok(made.package !== null);
    bytes = made.package;
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
    assert.ok(
      said.some((line) => line.startsWith('planned kitchen lamp')),
      said.join('\n'),
    );
    assert.ok(ours.length > 8);
    const theirs: ConsoleAction[] = [];
    const board = await boot(await imageOf(bytes, BOARD), BOARD, {
      onAction: (action) => theirs.push(action),
    });
    await ask(board.client).finally(() => board.device.close());
    assert.deepEqual(theirs, ours);
  });
});
