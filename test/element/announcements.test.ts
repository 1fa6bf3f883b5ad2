/** What screen readers are told while boards are reached, measured and flashed, sentence by sentence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlashPhase, FlashProgress } from '../../src/device/flash-progress.js';
import { PortError } from '../../src/device/port-session.js';
import { BoardTeller } from '../../src/element/board/board-teller.js';
import { DEFAULT_TALK, type BoardState } from '../../src/element/board/board-state.js';
import type { FlashState, FlashStep } from '../../src/element/board/flash-store.js';
import { en } from './all-strings.js';

function listen(): { teller: BoardTeller; said: string[] } {
  const said: string[] = [];
  const teller = new BoardTeller({
    meaning: () => null,
    target: new EventTarget(),
    changed: () => undefined,
    announce: (text) => said.push(text),
    strings: () => en,
  });
  return { teller, said };
}

const NOBODY: BoardState = {
  link: { kind: 'absent', error: null },
  name: '',
  log: '',
  turns: [],
  told: new Map(),
  options: DEFAULT_TALK,
  bench: null,
  error: null,
};

const OPENING: BoardState = { ...NOBODY, link: { kind: 'opening', stage: 'port' } };

test('a board that cannot be reached is told of, one that was let go is not', () => {
  const { teller, said } = listen();
  const { onChange } = teller.forBoard('serial');
  const without = (error: Error | null): BoardState => ({ ...NOBODY, link: { kind: 'absent', error } });
  onChange(without(new PortError('busy')), OPENING);
  onChange(without(new Error('The image is damaged.')), OPENING);
  onChange(without(null), OPENING);
  assert.deepEqual(said, [en.board.serial.ports.busy.title, en.board.serial.failed]);
});

test('a measurement that fails is told of once', () => {
  const { teller, said } = listen();
  const { onChange } = teller.forBoard('serial');
  const failed = { ...NOBODY, error: new Error('The board does not answer.') };
  onChange(failed, NOBODY);
  onChange({ ...failed, log: 'x' }, failed);
  assert.deepEqual(said, [en.board.serial.failed]);
});

const AT_REST: FlashState = {
  support: 'available',
  step: { kind: 'idle', error: null },
  image: null,
  imageError: null,
  label: '',
  entries: [],
  tally: null,
  slow: false,
};

const board = {} as Extract<FlashStep, { kind: 'found' }>['board'];

test('an image that could not be made, and a board that could not be chosen, are told of', () => {
  const { teller, said } = listen();
  const { onChange } = teller.forFlash();
  const without = { ...AT_REST, imageError: new Error('404') };
  onChange(without, AT_REST);
  onChange({ ...without, label: 'x' }, without);
  onChange({ ...AT_REST, step: { kind: 'idle', error: new PortError('claimed') } }, AT_REST);
  assert.deepEqual(said, [en.failures.image, en.board.serial.ports.claimed.title]);
});

test('of a flashing each phase is told once, and each quarter', () => {
  const { teller, said } = listen();
  const { onChange } = teller.forFlash();
  let state = AT_REST;
  const go = (step: FlashStep): void => {
    const before = state;
    state = { ...state, step };
    onChange(state, before);
  };
  const total = 64;
  const report = (phase: FlashPhase, done: number): void => {
    const progress: FlashProgress = {
      phase,
      part: null,
      done,
      total,
      unchanged: 0,
      bytesPerSecond: null,
      secondsLeft: null,
    };
    go({ kind: 'flashing', board, progress });
  };
  const flash = (): void => {
    go({ kind: 'flashing', board, progress: null });
    report('connecting', 0);
    for (let piece = 0; piece < total; piece++) {
      report('comparing', piece);
      report('writing', piece);
      report('writing', piece + 1);
    }
    report('verifying', total);
    report('restarting', total);
  };
  const { phases } = en.board.flash;
  const { share } = en.board.announce;
  const once = [
    phases.connecting,
    phases.comparing,
    phases.writing,
    share(0.25),
    share(0.5),
    share(0.75),
    phases.verifying,
    phases.restarting,
  ];
  flash();
  assert.deepEqual(said, once);
  go({ kind: 'idle', error: null });
  flash();
  assert.deepEqual(said, [...once, ...once], 'the next board');
});
