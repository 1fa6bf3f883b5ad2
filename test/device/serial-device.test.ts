// A board on a port as a device: bytes both ways, resets, boards that leave and come back, and the hand-over after flashing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Device } from '../../src/device/device.js';
import { PortSession } from '../../src/device/port-session.js';
import { SerialDevice } from '../../src/device/serial-device.js';
import { TransportError } from '../../src/shared/errors.js';
import { hurried, withBoard } from './flash-fixtures.js';
import { SimulatedBoard, type BoardOptions } from './simulated-loader.js';
import { SimulatedSerial } from './simulated-port.js';

/** A board whose program answers in capitals. */
async function withDevice(
  options: BoardOptions & { restless?: boolean },
  act: (parts: {
    board: SimulatedBoard;
    serial: SimulatedSerial;
    session: PortSession;
    device: SerialDevice;
  }) => Promise<void>,
): Promise<void> {
  const board = new SimulatedBoard({ banner: 'hello\r\n', ...options });
  board.flash.program(0, Uint8Array.of(0xe9));
  board.onInput = (bytes) => board.say(new TextDecoder().decode(bytes).toUpperCase());
  const serial = new SimulatedSerial();
  const port = options.restless === true ? serial.plugRestless(board) : serial.plug(board);
  const session = await PortSession.open({ serial, port, sleep: hurried });
  const device = new SerialDevice(session);
  try {
    await act({ board, serial, session, device });
  } finally {
    await device.close();
    await session.close();
  }
}

/** Reads until the text has come. */
async function until(device: Device, text: string): Promise<string> {
  let all = '';
  for await (const bytes of device.output) {
    all += new TextDecoder().decode(bytes);
    if (all.includes(text)) return all;
  }
  throw new Error(`the output ended after ${all}`);
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

test('carries bytes both ways', async () => {
  await withDevice({}, async ({ device }) => {
    await device.write(encode('who is there?'));
    assert.match(await until(device, 'THERE?'), /WHO IS THERE\?/);
    assert.equal(device.name, 'USB serial bridge');
  });
});

for (const options of [
  { connection: 'uart-bridge' },
  { connection: 'usb-serial-jtag' },
  { connection: 'usb-serial-jtag', restless: true },
] as const) {
  test(`resets over ${JSON.stringify(options)} and goes on reading`, async () => {
    await withDevice(options, async ({ board, device }) => {
      const before = board.resets;
      await device.reset();
      await until(device, 'hello');
      assert.equal(board.resets, before + 1);
      assert.equal(board.mode, 'run');
      await device.write(encode('again'));
      await until(device, 'AGAIN');
    });
  });
}

test('finds a board again after somebody pressed RESET', async () => {
  await withDevice({ connection: 'usb-serial-jtag', restless: true }, async ({ board, device }) => {
    board.powerOn();
    await until(device, 'hello');
    await device.write(encode('still here'));
    await until(device, 'STILL HERE');
  });
});

test('says that a board is gone for good', async () => {
  await withDevice({}, async ({ serial, device, session }) => {
    const [port] = serial.ports;
    serial.ports = [];
    port?.unplug();
    await assert.rejects(until(device, 'nothing'), TransportError);
    await device.closed;
    await assert.rejects(device.write(encode('x')), TransportError);
    assert.equal(session.usedFor, null);
  });
});

test('ends its output when it is closed and gives the port back', async () => {
  await withDevice({}, async ({ session, device }) => {
    assert.equal(session.usedFor, 'console');
    assert.throws(() => new SerialDevice(session), { code: 'claimed' });
    await device.close();
    await device.closed;
    for await (const _ of device.output) assert.fail('nothing is left');
    await assert.rejects(device.write(encode('x')), TransportError);
    assert.equal(session.usedFor, null);
    assert.equal(session.isOpen, true);
  });
});

test('begins with what the board said while it was flashed', async () => {
  await withBoard({ banner: 'model loaded\r\n' }, async ({ session, flash }) => {
    const { output } = await flash();
    const device = new SerialDevice(session, { first: output });
    assert.match(await until(device, 'model loaded'), /^ESP-ROM:esp32s3/);
    await device.close();
    assert.equal((await flash()).written, 0, 'the port can be used again');
  });
});
