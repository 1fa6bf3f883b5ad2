// The whole way of an image into a simulated board, over each kind of connection, and again.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { sleep } from '../../src/device/port-session.js';
import { detectBoard, startBoard } from '../../src/device/flasher.js';
import type { FlashProgress } from '../../src/device/flash-progress.js';
import { needsOf, partsOfMergedImage } from '../../src/device/flash-parts.js';
import { describeImage } from '../../src/image/describe.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { findBoard } from '../../src/plan/boards.js';
import { firmwareSegments, makePackage, source } from '../image/support.js';
import { assertFlashed, MiB, part, pattern, sampleParts, withBoard } from './flash-fixtures.js';
import { OP } from './simulated-loader.js';

for (const connection of ['uart-bridge', 'usb-serial-jtag'] as const) {
  test(`flashes an image over ${connection}, byte for byte, and starts it`, async () => {
    await withBoard(
      { connection, banner: 'hello from the program\r\n' },
      async ({ board, flash, session }) => {
        const result = await flash();
        await assertFlashed(board, sampleParts());
        assert.equal(board.mode, 'run');
        assert.equal(result.started, 'running');
        assert.match(new TextDecoder().decode(result.output), /hello from the program/);
        assert.equal(result.written, result.bytes);
        assert.equal(result.bytes, 83_131 + 617_003);
        assert.equal(board.stubStarts, 1);
        assert.equal(session.isOpen, true);
        assert.equal(session.baudRate, 115_200);
      },
    );
  });
}

test('leaves what lies between the parts as it was', async () => {
  await withBoard({}, async ({ board, flash }) => {
    const settings = pattern(4096, 99);
    board.flash.program(0xf0000, settings);
    const before = board.flash.read(0, board.flash.size);
    await flash();
    assert.deepEqual(board.flash.read(0xf0000, 4096), settings);
    const sectorAfter = (offset: number): number => Math.ceil(offset / 4096) * 4096;
    const end = sectorAfter(MiB + 617_003);
    assert.deepEqual(board.flash.read(end, board.flash.size - end), before.slice(end));
    assert.equal(
      board.flash.erased.reduce((sum, count) => sum + count, 0),
      sectorAfter(83_131) / 4096 + sectorAfter(617_003) / 4096,
      'every sector of the parts is erased once',
    );
  });
});

test('loads the published stub, whole, into RAM', async () => {
  const text = await readFile('node_modules/esptool-js/lib/targets/stub_flasher/esp32s3.json', 'utf8');
  const stub = JSON.parse(text) as { text: string; data: string; text_start: number; data_start: number };
  await withBoard({}, async ({ board, session }) => {
    let loaded: typeof board.ram = [];
    board.faults = {
      request: (op) => {
        if (op === OP.spiSetParams || op === OP.md5) loaded = board.ram;
        return undefined;
      },
      answer: (op, _, bytes) => {
        if (op === OP.memEnd) loaded = board.ram;
        return bytes;
      },
    };
    await detectBoard({ session });
    assert.deepEqual(
      loaded.map(({ address, bytes }) => [address, Buffer.from(bytes).toString('base64')]),
      [
        [stub.text_start, stub.text],
        [stub.data_start, stub.data],
      ],
    );
  });
});

test('writes nothing when the board already has the image', async () => {
  await withBoard({}, async ({ board, flash }) => {
    await flash();
    const programmed = board.flash.programmed;
    const result = await flash();
    assert.equal(result.written, 0);
    assert.equal(board.flash.programmed, programmed);
    assert.equal(board.mode, 'run');
    await assertFlashed(board, sampleParts());
  });
});

test('writes the model alone when the firmware is equal', async () => {
  await withBoard({}, async ({ board, flash }) => {
    await flash();
    const programmed = board.flash.programmed;
    const result = await flash({ parts: sampleParts(2) });
    assert.deepEqual(
      result.parts.map(({ name, written }) => [name, written]),
      [
        ['firmware', 0],
        ['model', 617_003],
      ],
    );
    assert.equal(board.flash.programmed - programmed, 617_003);
    await assertFlashed(board, sampleParts(2));
  });
});

test('writes only the pieces of a part that changed', async () => {
  await withBoard({}, async ({ board, flash }) => {
    const model = pattern(5 * 256 * 1024, 3);
    const parts = [part('model', MiB, model)];
    await flash({ parts });
    model[3 * 256 * 1024 + 17] = (model[3 * 256 * 1024 + 17] ?? 0) ^ 0x10;
    const result = await flash({ parts: [part('model', MiB, model)] });
    assert.equal(result.written, 256 * 1024);
    await assertFlashed(board, [part('model', MiB, model)]);
  });
});

test('writes everything when asked to', async () => {
  await withBoard({}, async ({ flash }) => {
    await flash();
    const result = await flash({ differential: false });
    assert.equal(result.written, result.bytes);
  });
});

