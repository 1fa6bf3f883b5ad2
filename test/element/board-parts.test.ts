/** What is behind the boards' panels and needs no page: console text, memory, the feed of a device, the conversation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteQueue } from '../../src/device/byte-queue.js';
import type { Device } from '../../src/device/device.js';
import { BoardStore } from '../../src/element/board/board-store.js';
import type { BoardState } from '../../src/element/board/board-state.js';
import { appendConsole } from '../../src/element/board/console-text.js';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import type { BoardFacts } from '../../src/device/board-detection.js';
import { FlashError, isRefusal } from '../../src/device/flash-errors.js';
import { macOf, type QueueEntry } from '../../src/device/flash-queue.js';
import type { PortSession } from '../../src/device/port-session.js';
import { EmulatedStore } from '../../src/element/board/emulated-store.js';
import { followingName } from '../../src/element/board/board-names.js';
import { FlashStore } from '../../src/element/board/flash-store.js';
import type { RunnableImage } from '../../src/element/board/runnable-image.js';
import type { SerialPorts } from '../../src/element/board/serial-ports.js';
import { DeviceFeed } from '../../src/element/board/device-feed.js';
import { memoryMap, spansWithin } from '../../src/element/board/memory-map.js';
import { PAGE_BYTES, pageAt, readAddressText, regionsOf } from '../../src/element/board/memory-regions.js';
import { transcriptOf } from '../../src/element/board/transcript.js';
import { seededRandom } from '../../src/pipeline/random.js';
import { UsageError } from '../../src/shared/errors.js';
import type { ModelPackage } from '../../src/package/reader.js';
import { en, es } from './all-strings.js';
import { BANNER, FACTS, FakeEmulator, FakeFirmware, startFake } from './fake-board.js';

test('a console shows what a terminal would', () => {
  assert.equal(appendConsole('a', 'b\r\nc\rd'), 'ab\ncd');
  assert.equal(appendConsole('ab', '\b \bc'), 'ac');
  assert.equal(appendConsole('x\n', '\b'), 'x\n', 'no further than the line');
  assert.equal(appendConsole('😀', '\b'), '', 'a whole character');
  assert.equal(appendConsole('', '\u001b[31mred\u001b[0m\u0007'), 'red');
  assert.equal(appendConsole('x', '\u0000\u001b'), 'x');
  assert.equal(appendConsole('x', 'a\u009bJ\u202eb'), 'xa\\u009bJ\\u202eb', 'what acts on a page is shown');
});

test('a console keeps its newest lines', () => {
  let log = '';
  for (let line = 0; line < 10_000; line++) log = appendConsole(log, `line ${line}\n`);
  assert.ok(log.length <= 64 * 1024);
  assert.match(log, /^line \d+\n/);
  assert.ok(log.endsWith('line 9999\n'));
});

const SRAM_WINDOW = ESP32S3.memory.windows.sram;

test('pages stay inside their memory', () => {
  assert.equal(pageAt(SRAM_WINDOW, SRAM_WINDOW.begin + 300), SRAM_WINDOW.begin + PAGE_BYTES);
  assert.equal(pageAt(SRAM_WINDOW, 0), SRAM_WINDOW.begin);
  assert.equal(pageAt(SRAM_WINDOW, 2 ** 32), SRAM_WINDOW.end - PAGE_BYTES);
});

test('a board has the memories that it has', () => {
  assert.deepEqual([...regionsOf({ psramBytes: 0 }, 1024).keys()], ['sram', 'flash']);
  const { memory } = ESP32S3;
  const chip = { ...ESP32S3, memory: { ...memory, windows: { ...memory.windows, psram: null } } };
  assert.deepEqual([...regionsOf({ chip, psramBytes: 2 ** 21 }, 1024).keys()], ['sram', 'flash']);
  const regions = regionsOf({ psramBytes: 2 ** 21 }, 2 ** 26);
  assert.equal(regions.get('psram')?.end, 0x3d20_0000);
  assert.equal(regions.get('flash')?.end, 0x3d00_0000, 'no further than the window');
});

test('addresses are read as people type them', () => {
  assert.equal(readAddressText(' 0x3FC88000 '), 0x3fc8_8000);
  assert.equal(readAddressText('3d000000'), 0x3d00_0000);
  for (const text of ['', '0x', 'sram', '123456789', '-1']) assert.equal(readAddressText(text), null, text);
});

/** As much of a package as the map reads. */
function model(): ModelPackage {
  const tensor = {
    role: 'down',
    index: 0,
    encoding: { kind: 'int8Channel', group: 0 },
    rows: 1,
    cols: 1,
    rowBytes: 16,
    activationScale: 0,
    tables: [],
    rest: null,
  };
  const scales = { name: 'scale', type: 'f32', per: 'row', count: 3, bytes: 12, offset: 128 };
  return {
    totalLength: 4096,
    version: [2, 0],
    sections: [
      { kind: 'CONF', required: true, offset: 64, length: 64, crc: 0 },
      { kind: 'WGHT', required: true, offset: 1024, length: 2048, crc: 0 },
    ],
    tensors: [
      { ...tensor, name: 'a', dataOffset: 0, dataLength: 100, tables: [scales], placement: 'sram' },
      { ...tensor, name: 'b', dataOffset: 192, dataLength: 64, placement: 'psram' },
      { ...tensor, name: 'c', dataOffset: 256, dataLength: 64, placement: 'flash' },
    ],
  } as unknown as ModelPackage;
}

