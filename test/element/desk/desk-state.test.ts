/** What the drawn board shows: registers of an emulated chip, or what a real one tells; and the file that a person changes. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ConsoleAction } from '../../../src/device/console-types.js';
import type { EmulatedPin } from '../../../src/device/emulator-types.js';
import {
  emulatedThings,
  restingThings,
  toldThings,
  type DrawnThing,
  type ThingState,
} from '../../../src/element/desk/desk-state.js';
import {
  Draft,
  drawnHeader,
  OWN_INPUTS,
  ownInputsOf,
  thingsOf,
  wiringOf,
  wiringText,
} from '../../../src/element/desk/wired-things.js';
import { readActionCard, type ActionCard } from '../../../src/input/action-card.js';
import { readWiring, type Wiring } from '../../../src/package/wiring.js';
import { BOARDS, findBoard } from '../../../src/plan/boards.js';
import { nodeFolder } from '../../../src/source/node-folder.js';

const BOARD = findBoard('devkitc-1-n8r8');
const FILE = {
  version: 1,
  everywhere: 'all',
  outputs: [
    { name: 'lamp', pin: 5, part: 'lamp', place: 'kitchen' },
    { name: 'relay', pin: 9, part: 'plug', inverted: true },
    { name: 'dimmed', kind: 'dimmer', pin: 6, part: 'lamp', place: 'study' },
    { name: 'blinds', kind: 'servo', pin: 7, part: 'blinds', shortest: 1000, longest: 2000 },
    { name: 'light', pin: 'light', part: 'lamp', place: 'hall' },
  ],
  inputs: [
    { name: 'door', pin: 4, pull: 'up', part: 'door', low: 'closed', high: 'open' },
    { name: 'running', kind: 'uptime', part: 'timer' },
    { name: 'warm', kind: 'temperature', part: 'temperature' },
  ],
  rules: [{ when: '*sleep*', output: 'lamp', set: 'off' }],
};

let card: ActionCard;
let wiring: Wiring;

before(async () => {
  const found = await readActionCard(
    await nodeFolder(fileURLToPath(new URL('../../../models/home-commands', import.meta.url))),
  );
  assert.ok(found !== null);
  card = found;
  wiring = readWiring(JSON.stringify(FILE), card, BOARD);
});

function states(things: readonly DrawnThing[]): Record<string, ThingState> {
  return Object.fromEntries(things.map(({ name, state }) => [name, state]));
}

/** Bits of a WS2812 as the chip sends them. */
function sent(grb: number): EmulatedPin {
  const bits = Array.from({ length: 24 }, (_, index) => ((grb >> (23 - index)) & 1) === 1);
  const pulses = bits.flatMap((bit) => [[true, bit ? 800 : 400] as const, [false, bit ? 450 : 850] as const]);
  return { pin: 38, kind: 'sent', pulses };
}

