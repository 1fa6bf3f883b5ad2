// What goes wrong on a bench: each fault has its own error with advice, or is overcome; the port can be used afterwards.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flashImage } from '../../src/device/flasher.js';
import { PortSession, sleep, type PortError } from '../../src/device/port-session.js';
import { UsageError } from '../../src/shared/errors.js';
import {
  assertFlashed,
  hurried,
  MiB,
  part,
  pattern,
  QUICK,
  sampleParts,
  withBoard,
  type Bench,
} from './flash-fixtures.js';
import { OP, SimulatedBoard } from './simulated-loader.js';
import { SimulatedSerial } from './simulated-port.js';

/** The port is as before: free, open, and good for a flash that works. */
async function assertUsable({ board, session, flash }: Bench): Promise<void> {
  assert.equal(session.usedFor, null);
  assert.equal(session.isOpen, true);
  assert.equal(session.baudRate, 115_200);
  board.faults = {};
  await flash();
  await assertFlashed(board, sampleParts());
}

test('a lost acknowledgement does not shift what is written after it', async () => {
  await withBoard({}, async ({ board, flash }) => {
    const log: string[] = [];
    board.faults = { answer: (op, nth, bytes) => (op === OP.flashData && nth === 7 ? null : bytes) };
    const result = await flash({ timing: QUICK, log: (line) => log.push(line) });
    assert.equal(log.filter((line) => line.startsWith('repeating the piece')).length, 1);
    assert.equal(result.started, 'running');
    await assertFlashed(board, sampleParts());
  });
});

test('a lost request is repeated with its piece', async () => {
  await withBoard({ connection: 'usb-serial-jtag' }, async ({ board, flash }) => {
    board.faults = {
      request: (op, nth) => (nth === 3 && (op === OP.flashData || op === OP.md5) ? 'lose' : undefined),
    };
    await flash({ timing: QUICK });
    await assertFlashed(board, sampleParts());
  });
});

test('garbage before, between and inside of answers costs no more than a repeat', async () => {
  await withBoard({}, async ({ board, flash }) => {
    const noise = pattern(40, 77);
    let disturbed = 0;
    board.faults = {
      answer: (op, nth, bytes) => {
        if (op === OP.memData || (op === OP.flashData && nth % 5 === 0)) {
          disturbed += 1;
          return Uint8Array.from([...noise, ...bytes]);
        }
        if (op === OP.flashData && nth === 12) {
          disturbed += 1;
          return bytes.map((byte, index) => (index === 4 ? byte ^ 0xff : byte));
        }
        return bytes;
      },
    };
    await flash({ timing: QUICK });
    assert.ok(disturbed > 5);
    await assertFlashed(board, sampleParts());
  });
});

test('errors of the line itself only cost what was under way', async () => {
  await withBoard({}, async ({ board, port, flash }) => {
    board.faults = {
      answer: (op, nth, bytes) => {
        if (op === OP.flashData && (nth === 4 || nth === 9))
          port.lineError(nth === 4 ? 'FramingError' : 'BufferOverrunError');
        return bytes;
      },
    };
    await flash({ timing: QUICK });
    await assertFlashed(board, sampleParts());
  });
});

test('a chip that restarts by itself while it is written is brought back into its loader', async () => {
  await withBoard({}, async ({ board, flash }) => {
    let once = true;
    board.faults = {
      request: (op, nth) => {
        if (!once || op !== OP.flashData || nth !== 10) return undefined;
        once = false;
        board.powerOn();
        return 'lose';
      },
    };
    await flash({ timing: QUICK });
    assert.ok(board.stubStarts >= 2);
    await assertFlashed(board, sampleParts());
  });
});

test('a line that never works is given up', async () => {
  await withBoard({}, async (bench) => {
    bench.board.faults = { answer: (op, _, bytes) => (op === OP.flashData ? null : bytes) };
    const error = await bench.fails('line', { timing: QUICK });
    assert.ok(error.advice.includes('data-cable') && error.advice.includes('lower-baud'));
    await assertUsable(bench);
  });
});

test('flash that does not keep what it is given is found by its digest', async () => {
  await withBoard({}, async (bench) => {
    const { board } = bench;
    const program = board.flash.program.bind(board.flash);
    board.flash.program = (offset, data) => {
      program(offset, data);
      if (offset <= MiB + 500 && offset + data.length > MiB + 500) board.flash.bytes[MiB + 500] = 0;
    };
    const error = await bench.fails('verify', { timing: QUICK });
    assert.equal(error.facts.part, 'model');
    board.flash.program = program;
    await assertUsable(bench);
  });
});

test('a board that is unplugged in the middle of a block', async () => {
  await withBoard({}, async ({ board, serial, session, fails }) => {
    board.faults = { request: (op, nth) => (op === OP.flashData && nth === 20 ? 'unplug' : undefined) };
    const begun = performance.now();
    const error = await fails('port-lost');
    assert.ok(performance.now() - begun < 5_000, 'without waiting for time to run out');
    assert.equal(error.advice[0], 'plug-again');
    assert.equal(session.isLost, true);
    assert.equal(session.usedFor, null);
    await session.close();

    // Plugged in again, it goes on where it was.
    board.faults = {};
    serial.ports = [];
    const port = serial.plug(board);
    board.powerOn();
    const again = await PortSession.open({ serial, port });
    const result = await flashImage({ session: again, parts: sampleParts(), needs: { flashBytes: 8 * MiB } });
    assert.ok(result.written < result.bytes, `${result.written} of ${result.bytes}`);
    await assertFlashed(board, sampleParts());
    await again.close();
  });
});