test('the map says what the loader puts where', () => {
  const facts = new Map([
    ['sram_bytes', '65536'],
    ['psram_bytes', '1048576'],
    ['scratch_bytes', '1000'],
    ['cache_bytes', '512'],
    ['cache_in', 'PSRAM'],
  ]);
  const map = memoryMap(model(), facts, 8192, ESP32S3.memory.windows);
  const at = (address: number): string => {
    const span = map.find(({ begin, end }) => begin <= address && address < end);
    return span === undefined ? 'nothing' : `${span.kind} ${span.name}`.trim();
  };
  const heap = SRAM_WINDOW.end - 65536;
  assert.equal(at(SRAM_WINDOW.begin), 'firmware');
  assert.equal(at(heap), 'scratch');
  assert.equal(at(heap + 1000), 'nothing', 'padding');
  assert.equal(at(heap + 1024), 'tensor a');
  assert.equal(at(heap + 1024 + 128), 'scales a');
  assert.equal(at(heap + 1024 + 192), 'free');
  assert.equal(at(0x3d00_0000), 'cache');
  assert.equal(at(0x3d00_0200), 'tensor b');
  assert.equal(at(0x3d00_0240), 'free');
  assert.equal(at(0x3c00_0000 + 64), 'section CONF');
  assert.equal(at(0x3c00_0000 + 1024 + 256), 'tensor c');
  assert.equal(at(0x3c00_0000 + 4096), 'free');
  assert.deepEqual(
    spansWithin(map, heap + 1024, 160).map(({ kind }) => kind),
    ['tensor', 'scales'],
  );
});

/** A board that the test plays. */
function played(): { device: Device; queue: ByteQueue; firmware: FakeFirmware } {
  const queue = new ByteQueue();
  const firmware = new FakeFirmware((bytes) => queue.push(bytes));
  const device: Device = {
    name: 'played',
    output: queue,
    closed: new Promise(() => undefined),
    write: async (bytes) => firmware.receive(bytes),
    reset: async () => firmware.boot(),
    close: async () => queue.end(),
  };
  return { device, queue, firmware };
}

test('a second conversation begins where the first ended, without losing a byte', async () => {
  const { device, queue } = played();
  const feed = new DeviceFeed(device, () => undefined);
  const read = async (from: Device): Promise<string> => {
    let text = '';
    for await (const bytes of from.output) text += new TextDecoder().decode(bytes);
    return text;
  };
  const first = read(feed.next());
  queue.push(new TextEncoder().encode('one'));
  await new Promise((resolve) => setTimeout(resolve, 0));
  const second = read(feed.next());
  queue.push(new TextEncoder().encode('two'));
  await new Promise((resolve) => setTimeout(resolve, 0));
  queue.end();
  assert.deepEqual(await Promise.all([first, second]), ['one', 'two']);
});

