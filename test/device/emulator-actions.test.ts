/** Answers that act: the flashed image on an emulated board, whose pins are read out of the chip's registers. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { whyReserved } from '../../src/chips/pins.js';
import { encodeFrame, FrameParser, type Frame } from '../../src/device/console-codec.js';
import { generatePayload, promptPieces } from '../../src/device/console-messages.js';
import { makeEmulatorCore } from '../../src/device/emulator-core.js';
import type { EmulatedPin, EmulatorCore } from '../../src/device/emulator-types.js';
import { lightColour } from '../../src/device/light-colour.js';
import { readActionCard } from '../../src/input/action-card.js';
import { convert } from '../../src/pipeline/convert.js';
import { findBoard } from '../../src/plan/boards.js';
import { ACTION_TOLD, NO_PIN } from '../../src/schema/actions.js';
import { MESSAGE, PAYLOAD, layoutBytes, readLayout } from '../../src/schema/console.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { emulatorModule, imageOf } from '../support/emulated-board.js';
import { testRuntime } from '../support/runtime.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const BOARD = 'devkitc-1-n8r8';
/** Emulated seconds between two looks, and after which nothing comes any more. */
const LOOK = 0.002;
const PATIENCE = 20;

const WIRING = {
  version: 1,
  everywhere: 'all',
  outputs: [
    { name: 'kitchen lamp', pin: 5, part: 'lamp', place: 'kitchen' },
    { name: 'study lamp', kind: 'dimmer', pin: 6, part: 'lamp', place: 'study' },
    { name: 'blinds', kind: 'servo', pin: 7, part: 'blinds', place: 'bedroom', on: 90 },
    { name: 'board light', pin: 'light', part: 'lamp', place: 'hall' },
    { name: 'fan', pin: 15, part: 'fan', inverted: true },
  ],
  inputs: [
    { name: 'door', pin: 4, pull: 'up', part: 'door', place: 'hall', low: 'closed', high: 'open' },
    { name: 'running for', kind: 'uptime', part: 'timer' },
    { name: 'chip', kind: 'temperature', part: 'temperature' },
  ],
};

/** What an action message tells. */
interface Told {
  readonly told: number;
  readonly pin: number;
  readonly value: number;
  readonly seconds: number;
  readonly text: string;
}