describe('the board on the desk', () => {
  it('rests dark, with the contacts as they are pulled', () => {
    assert.deepEqual(states(restingThings(wiring)), {
      lamp: { kind: 'switch', level: 0 },
      relay: { kind: 'switch', level: 0 },
      dimmed: { kind: 'dimmer', level: 0 },
      blinds: { kind: 'servo', degrees: null },
      light: { kind: 'light', colour: 0 },
      door: { kind: 'level', high: true },
    });
  });

  it('follows the registers', () => {
    const pins: EmulatedPin[] = [
      { pin: 5, kind: 'level', high: true },
      { pin: 9, kind: 'level', high: false },
      { pin: 6, kind: 'pulses', hertz: 4883, duty: 0.4 },
      { pin: 7, kind: 'pulses', hertz: 50, duty: 0.075 },
      sent(0x40ff80),
    ];
    assert.deepEqual(states(emulatedThings(wiring, pins, new Map([[4, false]]))), {
      lamp: { kind: 'switch', level: 1 },
      // Its relay closes at low.
      relay: { kind: 'switch', level: 1 },
      dimmed: { kind: 'dimmer', level: 0.4 },
      blinds: { kind: 'servo', degrees: 90 },
      light: { kind: 'light', colour: 0xff4080 },
      door: { kind: 'level', high: false },
    });
    // Nothing is lit by what no light understands, or by a pin that something else drives.
    const others: EmulatedPin[] = [
      { pin: 38, kind: 'sent', pulses: [[true, 400]] },
      { pin: 5, kind: 'other', signal: 3 },
    ];
    const dark = states(emulatedThings(wiring, others, new Map()));
    assert.deepEqual(
      [dark['light'], dark['lamp']],
      [
        { kind: 'light', colour: 0 },
        { kind: 'switch', level: 0 },
      ],
    );
  });

  it('follows what a board tells, known or not', () => {
    const told = (
      name: string,
      kind: ConsoleAction['kind'],
      pin: number | null,
      value: number,
    ): ConsoleAction => ({
      told: 'done',
      kind,
      name,
      text: '',
      pin,
      value,
      seconds: 0,
    });
    const all = [
      told('lamp', 'switch', 5, 1),
      told('blinds', 'servo', 7, 45),
      told('other', 'dimmer', 12, 30),
      told('door', 'level', 4, 0),
      told('running', 'uptime', null, 12),
      told('warm', 'temperature', null, -3),
    ];
    const map = new Map(all.map((action) => [action.name, action]));
    const known = toldThings(wiring, map);
    assert.equal(known.find(({ name }) => name === 'lamp')?.part, 'lamp');
    assert.deepEqual(states(known)['dimmed'], { kind: 'dimmer', level: 0 });
    assert.deepEqual(states(toldThings(null, map)), {
      lamp: { kind: 'switch', level: 1 },
      blinds: { kind: 'servo', degrees: 45 },
      other: { kind: 'dimmer', level: 0.3 },
      door: { kind: 'level', high: false },
    });
  });

  it('has a header for every board, with free pins', () => {
    for (const board of BOARDS) {
      const { left, right } = drawnHeader(board);
      assert.ok(left.length + right.length > 10, board.id);
    }
  });
});

describe('a wiring that a person changes', () => {
  const draft = (): Draft => new Draft(JSON.stringify(FILE));
  const read = (text: string): Wiring => readWiring(text, card, BOARD);

  it('keeps what is not changed, and is read by the command line', () => {
    const moved = JSON.parse(draft().move('door', 10)) as typeof FILE;
    assert.deepEqual(moved, { ...FILE, inputs: [{ ...FILE.inputs[0], pin: 10 }, ...FILE.inputs.slice(1)] });
    assert.equal(read(draft().move('blinds', 21)).outputs[3]?.pin, 21);
    const added = read(draft().add('fan', { pin: 15, part: 'fan' }));
    const warm = read(draft().addInput('inside', { kind: 'temperature', part: OWN_INPUTS.temperature }));
    const { kind, pin, parts } = warm.inputs.at(-1) ?? {};
    assert.deepEqual([warm.inputs.length, kind, pin, parts], [4, 'temperature', null, ['temperature']]);
    assert.deepEqual([added.outputs.length, added.outputs.at(-1)?.parts], [6, ['fan']]);
  });

  it('forgets what another kind does not have, and rules of what is gone', () => {
    const dimmer = read(draft().retype('blinds', 'dimmer'));
    assert.deepEqual([dimmer.outputs[3]?.kind, dimmer.outputs[3]?.on], ['dimmer', 100]);
    const without = JSON.parse(draft().remove('lamp')) as Partial<typeof FILE>;
    assert.deepEqual([without.outputs?.length, without.rules], [4, undefined]);
  });

  it('is the model’s own until it is changed, and none where none is wanted', () => {
    const known = { actions: card, wiring: JSON.stringify(FILE) };
    assert.deepEqual(JSON.parse(wiringText(known, {}, BOARD) ?? ''), FILE);
    assert.equal(wiringText(known, { wiring: null }, BOARD), null);
    assert.equal(wiringText({ ...known, actions: null }, {}, BOARD), null);
    assert.ok(
      wiringOf(known, { wiring: '{"version":1,"outputs":[{"name":"x","pin":19}]}' }, BOARD) instanceof Error,
    );
    const things = thingsOf(card, 'all');
    assert.ok(things.some(({ part, place }) => part === 'lamp' && place === 'kitchen'));
    assert.ok(!things.some(({ place }) => place === 'all'));
    assert.deepEqual(ownInputsOf(card), ['temperature', 'uptime']);
    assert.deepEqual(ownInputsOf({ ...card, rules: [] }), []);
    // What is only asked for hangs on no output.
    assert.ok(!things.some(({ part }) => part === 'temperature'));
  });
});