interface Bench {
  readonly store: BoardStore;
  readonly firmware: FakeFirmware;
  readonly queue: ByteQueue;
  readonly states: string[];
  readonly failures: Error[];
}

async function talking(): Promise<Bench> {
  const { device, firmware, queue } = played();
  const states: string[] = [];
  const failures: Error[] = [];
  const store = new BoardStore({
    onChange: ({ link }: BoardState) => {
      const state = link.kind === 'ready' ? link.activity : link.kind;
      if (states.at(-1) !== state) states.push(state);
    },
    onToken: () => undefined,
    onFailure: (error) => failures.push(error),
    patience: 1000,
  });
  firmware.say(BANNER);
  await store.open(async () => device);
  return { store, firmware, queue, states, failures };
}

test('a conversation goes through its states', async () => {
  const { store, states, failures } = await talking();
  assert.equal(await store.send('Turn on the light.'), '{"do":"on"}');
  await store.measure();
  assert.equal(store.state.bench?.get('psram_read'), '82780137');
  await store.close();
  assert.deepEqual(states, [
    'opening',
    'greeting',
    'idle',
    'generating',
    'idle',
    'measuring',
    'idle',
    'absent',
  ]);
  assert.equal(failures.length, 0);
  assert.match(store.state.log, /The model is ready/);
  assert.equal(store.state.turns.length, 1, 'what was said stays');
  await assert.rejects(store.send('x'), { name: 'UsageError' });
});

test('a restart greets the board again and begins anew', async () => {
  const { store, firmware } = await talking();
  await store.send('first');
  await store.restart();
  assert.equal(store.state.link.kind, 'ready');
  assert.equal(store.state.turns.length, 0);
  assert.equal(store.state.log.split('ESP-ROM').length - 1, 2, 'the log has both starts, whole');
  await store.send('second');
  assert.deepEqual(firmware.modes, [2, 2], 'both are first turns');
});

test('a board that goes away ends its answer', async () => {
  const { store, firmware, queue, failures } = await talking();
  firmware.holdAfter = 1;
  const sending = store.send('x');
  await new Promise((resolve) => setTimeout(resolve, 20));
  queue.fail(new Error('unplugged'));
  await assert.rejects(sending);
  assert.equal(store.state.link.kind, 'lost');
  assert.equal(store.state.turns.at(-1)?.state, 'cancelled');
  assert.equal(store.state.turns.at(-1)?.text, '{"do":');
  assert.equal(failures.length, 1, 'told once');
});

test('a board with other firmware is silent, and can be asked again', async () => {
  const { device, firmware } = played();
  firmware.foreign = true;
  const store = new BoardStore({
    onChange: () => undefined,
    onToken: () => undefined,
    onFailure: () => undefined,
    patience: 500,
  });
  await store.open(async () => device);
  assert.equal(store.state.link.kind, 'silent');
  firmware.foreign = false;
  await store.retry();
  assert.equal(store.state.link.kind, 'ready');
  await store.close();
});

/** Eight megabytes of flash, no PSRAM that the chip tells of. */
const PLAIN_BOARD: BoardFacts = {
  chip: 'ESP32-S3',
  revision: [0, 2],
  mac: '34:85:18:01:02:03',
  connection: 'uart-bridge',
  flashBytes: 8 * 1024 * 1024,
  flashId: 0x17_40c8,
  octalFlash: false,
  psram: null,
  secureBoot: false,
  flashEncrypted: false,
};