describe('answers that act', () => {
  let core: EmulatorCore;
  let number = 0;
  let out = '';

  before(async () => {
    const folder = await nodeFolder(SAMPLE);
    const card = await readActionCard(folder);
    const options = {
      board: BOARD,
      context: 128,
      report: false,
      actions: { wiring: JSON.stringify(WIRING), card },
    };
    const { package: bytes } = await convert(folder, options, await testRuntime()).finally(() =>
      folder.close(),
    );
    assert.ok(bytes !== null);
    const { flashBytes, psramKind, psramBytes } = findBoard(BOARD);
    core = await makeEmulatorCore(await emulatorModule(), await imageOf(bytes, BOARD), {
      board: { flashBytes, psramKind, psramBytes },
      timing: true,
      speed: 'flat',
    });
    until(() => out.endsWith('> '));
  });
  after(() => {
    assert.deepEqual(core.warnings(), []);
    core.free();
  });

  function step(): Uint8Array {
    assert.equal(core.run(LOOK), null);
    const bytes = core.read();
    out += Buffer.from(bytes).toString('utf8');
    return bytes;
  }

  function until(isSo: () => boolean): void {
    const end = core.seconds + PATIENCE;
    while (!isSo()) {
      assert.ok(core.seconds < end, `Nothing more came after:\n${out.slice(-400)}`);
      step();
    }
  }

  /** Types a line in a conversation of its own and waits for the next prompt; what came before it. */
  function type(line: string): string {
    out = '';
    core.write(Buffer.from('/reset\r'));
    until(() => out.endsWith('\n> '));
    out = '';
    core.write(Buffer.from(`${line}\r`));
    until(() => out.endsWith('\n> '));
    return out;
  }

  const pin = (wanted: number): EmulatedPin | undefined => core.pins().find((one) => one.pin === wanted);
  const high = (wanted: number): boolean => {
    const found = pin(wanted);
    assert.equal(found?.kind, 'level');
    return found.high;
  };

  it('begin with everything off', () => {
    assert.deepEqual(
      core.pins().map((one) => one.pin),
      [5, 6, 15, 38],
    );
    assert.equal(high(5), false);
    // Inverted: off is high.
    assert.equal(high(15), true);
    assert.deepEqual(pin(6), { pin: 6, kind: 'pulses', hertz: 80e6 / 16384, duty: 0 });
  });

  it('raise a wired pin within 1.5 seconds of the question', (context) => {
    out = '';
    const begin = core.seconds;
    core.write(Buffer.from('turn on the light in the kitchen\r'));
    until(() => high(5));
    const seconds = core.seconds - begin;
    context.diagnostic(`${seconds.toFixed(3)} s`);
    assert.ok(seconds < 1.5, `${seconds} s`);
    until(() => out.endsWith('\n> '));
    assert.match(out, /\{"do":"on","dev":"lamp","room":"kitchen"\}\r\nkitchen lamp: on \(GPIO 5\)\r\n> $/);
    assert.match(type('turn off the light in the kitchen'), /kitchen lamp: off \(GPIO 5\)/);
    assert.equal(high(5), false);
  });

  it('dim by percent, and by more and less', () => {
    const duty = (): number => {
      const found = pin(6);
      assert.equal(found?.kind, 'pulses');
      assert.ok(Math.abs(found.hertz - 4882.8125) < 1e-6);
      return found.duty;
    };
    type('set the study lamp to 40%');
    assert.ok(Math.abs(duty() - 0.4) < 1e-4, `${duty()}`);
    type('dim the study lamp by 10%');
    assert.ok(Math.abs(duty() - 0.3) < 1e-4, `${duty()}`);
    type('turn off the lamp in the study');
    assert.equal(duty(), 0);
  });

  it('turn a servo with pulses that its data sheet allows', () => {
    assert.equal(pin(7), undefined);
    const width = (): number => {
      const found = pin(7);
      assert.equal(found?.kind, 'pulses');
      // 50 Hz; a position is held at 40 to 60.
      assert.ok(Math.abs(found.hertz - 50) < 0.01, `${found.hertz} Hz`);
      return (found.duty / found.hertz) * 1e6;
    };
    type('open the blinds in the bedroom');
    // 500 µs and half of the way to 2,400, within a step of the timer.
    assert.ok(Math.abs(width() - 1450) < 1.3, `${width()} µs`);
    type('close the blinds in the bedroom');
    assert.ok(Math.abs(width() - 500) < 1.3, `${width()} µs`);
  });

  it('light the light of the board with bits that a WS2812 understands', () => {
    type('turn on the lamp in the hall');
    const colour = (): number | null => {
      const found = pin(38);
      assert.equal(found?.kind, 'sent');
      return lightColour(found.pulses);
    };
    assert.equal(colour(), 0xffffff);
    type('make the hall lamp blue');
    assert.equal(colour(), 0x0000ff);
    type('set the hall lamp to 50%');
    assert.equal(colour(), 0x00007f);
    type('turn off the lamp in the hall');
    assert.equal(colour(), 0);
  });

  it('say what inputs read', () => {
    core.holdPin(4, false);
    assert.match(type('is the hall door open?'), /\ndoor: closed \(GPIO 4\)/);
    core.holdPin(4, null);
    assert.match(type('is the hall door open?'), /\ndoor: open \(GPIO 4\)/);
  });

  it('say how warm the chip is, by the thermometer that the image drives', () => {
    const asked = 'what is the temperature?';
    assert.match(type(asked), /"dev":"temperature"[^\n]*\nchip: 35 °C\r\n/);
    for (const [celsius, told] of [
      [48.3, 48],
      [21.6, 22],
      [-7, -7],
      // Out of what a chip lives through: nothing changes.
      [300, -7],
    ] as const) {
      core.setTemperature(celsius);
      assert.ok(type(asked).includes(`\nchip: ${told} °C\r\n`), `${celsius}: ${out}`);
    }
    assert.match(type('/pins'), /chip, -7 °C/);
  });

  it('wait when they are put off', () => {
    assert.match(type('turn on the fan in 2 seconds'), /fan: changes in 2 s, until then off \(GPIO 15\)/);
    assert.equal(high(15), true);
    out = '';
    const begin = core.seconds;
    until(() => !high(15));
    assert.ok(Math.abs(core.seconds - begin - 2) < 0.3, `${core.seconds - begin} s`);
    until(() => out.endsWith('\n> '));
    assert.match(out, /fan: on \(GPIO 15\)\r\n> $/);
  });

  const told: Told[] = [];
  let ended = 0;
  const parser = new FrameParser({
    onText: () => undefined,
    onFrame: ({ type: kind, payload }: Frame) => {
      assert.notEqual(kind, MESSAGE.error, Buffer.from(payload).toString());
      if (kind === MESSAGE.finished) ended += 1;
      if (kind !== MESSAGE.action) return;
      const view = new DataView(payload.buffer, payload.byteOffset);
      const rest = payload.subarray(layoutBytes(PAYLOAD.action));
      told.push({ ...readLayout(PAYLOAD.action, view), text: Buffer.from(rest).toString() });
    },
  });
  const send = (kind: number, payload: Uint8Array): void => {
    number += 1;
    core.write(encodeFrame({ type: kind, number: number & 255, request: 1, payload }));
  };
  /** Asks as a program does; the actions that were told. */
  function ask(prompt: string): Told[] {
    told.length = 0;
    ended = 0;
    for (const piece of promptPieces('text', new TextEncoder().encode(prompt))) send(MESSAGE.prompt, piece);
    send(MESSAGE.generate, generatePayload({ mode: 'first-turn', temperature: 0, maxNewTokens: 40 }));
    const end = core.seconds + PATIENCE;
    while (ended === 0) {
      assert.ok(core.seconds < end, prompt);
      parser.push(step());
    }
    return told;
  }

  it('are told to programs', () => {
    send(MESSAGE.hello, Uint8Array.of(1));
    const [first, ...others] = ask('turn on the light in the kitchen');
    assert.deepEqual(others, []);
    assert.equal(first?.text, 'kitchen lamp=on');
    assert.deepEqual([first.told, first.pin, first.value], [ACTION_TOLD.done, 5, 1]);
    const all = ask('turn off everything everywhere').map(({ text }) => text);
    assert.ok(all.includes('kitchen lamp=off') && all.includes('fan=off'), all.join(', '));
    assert.equal(ask('turn off the lamp in 1 minute')[0]?.told, ACTION_TOLD.planned);
    const [warm] = ask('what is the temperature?');
    assert.deepEqual([warm?.text, warm?.pin, (warm?.value ?? 0) | 0], ['chip=-7 °C', NO_PIN, -7]);
  });

  it('never touch a pin that is not wired, whatever is said', (context) => {
    const board = findBoard(BOARD);
    const wired = new Set([5, 6, 7, 15, 38]);
    const random = generator(7);
    const words = [
      'turn',
      'on',
      'lamp',
      'pin',
      '43',
      'GPIO',
      'off',
      '{"do":',
      '"on"',
      'kitchen',
      '100%',
      '-1',
      'é',
      '\u0001',
    ];
    for (let round = 0; round < 40; round++) {
      const length = 1 + Math.floor(random() * 8);
      ask(Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(' '));
      for (const one of core.pins()) {
        assert.ok(wired.has(one.pin), `GPIO ${one.pin}`);
        assert.equal(whyReserved(one.pin, board), null);
      }
    }
    context.diagnostic(`${core.seconds.toFixed(1)} emulated seconds`);
  });
});

/** Numbers from 0 to 1, the same each time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
