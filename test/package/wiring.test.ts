/** Wirings: what is refused before an image is made, and what the section says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { lightOf, whyReserved } from '../../src/chips/pins.js';
import { readActionCard, type ActionCard } from '../../src/input/action-card.js';
import { actionsSection } from '../../src/package/actions.js';
import { readWiring, type Wiring } from '../../src/package/wiring.js';
import { BOARDS, findBoard } from '../../src/plan/boards.js';
import { ACTIONS, ACTION_CHANGE } from '../../src/schema/actions.js';
import { layoutBytes, readLayout, type Layout, type LayoutValues } from '../../src/schema/console.js';
import { FormatError } from '../../src/shared/errors.js';
import { nodeFolder } from '../../src/source/node-folder.js';

const SAMPLE = fileURLToPath(new URL('../../models/home-commands', import.meta.url));
const BOARD = findBoard('devkitc-1-n8r8');

const read = (file: unknown, card: ActionCard | null = null, board = BOARD): Wiring =>
  readWiring(typeof file === 'string' ? file : JSON.stringify(file), card, board);
const withOutput = (output: object): Wiring =>
  read({ version: 1, outputs: [{ name: 'x', pin: 5, ...output }] });

function assertRefused(make: () => unknown, problem: RegExp): void {
  assert.throws(make, (error) => error instanceof FormatError && problem.test(error.message));
}

describe('pins', () => {
  it('of flash, PSRAM, USB, console and straps are refused with the reason', () => {
    for (const [pin, reason] of [
      [0, /strapping/],
      [3, /strapping/],
      [19, /USB/],
      [20, /USB/],
      [22, /does not exist/],
      [27, /flash/],
      [33, /octal PSRAM/],
      [43, /console/],
      [45, /strapping/],
      [46, /strapping/],
      [49, /does not exist/],
      [-1, /does not exist/],
      [5.5, /does not exist/],
    ] as const) {
      assertRefused(() => withOutput({ pin }), new RegExp(`GPIO ${pin} .*${reason.source}`));
      assertRefused(() => read({ version: 1, inputs: [{ name: 'x', pin }] }), reason);
    }
    assert.equal(whyReserved(33, { ...BOARD, psramKind: 'quad' }), null);
    assert.equal(withOutput({ pin: 48 }).outputs[0]?.pin, 48);
  });

  it('are those that the firmware refuses', () => {
    const source = readFileSync(
      new URL('../../device-runtime/boards/esp32s3/pins.c', import.meta.url),
      'utf8',
    );
    const mask = (name: string): number => {
      const [, text = ''] = new RegExp(`#define ${name} \\((.*)\\)\\n`).exec(source) ?? [];
      return text.split('|').reduce((bits, part) => {
        const [, first = '0', less = '0'] = /BIT\((\d+)(?: - (\d+))?\)/.exec(part) ?? [];
        const [, count, shift] = /(0x1F|~0)u << (\d+)/.exec(part) ?? [];
        if (shift !== undefined) return bits | ((count === '~0' ? -1 : 0x1f) << Number(shift));
        return bits | (1 << (Number(first) - Number(less)));
      }, 0);
    };
    const [low, high, octal] = [mask('NEVER_FREE'), mask('NEVER_FREE_HIGH'), mask('OCTAL_HIGH')];
    for (let pin = 0; pin < 49; pin++) {
      for (const kind of ['none', 'quad', 'octal'] as const) {
        const bits = pin < 32 ? low : kind === 'octal' ? high | octal : high;
        assert.equal(
          whyReserved(pin, { ...BOARD, psramKind: kind }) !== null,
          ((bits >>> (pin % 32)) & 1) === 1,
          `GPIO ${pin}, ${kind}`,
        );
      }
    }
  });

  it('are each used once', () => {
    assertRefused(
      () => read({ version: 1, outputs: [{ name: 'a', pin: 5 }], inputs: [{ name: 'b', pin: 5 }] }),
      /GPIO 5 is a/,
    );
  });

  it('of lights are those of known boards, and free', () => {
    for (const board of BOARDS) {
      const light = lightOf(board);
      for (const pin of light === null ? [] : [light.pin, light.olderPin ?? light.pin])
        assert.equal(whyReserved(pin, board), null, board.id);
    }
    assert.deepEqual(
      read({ version: 1, outputs: [{ name: 'a', pin: 'light' }] }).outputs.map(({ pin, kind }) => [
        pin,
        kind,
      ]),
      [[38, 'light']],
    );
    assertRefused(
      () => read({ version: 1, outputs: [{ name: 'a', pin: 'light' }] }, null, findBoard('xiao-esp32s3')),
      /no light of Seeed/,
    );
  });
});

describe('wirings', () => {
  for (const [file, problem] of [
    ['{', /valid JSON/],
    [[], /the file is not an object/],
    [{ version: 2 }, /version/],
    [{ version: 1, more: 1 }, /more/],
    [{ version: 1, outputs: [{ pin: 5 }] }, /outputs\[0\]\.name/],
    [{ version: 1, outputs: [{ name: 'a\n', pin: 5 }] }, /name/],
    [
      {
        version: 1,
        outputs: [
          { name: 'a', pin: 5 },
          { name: 'a', pin: 6 },
        ],
      },
      /"a" is there twice/,
    ],
    [{ version: 1, outputs: [{ name: 'a', pin: 5, kind: 'motor' }] }, /one of switch, dimmer, servo, light/],
    [{ version: 1, outputs: [{ name: 'a', pin: 5, kind: 'servo', on: 181 }] }, /0 to 180/],
    [{ version: 1, outputs: [{ name: 'a', pin: 5, kind: 'servo', shortest: 2400 }] }, /longest/],
    [{ version: 1, outputs: [{ name: 'a', pin: 5, kind: 'light', on: 'red' }] }, /#RRGGBB/],
    [{ version: 1, outputs: [{ name: 'a', pin: 5, part: 'lamp' }] }, /no action card/],
    [
      {
        version: 1,
        outputs: Array.from({ length: 9 }, (_, n) => ({ name: `d${n}`, kind: 'dimmer', pin: 4 + n })),
      },
      /at most 8/,
    ],
    [{ version: 1, outputs: Array.from({ length: 33 }, () => ({})) }, /at most 32/],
    [{ version: 1, rules: [{ when: 'a', output: 'b', set: 'on' }] }, /the name of an output/],
    [{ version: 1, colours: { red: '#12' } }, /colours\.red/],
  ] as const) {
    it(`are refused: ${JSON.stringify(file).slice(0, 60)}`, () => {
      assertRefused(() => read(file), problem);
    });
  }
});

describe('the example of docs/actions.md', () => {
  it('is a wiring', async () => {
    const text = readFileSync(new URL('../../docs/actions.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n([^]*?)```/.exec(text) ?? [];
    const folder = await nodeFolder(SAMPLE);
    const card = await readActionCard(folder);
    await folder.close();
    const wiring = read(example, card);
    assert.equal(wiring.outputs.length, 4);
    assert.ok(actionsSection(wiring, card).length > 1000);
  });
});

describe('the section', () => {
  function table<L extends Layout>(
    bytes: Uint8Array,
    layout: L,
    at: number,
    count: number,
  ): [LayoutValues<L>[], number] {
    const view = new DataView(bytes.buffer);
    const size = layoutBytes(layout);
    return [
      Array.from({ length: count }, (_, index) => readLayout(layout, view, at + size * index)),
      at + size * count,
    ];
  }

  it('has what the card means for what is wired', async () => {
    const folder = await nodeFolder(SAMPLE);
    const card = await readActionCard(folder);
    await folder.close();
    const wiring = read(
      {
        version: 1,
        everywhere: 'all',
        outputs: [
          { name: 'lamp', pin: 5, part: 'lamp', place: 'kitchen' },
          { name: 'lock', pin: 6, part: 'door', does: { open: 'pulse' }, pulse: 900 },
        ],
        inputs: [{ name: 'sensor', pin: 7, part: 'door' }],
        rules: [{ when: '*panic*', output: 'lamp', set: 'toggle' }],
      },
      card,
    );
    const bytes = actionsSection(wiring, card);
    const view = new DataView(bytes.buffer);
    const header = readLayout(ACTIONS.header, view);
    let at = layoutBytes(ACTIONS.header);
    at += header.outputs * layoutBytes(ACTIONS.output) + header.inputs * layoutBytes(ACTIONS.input);
    const [rules, conditionsAt] = table(bytes, ACTIONS.rule, at, header.rules);
    const [conditions, effectsAt] = table(bytes, ACTIONS.condition, conditionsAt, header.conditions);
    const [effects, coloursAt] = table(bytes, ACTIONS.effect, effectsAt, header.effects);
    at = coloursAt + header.colours * layoutBytes(ACTIONS.colour);
    assert.equal(at + header.textBytes, bytes.length);
    const text = (reference: number): string | null =>
      reference === 0xffff
        ? null
        : new TextDecoder().decode(
            bytes.subarray(at + reference + 1, at + reference + 1 + (bytes[at + reference] ?? 0)),
          );
    assert.deepEqual(
      [text(header.place), text(header.everywhere), text(header.delay)],
      ['room', 'all', 'in'],
    );
    const said = rules.map((rule) => ({
      when: conditions
        .slice(rule.firstCondition, rule.firstCondition + rule.conditions)
        .map(({ key, value }) => `${text(key) ?? '*'}=${text(value) ?? ''}`)
        .join(' '),
      does: effects
        .slice(rule.firstEffect, rule.firstEffect + rule.effects)
        .map(({ change, target, place, from, value }) => [change, target, text(place), text(from), value]),
    }));
    const of = (when: string): unknown => said.find((one) => one.when === when)?.does;
    assert.deepEqual(said[0], { when: '*=*panic*', does: [[ACTION_CHANGE.toggle, 0, null, null, 0]] });
    assert.deepEqual(of('do=on dev=lamp'), [[ACTION_CHANGE.on, 0, 'kitchen', null, 0]]);
    assert.deepEqual(of('do=set dev=lamp'), [[ACTION_CHANGE.from, 0, 'kitchen', 'val', 0]]);
    assert.deepEqual(of('do=open dev=door'), [[ACTION_CHANGE.pulse, 1, null, null, 900]]);
    assert.deepEqual(of('do=unlock dev=door'), [[ACTION_CHANGE.off, 1, null, null, 0]]);
    assert.deepEqual(of('do=get dev=door'), [
      [ACTION_CHANGE.ask, 1, null, null, 0],
      [ACTION_CHANGE.read, 0, null, null, 0],
    ]);
    // Rules that do nothing keep later ones from acting; behind the last that does something there are none.
    assert.deepEqual(of('do=on dev=fan'), []);
    assert.notDeepEqual(said.at(-1)?.does, []);
  });
});