test('what the chip does not tell of is flashed only when the person says so', async () => {
  const asked: (readonly string[])[] = [];
  const session = {} as PortSession;
  const ports = {
    probe: async () => 'available',
    choose: async () => session,
    session,
  } as unknown as SerialPorts;
  const needs = { flashBytes: 8 * 1024 * 1024, psramBytes: 1024 };
  const store = new FlashStore({
    ports,
    image: async () => ({ parts: [], needs, board: { name: 'board' } }) as unknown as RunnableImage,
    flasher: async () => ({
      start: async () => undefined,
      detect: async () => PLAIN_BOARD,
      flash: async ({ accept }) => {
        asked.push(accept ?? []);
        const output = new Uint8Array();
        return {
          board: PLAIN_BOARD,
          parts: [],
          bytes: 0,
          written: 0,
          milliseconds: 1,
          started: 'running',
          output,
        };
      },
    }),
    beforeUse: async () => undefined,
    onChange: () => undefined,
    onFailure: () => undefined,
  });
  await store.connect();
  await assert.rejects(store.flash(), { code: 'psram-too-small' });
  assert.deepEqual(asked, [], 'nothing is written');
  const tries = (): unknown[] => store.state.entries.map(({ label, outcome }) => [label, outcome.kind]);
  assert.deepEqual(tries(), [['', 'refused']]);
  store.name('Ada');
  assert.deepEqual(tries(), [['Ada', 'refused']]);
  store.accept(true);
  assert.deepEqual(tries(), [], 'a board that can be flashed after all was not refused');
  store.accept(false);
  assert.deepEqual(tries(), [['Ada', 'refused']]);
  store.accept(true);
  await store.flash();
  assert.deepEqual(tries(), [['Ada', 'flashed']]);
  assert.deepEqual(asked, [['psram-too-small']]);
  assert.equal(store.state.step.kind, 'done');
  assert.equal(store.state.tally?.flashed, 1);
});

test('names with a number count on from the board that was flashed last, and a board keeps its own', async () => {
  let plugged = 'a';
  const facts = (): BoardFacts => ({ ...PLAIN_BOARD, mac: plugged.repeat(2) });
  const session = {} as PortSession;
  const store = new FlashStore({
    ports: {
      probe: async () => 'available',
      choose: async () => session,
      close: async () => undefined,
      session,
    } as unknown as SerialPorts,
    image: async () =>
      ({
        parts: [],
        needs: { flashBytes: 1024, psramBytes: 0 },
        board: { name: 'board' },
      }) as unknown as RunnableImage,
    flasher: async () => ({
      start: async () => undefined,
      detect: async () => facts(),
      flash: async () => ({
        board: facts(),
        parts: [],
        bytes: 0,
        written: 0,
        milliseconds: 1,
        started: 'running',
        output: new Uint8Array(),
      }),
    }),
    beforeUse: async () => undefined,
    onChange: () => undefined,
    onFailure: () => undefined,
  });
  const meet = async (board: string): Promise<string> => {
    plugged = board;
    await store.next();
    await store.connect();
    return store.state.label;
  };
  await store.connect();
  assert.equal(store.state.label, '');
  store.name('desk-08');
  await store.flash();
  assert.equal(await meet('b'), 'desk-09');
  await store.flash();
  assert.equal(await meet('c'), 'desk-10');
  assert.equal(await meet('a'), 'desk-08', 'its own');
  assert.equal(await meet('c'), 'desk-10');
  store.name('Ada');
  await store.flash();
  assert.equal(await meet('d'), '', 'nothing comes after Ada');
  assert.equal(await meet('b'), 'desk-09');
  assert.deepEqual(['', 'x', '7', 'No. 99', 'a9b', `x${'9'.repeat(30)}`].map(followingName), [
    '',
    '',
    '8',
    'No. 100',
    '',
    `x${'9'.repeat(21)}1000000000`,
  ]);
});