test('a board that restarts and never comes back', async () => {
  await withBoard({ connection: 'usb-serial-jtag' }, async ({ board, port, session }) => {
    board.onRestart = () => port.unplug();
    const error: unknown = await flashImage({
      session,
      parts: sampleParts(),
      needs: { flashBytes: 8 * MiB },
    }).catch((caught: unknown) => caught);
    assert.equal((error as { code: string }).code, 'port-lost');
    assert.equal((error as { cause: PortError }).cause.code, 'gone');
    assert.equal(session.usedFor, null);
  });
});

test('a cancel also ends the search for a board that left the bus', async () => {
  await withBoard({ connection: 'usb-serial-jtag' }, async ({ board, port, flash, session }) => {
    const stop = new AbortController();
    board.onRestart = () => {
      port.unplug();
      setTimeout(() => stop.abort(), 50);
    };
    const begun = performance.now();
    await assert.rejects(flash({ signal: stop.signal }), { name: 'AbortError' });
    assert.ok(performance.now() - begun < 1_500);
    assert.equal(session.usedFor, null);
  });
});

test('a board that leaves the bus late, when it is spoken to already', async () => {
  const board = new SimulatedBoard({ connection: 'usb-serial-jtag' });
  const serial = new SimulatedSerial();
  const port = serial.plugRestless(board, 100);
  const session = await PortSession.open({ serial, port, sleep: hurried });
  // So that it does not answer before it leaves.
  board.faults = { answer: (op, _, bytes) => (op === OP.sync && port.isOpen ? null : bytes) };
  await flashImage({ session, parts: sampleParts(), needs: { flashBytes: 8 * MiB } });
  assert.equal(board.stubStarts, 1);
  assert.equal(board.resets, 2, 'once into the loader and once into the program');
  await assertFlashed(board, sampleParts());
  await session.close();
});

test('something else on the port: an echo, or noise without end', async () => {
  await withBoard({ linesWired: false }, async ({ board, fails }) => {
    board.onInput = (bytes) => board.onSend(bytes.slice());
    await fails('no-loader', { timing: QUICK });
  });
  await withBoard({ linesWired: false }, async ({ board, fails }) => {
    let seed = 1;
    board.onInput = () => board.onSend(pattern(300, (seed += 1)));
    await fails('no-loader', { timing: QUICK });
  });
});

test('another board of the same make answers after a restart', async () => {
  await withBoard({}, async (bench) => {
    const { board } = bench;
    board.faults = {
      request: (op, nth) => {
        if (op !== OP.flashData || nth < 2) return undefined;
        if (board.registers.read(0x6000_7044) !== 1) board.registers.write(0x6000_7044, 1);
        return 'lose';
      },
    };
    const error = await bench.fails('board-changed', { timing: QUICK });
    assert.equal(error.facts.found, '34:85:00:00:00:01');
    await assertUsable(bench);
  });
});

test('a chip of another kind', async () => {
  const kinds = [
    [{ chipId: 5 }, 'ESP32-C3'],
    // The oldest that esptool-js knows answers no question about itself, nor does the ESP8266.
    [{ chipId: null, chipMagic: 0xfff0_c101 }, 'ESP8266'],
    // Pages have words of their own for what has no name.
    [{ chipId: 0x7777 }, undefined],
  ] as const;
  for (const [options, found] of kinds) {
    await withBoard(options, async ({ board, fails, session }) => {
      const error = await fails('wrong-chip', { timing: QUICK });
      assert.equal(error.facts.found, found);
      assert.ok(!board.seen.includes(OP.writeReg) && !board.seen.includes(OP.memBegin));
      assert.equal(board.flash.programmed, 0);
      assert.equal(board.stubStarts, 0);
      assert.equal(session.usedFor, null);
      await sleep(50);
      assert.equal(board.mode, 'run');
    });
  }
});

test('a chip in secure download mode', async () => {
  await withBoard({ secureDownload: true }, async ({ board, fails, session }) => {
    await fails('secure-download', { timing: QUICK });
    assert.equal(board.flash.programmed, 0);
    assert.equal(board.stubStarts, 0);
    assert.equal(session.usedFor, null);
    await sleep(50);
    assert.equal(board.mode, 'run');
  });
});