test('counts progress in bytes of the image, never back but for repeats, with a rate and the time that is left', async () => {
  await withBoard({}, async ({ flash }) => {
    const seen: FlashProgress[] = [];
    const model = pattern(3 * MiB, 8);
    await flash({ parts: [part('model', MiB, model)], onProgress: (progress) => seen.push(progress) });
    const phases = [...new Set(seen.map(({ phase }) => phase))];
    assert.deepEqual(phases, [
      'connecting',
      'identifying',
      'comparing',
      'writing',
      'verifying',
      'restarting',
    ]);
    const dones = seen.map(({ done }) => done);
    assert.deepEqual(
      dones,
      [...dones].sort((a, b) => a - b),
    );
    assert.equal(dones.at(-1), model.length);
    assert.ok(seen.every(({ total, done }) => total === model.length && done <= total));
    const steps = dones.slice(1).map((done, index) => done - (dones[index] ?? 0));
    assert.ok(Math.max(...steps) <= 16 * 1024, 'a step is a block');
  });
});

test('speeds a UART bridge up, and stays at 115200 with a board that does not follow', async () => {
  await withBoard({}, async ({ board, flash }) => {
    let fastest = 0;
    board.faults = {
      request: (op) => {
        if (op === OP.flashData) fastest = board.baud;
        return undefined;
      },
    };
    await flash({ baudRate: 921_600 });
    assert.equal(fastest, 921_600);
    assert.equal(board.baud, 115_200);
  });
  await withBoard({ maxBaud: 230_400 }, async ({ board, flash, session }) => {
    const log: string[] = [];
    const result = await flash({ baudRate: 921_600, log: (line) => log.push(line) });
    assert.equal(result.started, 'running');
    assert.ok(log.includes('the board does not follow to 921600 baud'));
    assert.equal(board.stubStarts, 2);
    assert.equal(session.baudRate, 115_200);
    await assertFlashed(board, sampleParts());
  });
});

test('never asks the chip’s own USB for a rate', async () => {
  await withBoard({ connection: 'usb-serial-jtag' }, async ({ board, flash }) => {
    await flash({ baudRate: 921_600 });
    assert.ok(!board.seen.includes(OP.changeBaud));
  });
});

test('follows a board that leaves the bus at every restart and comes back under another handle', async () => {
  await withBoard(
    { connection: 'usb-serial-jtag', restless: true },
    async ({ board, serial, port, flash, session }) => {
      const result = await flash();
      assert.equal(result.started, 'running');
      assert.ok(!serial.ports.includes(port), 'the first handle is gone');
      assert.equal(session.isOpen, true);
      await assertFlashed(board, sampleParts());
      const again = await flash();
      assert.equal(again.written, 0);
    },
  );
});

test('stops the watchdogs that a reset over the chip’s own USB leaves running', async () => {
  await withBoard({ connection: 'usb-serial-jtag' }, async ({ board, session }) => {
    board.registers.write(0x6000_80b0, 0x50d8_3aa1);
    board.registers.write(0x6000_8098, 0x1234);
    await detectBoard({ session });
    assert.equal(board.registers.read(0x6000_8098), 0);
    assert.equal(board.registers.read(0x6000_80b4) >>> 31, 1);
    assert.equal(board.registers.read(0x6000_80b0), 0, 'and locks them again');
  });
});

test('restarts by the watchdog a chip that was put into its loader with the BOOT button', async () => {
  await withBoard({ connection: 'usb-serial-jtag' }, async ({ board, flash }) => {
    board.bootHeld = true;
    board.powerOn();
    board.bootHeld = false;
    assert.equal(board.mode, 'rom');
    // What the line reset would do is start the loader again; only the watchdog looks at the pins.
    const result = await flash();
    assert.equal(board.mode, 'run');
    assert.equal(result.started, 'running');
  });
});

test('says when a board stays silent, and when it is in its loader again', async () => {
  await withBoard({}, async ({ board, flash }) => {
    const say = board.say.bind(board);
    board.say = (text) => {
      if (board.mode !== 'run') say(text);
    };
    assert.equal((await flash()).started, 'silent');
  });
  await withBoard({}, async ({ board, flash }) => {
    board.faults = {
      request: (op) => {
        if (op === OP.md5) board.bootHeld = true;
        return undefined;
      },
    };
    assert.equal((await flash()).started, 'loader');
  });
});

test('does not take the words of a program that gave up for a start', async () => {
  for (const banner of [
    'panic on core 0: StoreProhibited\r\n',
    "Guru Meditation Error: Core  0 panic'ed\r\n",
  ]) {
    await withBoard({ banner }, async ({ flash }) => {
      const result = await flash();
      assert.equal(result.started, 'failing');
      assert.ok(new TextDecoder().decode(result.output).includes(banner.trim()));
    });
  }
  await withBoard({}, async ({ flash }) => {
    const result = await flash({ parts: [part('model', MiB, pattern(5000, 3))] });
    assert.equal(result.started, 'failing', 'the ROM finds no program');
  });
});