test('whatever a person does in which order, a board keeps its own name and is counted once', async () => {
  const MiB = 1024 * 1024;
  const told = (letter: string, changes: Partial<BoardFacts>): { facts: BoardFacts; error: null } => ({
    facts: { ...PLAIN_BOARD, mac: letter.repeat(2), ...changes },
    error: null,
  });
  const foreign = (found: string): { facts: null; error: FlashError } => ({
    facts: null,
    error: new FlashError('wrong-chip', 'Another chip.', ['other-board'], { facts: { found } }),
  });
  const psram = { kind: 'octal', bytes: 8 * MiB } as const;
  const BOARDS = {
    a: told('a', { psram }),
    b: told('b', { psram }),
    // Too small, and without the memory that the chip would have to tell of.
    c: told('c', { psram, flashBytes: 4 * MiB }),
    d: told('d', {}),
    e: foreign('ESP32-C3'),
    f: foreign('ESP32-C6'),
  };
  const letters = Object.keys(BOARDS) as (keyof typeof BOARDS)[];
  const owner = ({ outcome }: QueueEntry): string | null => {
    const error = 'error' in outcome && outcome.error instanceof FlashError ? outcome.error : null;
    if (error?.facts['found'] === 'ESP32-C3') return 'e';
    if (error?.facts['found'] === 'ESP32-C6') return 'f';
    return macOf(outcome)?.charAt(0) ?? null;
  };

  const random = seededRandom(11);
  const one = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  let plugged: keyof typeof BOARDS = 'a';
  const found = (): BoardFacts => {
    const { facts, error } = BOARDS[plugged];
    if (facts === null) throw error;
    return facts;
  };
  const session = {} as PortSession;
  const ports = {
    probe: async () => 'available',
    choose: async () => session,
    close: async () => undefined,
    session,
  } as unknown as SerialPorts;
  const needs = { flashBytes: 8 * MiB, psramBytes: 1024 };
  const store = new FlashStore({
    ports,
    image: async () => ({ parts: [], needs, board: { name: 'board' } }) as unknown as RunnableImage,
    flasher: async () => ({
      start: async () => undefined,
      detect: async () => found(),
      flash: async ({ mac }) => {
        const board = found();
        if (board.mac !== mac) throw new FlashError('board-changed', 'Another board.', []);
        if (random() < 0.4) throw new FlashError('line', 'Disturbed.', []);
        const output = new Uint8Array();
        return { board, parts: [], bytes: 0, written: 0, milliseconds: 1, started: 'running', output };
      },
    }),
    beforeUse: async () => undefined,
    onChange: () => undefined,
    onFailure: () => undefined,
  });

  const names = new Map<string, string>();
  const everFlashed = new Set<string>();
  let flashes = 0;
  for (let step = 0; step < 20_000; step++) {
    if (random() < 0.3) plugged = one(letters);
    const { step: now } = store.state;
    switch (one(['connect', 'look', 'name', 'accept', 'flash', 'flash', 'next', 'forget'] as const)) {
      case 'connect':
        await store.connect();
        break;
      case 'look':
        await store.lookAgain();
        break;
      case 'name': {
        // The field is there for a board that was found, and for one that was refused.
        const shown = now.kind === 'found' || (now.kind === 'failed' && isRefusal(now.error));
        if (!shown) break;
        const letter = now.kind === 'found' ? now.board.mac.charAt(0) : one(['e', 'f']);
        const chip = now.kind === 'failed' ? (now.error as FlashError).facts['found'] : null;
        const name = `${chip === null ? letter : chip === 'ESP32-C3' ? 'e' : 'f'}${step}.`;
        store.name(name);
        if (now.kind === 'found') names.set(now.board.mac, name);
        break;
      }
      case 'accept':
        store.accept(random() < 0.5);
        break;
      case 'flash':
        await store.flash().catch((error: unknown) => {
          assert.ok(error instanceof UsageError || error instanceof FlashError, String(error));
        });
        if (store.state.step.kind === 'done') {
          everFlashed.add(store.state.step.entry.outcome.board.mac);
          flashes++;
        }
        break;
      case 'next':
        await store.next();
        break;
      case 'forget':
        if (random() < 0.02) {
          store.forget();
          everFlashed.clear();
        }
        break;
    }
    // A chip that does not tell its address counts once however often it is looked at.
    const { step: then } = store.state;
    if (then.kind === 'failed' && isRefusal(then.error)) {
      const { length } = store.state.entries;
      await store.lookAgain();
      const { step: still } = store.state;
      if (still.kind === 'failed' && still.error === then.error)
        assert.equal(store.state.entries.length, length);
    }
    const { entries, tally, label } = store.state;
    const after = store.state.step;
    // A board is known again.
    if (after.kind === 'found') assert.equal(label, names.get(after.board.mac) ?? '');
    for (const [index, entry] of entries.entries()) {
      assert.ok(index === 0 || entry.number > (entries[index - 1]?.number ?? 0));
      const whose = owner(entry);
      // What answered instead of the board that was meant has that board's name.
      if (entry.outcome.kind === 'failed' && macOf(entry.outcome) === null) continue;
      if (entry.outcome.kind === 'cancelled') continue;
      assert.ok(
        entry.label === '' || entry.label.startsWith(whose ?? '?'),
        `${step}: ${entry.label} is ${whose}`,
      );
    }
    const refused = entries.flatMap(({ outcome }) => (outcome.kind === 'refused' ? [macOf(outcome)] : []));
    const known = refused.filter((mac) => mac !== null);
    assert.equal(new Set(known).size, known.length, `${step}: ${known.join()}`);
    assert.equal(tally?.flashed ?? 0, everFlashed.size);
  }
  assert.ok(flashes > 300, String(flashes));
});