test('boards that an image does not fit, before anything is written', async () => {
  const secureBoot = { 0x6000_7038: 1 << 20 };
  const encrypted = { 0x6000_7034: 1 << 18 };
  const octal = { 0x6000_703c: 1 << 9 };
  const cases = [
    ['flash-too-small', { flashBytes: 4 * MiB }, { flashBytes: 8 * MiB }],
    ['flash-unknown', { flashIdentity: 0 }, { flashBytes: 8 * MiB }],
    ['flash-unknown', { flashIdentity: 0xff_ffff }, { flashBytes: 8 * MiB }],
    ['psram-too-small', { registers: { 0x6000_7054: 0 } }, { flashBytes: 8 * MiB, psramBytes: 1 }],
    ['psram-too-small', { registers: { 0x6000_7054: 2 << 3 } }, { flashBytes: 8 * MiB, psramBytes: 3 * MiB }],
    ['chip-revision', {}, { flashBytes: 8 * MiB, revision: [0, 3] }],
    ['secure-boot', { registers: secureBoot }, { flashBytes: 8 * MiB }],
    ['flash-encrypted', { registers: encrypted }, { flashBytes: 8 * MiB }],
    ['flash-octal', { registers: octal }, { flashBytes: 8 * MiB }],
  ] as const;
  for (const [code, options, needs] of cases) {
    await withBoard(options, async ({ board, fails, session }) => {
      await fails(code, { needs });
      assert.equal(board.flash.programmed, 0);
      assert.equal(
        board.flash.erased.reduce((sum, count) => sum + count, 0),
        0,
      );
      assert.equal(session.usedFor, null);
      await sleep(50);
      assert.equal(board.mode, 'run');
    });
  }
});

test('goes on without PSRAM in the package when the person says so', async () => {
  await withBoard({ registers: { 0x6000_7054: 0 } }, async ({ board, flash }) => {
    await flash({ needs: { flashBytes: 8 * MiB, psramBytes: 8 * MiB }, accept: ['psram-too-small'] });
    await assertFlashed(board, sampleParts());
  });
});

test('a bridge whose lines glitch when it is opened, so that every change of rate restarts the board', async () => {
  await withBoard({}, async ({ board, port, flash }) => {
    port.glitches = true;
    const result = await flash({ baudRate: 921_600, timing: QUICK });
    assert.equal(result.started, 'running');
    assert.equal(board.stubStarts, 2);
    await assertFlashed(board, sampleParts());
  });
});

test('a chip that does not enter its loader', async () => {
  await withBoard({ linesWired: false }, async (bench) => {
    const error = await bench.fails('no-loader');
    assert.equal(error.advice[0], 'hold-boot');
    // With BOOT held and RESET pressed, it does.
    bench.board.bootHeld = true;
    bench.board.powerOn();
    bench.board.bootHeld = false;
    await bench.flash();
    await assertFlashed(bench.board, sampleParts());
  });
});

test('a stub that does not start is loaded again, but not for ever', async () => {
  await withBoard({}, async (bench) => {
    const { board } = bench;
    board.faults = { answer: (op, nth, bytes) => (op === OP.memEnd && nth === 0 ? null : bytes) };
    await bench.flash({ timing: QUICK });
    await assertFlashed(board, sampleParts());
    board.faults = { answer: (op, _, bytes) => (op === OP.memEnd ? null : bytes) };
    await bench.fails('line', { timing: QUICK });
    await assertUsable(bench);
  });
});

test('a cancel ends the flash at the next block and leaves a board that can be flashed again', async () => {
  await withBoard({}, async (bench) => {
    const { board } = bench;
    const stop = new AbortController();
    board.faults = {
      request: (op, nth) => {
        if (op === OP.flashData && nth === 15) stop.abort();
        return undefined;
      },
    };
    await assert.rejects(bench.flash({ signal: stop.signal }), { name: 'AbortError' });
    assert.equal(board.seen.filter((op) => op === OP.flashData).length, 16);
    assert.ok(board.flash.programmed < 617_003);
    await sleep(50);
    assert.equal(board.mode, 'run');
    await assertUsable(bench);
  });
});

test('a cancel ends every wait at once', async () => {
  for (const op of [OP.sync, OP.memData, OP.md5, OP.flashData]) {
    await withBoard({}, async ({ board, flash, session }) => {
      const stop = new AbortController();
      board.faults = {
        request: (seen) => {
          if (seen !== op) return undefined;
          setTimeout(() => stop.abort(), 20);
          return 'lose';
        },
      };
      const begun = performance.now();
      await assert.rejects(flash({ signal: stop.signal }), { name: 'AbortError' });
      assert.ok(performance.now() - begun < 4_500);
      assert.equal(session.usedFor, null);
    });
  }
});

test('a signal that is aborted already touches nothing', async () => {
  await withBoard({}, async ({ board, flash }) => {
    board.lineLog.length = 0;
    await assert.rejects(flash({ signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.deepEqual(board.lineLog, []);
  });
});

test('parts that overlap, that share a sector or that are too long are refused at once', async () => {
  await withBoard({}, async ({ board, flash }) => {
    const wrong = [
      [],
      [part('a', 0, pattern(5000, 1)), part('b', 4096, pattern(10, 1))],
      [part('a', 100, pattern(10, 1))],
      [part('a', 8 * MiB - 4096, pattern(4097, 1))],
    ];
    for (const parts of wrong) await assert.rejects(flash({ parts }), UsageError);
    assert.deepEqual(board.seen, []);
  });
});
