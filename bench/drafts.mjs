// What guesses at the tokens that come are worth on the board (docs/decisions/0054): the same texts with and without them, in
// turns, as the emulator models the board. The ids must be the same.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../scripts/lib/run.mjs';
import { bundle } from './lib/bundle.mjs';
import { describeMachine, format, printTable, writeJson } from './lib/figures.mjs';
import { readOptions } from './lib/options.mjs';
import { prebuiltModules } from './lib/prebuilt.mjs';
import { STORIES_260K, cacheFolder, syntheticFolder } from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:drafts -- [options]: what guesses at the tokens that come are worth on the board

  --only NAME  one of the cases
  --answers N  texts of each case (default: all)`;

const HOME = path.join(ROOT, 'models/home-commands');
const REAL_260K = path.join(ROOT, '../shared/models/stories260k');
const BOARD = 'esp32-s3-n16r8';

/** The model's own samples, as people give them to the board: each a conversation of its own. */
const COMMANDS = readFileSync(path.join(HOME, 'samples.txt'), 'utf8')
  .split('<|story|>')
  .map((sample) => /<\|user\|>(.*?)<\|home\|>/s.exec(sample)?.[1])
  .filter((text) => text !== undefined)
  .slice(0, 40);
const BEGINNINGS = ['Once upon a time', 'Lily and Tom', 'The dog', 'One day a bird'];

const stories = () => (existsSync(REAL_260K) ? REAL_260K : syntheticFolder(STORIES_260K));
const CASES = [
  {
    name: 'home-commands, 40 commands',
    folder: () => HOME,
    prompts: COMMANDS,
    mode: 'first-turn',
    temperature: 0,
    tokens: 60,
  },
  {
    name: 'stories260K, greedy',
    folder: stories,
    prompts: BEGINNINGS,
    mode: 'fresh',
    temperature: 0,
    tokens: 250,
  },
  {
    name: 'stories260K, temperature 1',
    folder: stories,
    prompts: BEGINNINGS,
    mode: 'fresh',
    temperature: 1,
    tokens: 250,
  },
];

const { json, short, values } = readOptions(USAGE, { only: { type: 'string' }, answers: { type: 'string' } });
const library = path.join(cacheFolder(), 'device-library.mjs');
await bundle('bench/lib/device-library.ts', library, 'node');
const lib = await import(pathToFileURL(library));
const wasm = prebuiltModules();
const compile = (file) => WebAssembly.compile(readFileSync(file));
const runtime = { kernels: await compile(wasm.kernels), twin: await compile(wasm.twin) };
const emulator = await compile(path.join(ROOT, 'kernels/crates/emulator-wasm/prebuilt/emulator.wasm'));
const firmware = lib.firmwareFromElf(
  readFileSync(path.join(ROOT, 'device-runtime/prebuilt/esp32s3/firmware.elf')),
  'firmware.elf',
);

const results = [];
const chosen = CASES.filter(({ name }) => values.only === undefined || name.startsWith(values.only));
for (const entry of short ? chosen.slice(0, 1) : chosen) results.push(await measure(entry));
printTable(`Modelled by the emulator, ${BOARD}, both cores at 240 MHz`, [
  ['texts', 'tokens', 'tokens/s, each by itself', 'with guesses', 'times', 'guessed right'],
  ...results.map((result) => [
    result.name,
    format(result.tokens),
    format(result.plain),
    format(result.guessed),
    format(result.guessed / result.plain, 2),
    `${Math.round((100 * result.accepted) / result.tokens)} %`,
  ]),
]);
writeJson(json, { benchmark: 'drafts', commit: describeMachine().commit, cases: results });

async function measure({ name, folder, prompts, mode, temperature, tokens }) {
  const board = lib.findBoard(BOARD);
  const source = await lib.nodeFolder(folder());
  const converted = await lib
    .convert(source, { board: BOARD, report: false }, runtime)
    .finally(() => source.close());
  const made = await lib.makeImage(converted.package, { board, firmware });
  const image = lib.assembleFlashImage(made.layout, converted.package);
  const { flashBytes, psramKind, psramBytes } = board;
  const options = { board: { flashBytes, psramKind, psramBytes }, timing: true, speed: 'flat' };
  const texts = prompts.slice(0, short ? 2 : Number(values.answers ?? prompts.length));
  const write = async (drafts) => {
    const device = await lib.EmulatorDevice.start(lib.inlineLink(), emulator, image, options);
    try {
      const client = await lib.ConsoleClient.connect(device, { patience: 600_000, timeout: 600_000 });
      const sum = { ids: [], tokens: 0, micros: 0, accepted: 0 };
      for (const [seed, prompt] of texts.entries()) {
        const generation = client.generate({ prompt, mode, temperature, maxNewTokens: tokens, seed, drafts });
        let step = await generation.next();
        for (; step.done !== true; step = await generation.next()) sum.ids.push(step.value.id);
        // The first token comes out of the prompt's last pass.
        sum.tokens += step.value.newTokens - 1;
        sum.micros += step.value.decodeMicros;
        sum.accepted += step.value.accepted;
      }
      return sum;
    } finally {
      await device.close();
    }
  };
  const plain = await write(false);
  const guessed = await write(true);
  if (plain.ids.join() !== guessed.ids.join()) throw new Error(`${name}: guesses changed the text.`);
  return {
    name,
    tokens: plain.tokens,
    accepted: guessed.accepted,
    plain: (plain.tokens * 1e6) / plain.micros,
    guessed: (guessed.tokens * 1e6) / guessed.micros,
  };
}