test('a measurement is stopped when asked to, and one that gets no answer is told of', async () => {
  const { device, firmware } = played();
  firmware.holdBench = true;
  let woken = 0;
  const store = new BoardStore({
    onChange: () => undefined,
    onToken: () => undefined,
    onFailure: () => undefined,
    beforeUse: () => woken++,
    benchTimeout: 50,
  });
  await store.open(async () => device);
  const measuring = store.measure();
  store.cancel();
  assert.equal(woken, 2, 'a board that rests is woken to measure, and to hear that it should not');
  await measuring;
  assert.equal(firmware.cancels, 1);
  assert.deepEqual([store.state.error, store.state.bench], [null, null]);
  assert.ok(store.state.link.kind === 'ready' && store.state.link.activity === 'idle');
  await store.measure();
  assert.match(store.state.error?.message ?? '', /does not answer/);
  await store.close();
});

test('time that is stopped does not count as time without an answer', async (context) => {
  const emulator = new FakeEmulator();
  const chip = { flashBytes: 2 ** 24, psramKind: 'octal', psramBytes: 2 ** 23 };
  const image = { board: chip, bytes: new Uint8Array(), model: null, partitionBytes: 4096 };
  const store = new EmulatedStore({
    onChange: () => undefined,
    onToken: () => undefined,
    onFailure: () => undefined,
    onEmulated: () => undefined,
    image: async () => image as unknown as RunnableImage,
    symbols: async () => undefined,
    start: startFake(emulator),
  });
  await store.start();
  emulator.firmware.holdBench = true;
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const measuring = store.board.measure();
  await store.pause();
  context.mock.timers.tick(3_600_000);
  const { link, error } = store.board.state;
  assert.equal(link.kind === 'ready' ? link.activity : link.kind, 'measuring');
  assert.equal(error, null);
  store.board.cancel();
  await measuring;
  assert.equal(emulator.calls.at(-1), 'resume', 'it hears that it is to stop');
  assert.equal(store.board.state.error, null);
  await store.stop();
});

test('a transcript has what was said, by whom and how', async () => {
  const { store } = await talking();
  await store.send('Turn on the light.');
  const text = transcriptOf(store.state, 'serial', new Date(0), en);
  for (const part of [
    'Turn on the light.',
    '{"do":"on"}',
    `Model: ${FACTS['model']}`,
    '1970-01-01',
    'Top-p 1',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`);
  const spanish = transcriptOf(store.state, 'serial', new Date(0), es);
  assert.match(spanish, /^Modelo: home-commands$/m);
  assert.doesNotMatch(spanish, /flash_mode|parameters/);
});
