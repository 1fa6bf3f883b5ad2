// Boards one after another: results and tally, with real flashing of simulated boards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boardFlasher } from '../../src/device/flasher.js';
import { FlashError } from '../../src/device/flash-errors.js';
import { FlashQueue, macOf } from '../../src/device/flash-queue.js';
import { PortSession } from '../../src/device/port-session.js';
import { assertFlashed, hurried, MiB, sampleParts } from './flash-fixtures.js';
import { OP, SimulatedBoard, type BoardOptions } from './simulated-loader.js';
import { SimulatedSerial } from './simulated-port.js';

function queueOf(changed: () => void): FlashQueue {
  const needs = { flashBytes: 8 * MiB };
  return new FlashQueue(boardFlasher, { parts: sampleParts(), needs, startMilliseconds: 200 }, changed);
}

test('flashes a class of boards and counts each once', async () => {
  let changes = 0;
  const queue = queueOf(() => (changes += 1));
  const serial = new SimulatedSerial();
  const plug = async (
    options: BoardOptions,
    label: string,
    more?: Parameters<FlashQueue['next']>[2],
    board = new SimulatedBoard(options),
  ): Promise<SimulatedBoard> => {
    const session = await PortSession.open({ serial, port: serial.plug(board), sleep: hurried });
    const flashing = queue.next(session, label, more);
    assert.equal(queue.isBusy, true);
    await assert.rejects(queue.next(session, 'too early'), /is being flashed/);
    await flashing;
    await session.close();
    serial.ports = [];
    return board;
  };
  const mac = (last: number): number[] => [2, 0, 0, 0, 0, last];

  const first = await plug({ mac: mac(1) }, 'A');
  await assertFlashed(first, sampleParts());
  await plug({ mac: mac(2), flashBytes: 4 * MiB }, 'B');
  await plug({ mac: mac(3), chipId: 5 }, 'C');
  assert.deepEqual(
    { ...queue.tally, millisecondsPerBoard: null },
    { flashed: 1, silent: 0, failed: 2, tries: 3, millisecondsPerBoard: null },
  );
  assert.ok((queue.tally.millisecondsPerBoard ?? 0) > 0);

  // Another board in the place of C, the first once more, one that is cancelled, and one that stays silent.
  await plug({ mac: mac(4) }, 'C ');
  await plug({}, 'A', {}, first);
  const stop = new AbortController();
  const cancelled = new SimulatedBoard({ mac: mac(5) });
  cancelled.faults = {
    request: (op) => {
      if (op === OP.flashData) stop.abort();
      return undefined;
    },
  };
  await plug({}, 'D', { signal: stop.signal }, cancelled);
  const silent = new SimulatedBoard({ mac: mac(6) });
  const say = silent.say.bind(silent);
  silent.say = (text) => {
    if (silent.mode === 'rom') say(text);
  };
  await plug({}, 'E', {}, silent);

  assert.deepEqual(
    queue.entries.map(({ number, label, outcome }) => [
      number,
      label,
      outcome.kind === 'failed' ? outcome.code : outcome.kind,
    ]),
    [
      [1, 'A', 'flashed'],
      [2, 'B', 'flash-too-small'],
      [3, 'C', 'wrong-chip'],
      [4, 'C', 'flashed'],
      [5, 'A', 'flashed'],
      [6, 'D', 'cancelled'],
      [7, 'E', 'flashed'],
    ],
  );
  const { flashed, failed, tries, silent: quiet } = queue.tally;
  assert.deepEqual({ flashed, failed, tries, quiet }, { flashed: 3, failed: 1, tries: 7, quiet: 1 });
  assert.equal(queue.lastOf('02:00:00:00:00:01')?.number, 5);
  assert.equal(queue.lastOf('02:00:00:00:00:05'), null);
  assert.equal(changes, 14);
});

test('a board that cannot be flashed counts once, by its address, until it was flashed after all', async () => {
  let changes = 0;
  const queue = queueOf(() => (changes += 1));
  const small = new FlashError('flash-too-small', 'Too small.', ['other-board']);
  const locked = new FlashError('flash-encrypted', 'Locked.', ['other-board']);
  const doubtful = new FlashError('psram-too-small', 'None.', ['other-board']);
  const chip = new FlashError('wrong-chip', 'Another chip.', ['other-board']);
  const mac = (last: number): string => `02:00:00:00:00:0${last}`;

  queue.refuse(small, mac(1), ' 7 ');
  assert.equal(queue.refuse(locked, mac(1), 'other')?.label, '7', 'what it is called stays');
  queue.refuse(doubtful, mac(2));
  // Boards that do not tell who they are may be several.
  queue.refuse(chip, null);
  const last = queue.refuse(chip, null);
  assert.ok(last !== null);
  queue.rename(last, '9');
  const rows = (): unknown[] =>
    queue.entries.map(({ number, label, outcome }) => [
      number,
      label,
      outcome.kind,
      'error' in outcome && outcome.error instanceof FlashError ? outcome.error.code : null,
      macOf(outcome),
    ]);
  assert.deepEqual(rows(), [
    [1, '7', 'refused', 'flash-encrypted', mac(1)],
    [2, '', 'refused', 'psram-too-small', mac(2)],
    [3, '', 'refused', 'wrong-chip', null],
    [4, '9', 'refused', 'wrong-chip', null],
  ]);
  assert.equal(queue.tally.failed, 4);
  assert.ok(changes > 0);

  assert.throws(() => queue.withdraw(last), RangeError, 'it has another name since');
  const named = queue.entries.at(-1);
  assert.ok(named !== undefined);
  queue.withdraw(named);
  assert.equal(queue.entries.length, 3);

  const flash = async (board: SimulatedBoard, more = {}): Promise<void> => {
    const serial = new SimulatedSerial();
    const session = await PortSession.open({ serial, port: serial.plug(board), sleep: hurried });
    await queue.next(session, '', more);
    await session.close();
  };
  // The second was flashed under no name: its address makes it good, and what was doubtful once is not any more.
  await flash(new SimulatedBoard({ mac: [2, 0, 0, 0, 0, 2] }));
  assert.equal(queue.refuse(doubtful, mac(2)), null);
  const sum = { ...queue.tally, millisecondsPerBoard: 0 };
  assert.deepEqual(sum, { flashed: 1, silent: 0, failed: 2, tries: 4, millisecondsPerBoard: 0 });

  // A board that failed twice is one, and is not refused beside.
  for (let round = 0; round < 2; round++) {
    await flash(new SimulatedBoard({ mac: [2, 0, 0, 0, 0, 3], flashBytes: 4 * MiB }), { mac: mac(3) });
  }
  assert.equal(queue.refuse(doubtful, mac(3)), null);
  assert.deepEqual([queue.tally.failed, queue.tally.tries], [3, 6]);

  // Another chip answers than the one that was meant.
  await flash(new SimulatedBoard({ mac: [2, 0, 0, 0, 0, 4], chipId: 5 }), { mac: mac(2) });
  assert.deepEqual(rows().at(-1), [7, '', 'failed', 'wrong-chip', null]);
});
