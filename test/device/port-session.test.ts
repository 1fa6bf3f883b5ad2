// One owner of a port: claims, what a board that comes and goes does to them, and closing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PortError } from '../../src/device/port-session.js';
import { PortSession, type PortReceiver } from '../../src/device/port-session.js';
import { hurried } from './flash-fixtures.js';
import { SimulatedBoard } from './simulated-loader.js';
import { SimulatedSerial, type SimulatedPort } from './simulated-port.js';

function receiver(): PortReceiver & { text: string; losses: PortError[] } {
  return {
    text: '',
    losses: [],
    data(bytes) {
      this.text += new TextDecoder().decode(bytes);
    },
    lost(error) {
      this.losses.push(error);
    },
  };
}

async function opened(): Promise<{
  board: SimulatedBoard;
  serial: SimulatedSerial;
  port: SimulatedPort;
  session: PortSession;
}> {
  const board = new SimulatedBoard({ connection: 'usb-serial-jtag' });
  const serial = new SimulatedSerial();
  const port = serial.plug(board);
  return { board, serial, port, session: await PortSession.open({ serial, port, sleep: hurried }) };
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('a port that another program has is busy, one that this page has is claimed', async () => {
  const board = new SimulatedBoard();
  const port = new SimulatedSerial().plug(board);
  port.busy = true;
  await assert.rejects(PortSession.open({ port }), { name: 'PortError', code: 'busy' });
  port.busy = false;
  const session = await PortSession.open({ port });
  await assert.rejects(PortSession.open({ port }), { name: 'PortError', code: 'claimed' });
  await session.close();
  assert.equal(port.isOpen, false);
});

test('one use at a time, and none after it was given back', async () => {
  const { board, session } = await opened();
  const first = receiver();
  const use = session.claim('console', first);
  assert.equal(session.usedFor, 'console');
  assert.throws(() => session.claim('flash', receiver()), { code: 'claimed' });
  board.say('one');
  await tick();
  use.release();
  await assert.rejects(use.write(Uint8Array.of(1)), { code: 'closed' });
  await assert.rejects(use.signal([]), { code: 'closed' });
  // Nobody listens, and yet it is read: a board must never wait for a reader.
  board.say('two');
  await tick();
  const second = receiver();
  session.claim('flash', second);
  use.release();
  assert.equal(session.usedFor, 'flash', 'an old use cannot give a new one back');
  board.say('three');
  await tick();
  assert.equal(first.text, 'one');
  assert.equal(second.text, 'three');
  await session.close();
  assert.throws(() => session.claim('late', receiver()), { code: 'closed' });
});

test('line errors are survived, the loss of the board is told once', async () => {
  const { board, port, session } = await opened();
  const reader = receiver();
  const use = session.claim('console', reader);
  for (const name of ['BufferOverrunError', 'FramingError', 'BreakError', 'ParityError'] as const) {
    port.lineError(name);
    await tick();
    board.say(name);
    await tick();
  }
  assert.equal(reader.text, 'BufferOverrunErrorFramingErrorBreakErrorParityError');
  port.unplug();
  await tick();
  assert.deepEqual(
    reader.losses.map(({ code }) => code),
    ['lost'],
  );
  assert.equal(use.lost, true);
  await assert.rejects(use.write(Uint8Array.of(1)), { code: 'lost' });
  await session.close();
});

test('finds the board under a new handle, not another one that was there before', async () => {
  const { board, serial, port, session } = await opened();
  const other = serial.plug(new SimulatedBoard({ connection: 'usb-serial-jtag' }));
  const bridge = new SimulatedBoard();
  const use = session.claim('console', receiver());
  await use.signal([{ dtr: false, rts: false, milliseconds: 0 }]);
  serial.ports = serial.ports.filter((candidate) => candidate !== port);
  port.unplug();
  await tick();
  const back = use.reacquire();
  await tick();
  serial.plug(bridge);
  const again = serial.plug(board);
  await back;
  assert.equal(again.isOpen, true);
  assert.equal(other.isOpen, false);
  assert.equal(use.lost, false);
  await session.close();
  assert.equal(again.isOpen, false);
});

test('a board that does not come back is gone', async () => {
  const { serial, port, session } = await opened();
  const impatient = await PortSession.open({
    serial,
    port: serial.plug(new SimulatedBoard()),
    sleep: () => Promise.resolve(),
  });
  const use = impatient.claim('console', receiver());
  serial.ports.at(-1)?.unplug();
  await tick();
  await assert.rejects(use.reacquire(), { code: 'gone' });
  await impatient.close();
  assert.equal(port.isOpen, true, 'and the other board was left alone');
  await session.close();
});

test('closing twice, and after the board is gone, is fine', async () => {
  const { port, session } = await opened();
  port.unplug();
  await tick();
  await session.close();
  await session.close();
  assert.equal(session.isOpen, false);
});

test('a port that the browser was opening when the session was closed is closed again', async () => {
  const { serial, port, board, session } = await opened();
  const use = session.claim('flash', receiver());
  serial.ports = [];
  port.unplug();
  await tick();
  const back = serial.plug(board);
  const open = back.open.bind(back);
  let closing: Promise<void> | undefined;
  back.open = async (options) => {
    closing = session.close();
    await tick();
    await open(options);
  };
  await assert.rejects(use.reacquire(), { code: 'closed' });
  await closing;
  assert.equal(session.isOpen, false);
  assert.equal(back.isOpen, false);
});

test('finds the chip\u2019s own USB unit when a program with another identity leaves for the loader', async () => {
  const board = new SimulatedBoard({ connection: 'usb-otg' });
  const serial = new SimulatedSerial();
  const other = serial.plug(new SimulatedBoard({ connection: 'usb-serial-jtag' }));
  const port = serial.plug(board);
  const session = await PortSession.open({ serial, port, sleep: hurried });
  const use = session.claim('flash', receiver());
  serial.ports = [other];
  port.unplug();
  await tick();
  const loader = serial.plug(new SimulatedBoard({ connection: 'usb-serial-jtag' }));
  await use.reacquire();
  assert.equal(loader.isOpen, true);
  assert.equal(other.isOpen, false, 'one that was there before is another board');
  assert.equal(use.connection, 'usb-serial-jtag');
  await session.close();
});