test('finds out what board there is without touching its flash', async () => {
  await withBoard({ flashBytes: 16 * MiB, mac: [1, 2, 3, 0xaa, 0xbb, 0xcc] }, async ({ board, session }) => {
    const facts = await detectBoard({ session });
    assert.deepEqual(facts, {
      chip: 'ESP32-S3',
      revision: [0, 2],
      mac: '01:02:03:aa:bb:cc',
      connection: 'uart-bridge',
      flashBytes: 16 * MiB,
      flashId: 0x1840ef,
      octalFlash: false,
      psram: { bytes: 8 * MiB, kind: 'octal' },
      secureBoot: false,
      flashEncrypted: false,
    });
    assert.equal(board.flash.programmed, 0);
    assert.equal(session.usedFor, null);
  });
});

for (const connection of ['uart-bridge', 'usb-serial-jtag'] as const) {
  test(`a board that was found over ${connection} waits in its loader until it is started`, async () => {
    await withBoard({ connection }, async ({ board, session }) => {
      await detectBoard({ session });
      await sleep(50);
      assert.equal(board.mode, 'stub');
      await startBoard(session);
      await sleep(50);
      assert.equal(board.mode, 'run');
      assert.equal(session.usedFor, null);
      const { resets } = board;
      await startBoard(session);
      assert.equal(board.resets, resets, 'one that runs is left alone');
    });
  });
}

test('a board that was put into its loader with the BOOT button is started, too', async () => {
  await withBoard({ connection: 'usb-serial-jtag' }, async ({ board, session }) => {
    board.bootHeld = true;
    board.powerOn();
    board.bootHeld = false;
    await detectBoard({ session });
    await startBoard(session);
    await sleep(50);
    assert.equal(board.mode, 'run');
  });
});

test('starting is no failure when the board is gone, the session closed or the port in use', async () => {
  await withBoard({ connection: 'usb-serial-jtag' }, async ({ board, session, flash }) => {
    await startBoard(session);
    await detectBoard({ session });
    const flashing = flash();
    await startBoard(session);
    await flashing;
    await assertFlashed(board, sampleParts());
    await detectBoard({ session });
    board.onUnplug();
    await startBoard(session);
    await detectBoard({ session }).catch(() => undefined);
    await session.close();
    await startBoard(session);
  });
});

test('flashes a board whose program takes it off the port', async () => {
  await withBoard({ connection: 'usb-serial-jtag', away: 'program' }, async ({ board, session, flash }) => {
    const { mac } = await detectBoard({ session });
    const result = await flash({ mac });
    assert.equal(result.started, 'running');
    await assertFlashed(board, sampleParts());
  });
});

test('never writes to another board than the one that was found', async () => {
  await withBoard({ mac: [1, 2, 3, 4, 5, 6] }, async ({ board, fails }) => {
    const error = await fails('board-changed', { mac: '01:02:03:04:05:07' });
    assert.deepEqual(error.facts, { expected: '01:02:03:04:05:07', found: '01:02:03:04:05:06' });
    assert.equal(board.flash.programmed, 0);
    await sleep(50);
    assert.equal(board.mode, 'run');
  });
});

test('the bytes on the board are the image that was made', async () => {
  const model = await makePackage();
  const firmware = {
    kind: 'standalone',
    name: 'f.elf',
    chip: ESP32S3,
    entry: 0x40374000,
    segments: firmwareSegments(0x9000),
  } as const;
  const planned = await planFlashImage(firmware, findBoard('esp32-s3-n8r8'), model.length);
  const image = source(assembleFlashImage(planned, model));
  const description = await describeImage(image);
  await withBoard({}, async ({ board, flash }) => {
    await flash({ parts: partsOfMergedImage(image, description), needs: needsOf(description) });
    const flashed = await describeImage(source(board.flash.read(0, image.size)), { verify: true });
    assert.deepEqual(flashed, { ...description, bytes: image.size });
    assert.ok(Buffer.compare(board.flash.read(0, image.size), await image.read(0, image.size)) === 0);
  });
});

test('drives the lines as the connection needs it, and no further', async () => {
  const lines = async (connection: 'uart-bridge' | 'usb-serial-jtag'): Promise<string> => {
    let log = '';
    await withBoard({ connection }, async ({ board, session }) => {
      board.lineLog.length = 0;
      await detectBoard({ session });
      await startBoard(session);
      log = board.lineLog.join(' ');
    });
    return log;
  };
  // Released, in reset, into the loader, released; in reset, released.
  assert.equal(await lines('uart-bridge'), '01 10 00 01 00');
  assert.equal(await lines('usb-serial-jtag'), '00 10 11 01 00 01 00');
});
