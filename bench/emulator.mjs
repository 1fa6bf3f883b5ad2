// How many instructions per second the emulated board runs in Node and in Chromium, with and without the timing model,
// translating code that runs often or only interpreting it:
// the firmware answering with a model, and plain integer code beside QEMU.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../scripts/lib/run.mjs';
import { bundle } from './lib/bundle.mjs';
import { openPage } from './lib/chromium.mjs';
import {
  describeMachine,
  format,
  printMachine,
  printTable,
  show,
  summarize,
  writeJson,
} from './lib/figures.mjs';
import { readOptions } from './lib/options.mjs';
import { buildLoop, measureQemu } from './lib/qemu-peer.mjs';
import { cacheFolder } from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:emulator -- [options]: instructions per second of the emulated board

  --firmware FILE  an ELF file instead of device-runtime/prebuilt/esp32s3/firmware.elf

  Environment: CHROME_PATH  the browser, when it is not where browsers are`;

const EMULATOR = path.join(ROOT, 'kernels/crates/emulator-wasm/prebuilt/emulator.wasm');
const MODEL = path.join(ROOT, 'models/home-commands');
const BOARD = { flashBytes: 16 << 20, psramKind: 'octal', psramBytes: 8 << 20 };
/** Ways to run a board, each with its name. */
const KINDS = [false, true].flatMap((timing) =>
  [true, false].map((interpreted) => ({
    how: `${timing ? 'timed' : 'flat out'}${interpreted ? ', interpreted' : ''}`,
    options: { board: BOARD, timing, speed: 'flat', seed: 1, interpreted },
  })),
);

const { json, runs, short, values } = readOptions(USAGE, { firmware: { type: 'string' } });
/** Emulated seconds of the integer loop: fewer than the boot's watchdog allows. */
const loopSeconds = short ? 0.1 : 0.4;
const firmware = values.firmware ?? path.join(ROOT, 'device-runtime/prebuilt/esp32s3/firmware.elf');
for (const file of [firmware, EMULATOR]) {
  if (!existsSync(file)) throw new Error(`${file} is missing; run "npm run build:native"`);
}
const machine = describeMachine();
const library = path.join(cacheFolder(), 'emulator-library.mjs');
await bundle('bench/lib/emulator-library.ts', library, 'node');
const { EmulatorBench, makeEmulatorCore } = await import(pathToFileURL(library));
const module = await WebAssembly.compile(readFileSync(EMULATOR));

const images = { speak: imageOf(firmware, 'emulator-speak.bin') };
const loops = { qemu: buildLoop('qemu'), board: buildLoop('board') };
if (loops.board !== null) images.loop = imageOf(loops.board, 'emulator-loop.bin');

printMachine(machine);
const session = await openPage('emulator.html', 'emulator-worker', {
  'emulator.wasm': EMULATOR,
  ...Object.fromEntries(Object.values(images).map((file) => [path.basename(file), file])),
});
const results = [];
try {
  results.push(await measureSpeaking());
  if (images.loop !== undefined) results.push(await measureLoop());
} finally {
  await session?.close();
}
writeJson(json, { benchmark: 'emulator', machine, runs, results });

/** The flash image of a program, with the sample model beside it. */
function imageOf(elf, name) {
  const file = path.join(cacheFolder(), name);
  const args = ['--import', './scripts/lib/ts-register.mjs', 'src/cli/main.ts'];
  args.push('convert', MODEL, '-o', file, '--firmware', elf);
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`No image could be made of ${elf}: ${stderr}`);
  return file;
}

async function boardInNode(image, options) {
  return new EmulatorBench(await makeEmulatorCore(module, readFileSync(image), options));
}

function askChromium(image, options, seconds) {
  return session.ask({ url: path.basename(image), options, seconds });
}

/** The firmware between prompts: matrix products in vectors, float code, a core that waits. */
async function measureSpeaking() {
  const ways = [];
  for (const { how, options } of KINDS) {
    const board = await boardInNode(images.speak, options);
    board.boot();
    ways.push({ title: `Node, ${how}`, run: () => board.speak() });
    if (session !== null)
      ways.push({ title: `Chromium, ${how}`, run: () => askChromium(images.speak, options) });
  }
  const figures = await takeTurns(ways);
  printTable('the firmware answering with home-commands', [
    ['', 'million instructions/s', 'per processor second', 'emulated s per s'],
    ...figures.map(({ title, rate, perProcessorSecond, pace }) => [
      title,
      show(rate),
      show(perProcessorSecond),
      show(pace),
    ]),
  ]);
  return { program: 'firmware', figures };
}

/** Code of the base set, which QEMU runs as well. */
async function measureLoop() {
  const ways = [];
  for (const { how, options } of KINDS) {
    ways.push({
      title: `Node, ${how}`,
      run: async () => (await boardInNode(images.loop, options)).spend(loopSeconds),
    });
    if (session !== null) {
      ways.push({
        title: `Chromium, ${how}`,
        run: () => askChromium(images.loop, options, loopSeconds),
      });
    }
  }
  const figures = await takeTurns(ways);
  const rates = loops.qemu === null ? [] : Array.from({ length: runs }, () => measureQemu(loops.qemu));
  const qemu = rates.length === 0 || rates.includes(null) ? null : summarize(rates.map((rate) => rate / 1e6));
  printTable('nine integer instructions in a loop', [
    ['', 'million instructions/s', 'per processor second', '× QEMU'],
    ...figures.map(({ title, rate, perProcessorSecond }) => [
      title,
      show(rate),
      show(perProcessorSecond),
      qemu === null ? '–' : format(rate.median / qemu.median, 2),
    ]),
    ...(qemu === null ? [] : [['qemu-xtensa, user mode', show(qemu), '–', '1']]),
  ]);
  return { program: 'integers', figures, qemu };
}

/** Processor seconds that this process, or the page's worker, has taken; `null` where the system does not tell. */
function processorSeconds(isChromium) {
  if (isChromium) return session.workerSeconds();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** All ways take turns, so that a machine that slows down slows all of them; the first round warms compilers up. */
async function takeTurns(ways) {
  const taken = ways.map(() => []);
  for (let run = -1; run < runs; run += 1) {
    for (const [index, { title, run: way }] of ways.entries()) {
      const before = processorSeconds(title.startsWith('Chromium'));
      const figures = await way();
      const after = processorSeconds(title.startsWith('Chromium'));
      if (run >= 0) taken[index].push({ ...figures, processor: before === null ? null : after - before });
    }
  }
  return ways.map(({ title }, index) => {
    const of = (what) => summarize(taken[index].map(what));
    return {
      title,
      rate: of(({ instructions, milliseconds }) => instructions / milliseconds / 1000),
      pace: of(({ emulatedSeconds, milliseconds }) => (emulatedSeconds / milliseconds) * 1000),
      perProcessorSecond: taken[index].some(({ processor }) => processor === null || processor === 0)
        ? null
        : of(({ instructions, processor }) => instructions / processor / 1e6),
    };
  });
}
