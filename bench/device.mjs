// How fast an ESP32-S3 runs models: modelled by the emulator, beside the limit that the memories set for each model and
// the best figure that anybody published for one like it. Not measured on silicon; `/bench` on a board is.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../scripts/lib/run.mjs';
import { bundle } from './lib/bundle.mjs';
import { describeMachine, format, printTable, writeJson } from './lib/figures.mjs';
import { readOptions } from './lib/options.mjs';
import { profileTokens } from './lib/device-profile.mjs';
import { prebuiltModules } from './lib/prebuilt.mjs';
import {
  LLAMA_12M,
  LLAMA_15M,
  LLAMA_6M,
  PYTHIA_14M,
  PYTHIA_31M,
  STORIES_260K,
  TINY_STORIES_1M,
  TINY_STORIES_3M,
  TINY_STORIES_8M,
  cacheFolder,
  syntheticFolder,
} from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:device -- [options]: tokens per second of the board, as the emulator models it

  --only NAME         one of the cases
  --activations KIND  what the inputs of matrices become, as for convert (default auto)
  --cache KIND        what the key/value cache holds, as for convert (default auto)
  --context N         tokens that the cache holds, as for convert (default: the plan's)
  --position N        tokens in the context when decoding is measured (default 100)
  --board NAME        another board than the cases'
  --firmware FILE     another firmware, an ELF file
  --profile           where the cycles of a token go, by function, instead (needs cargo)
  --addresses         by address instead`;

/** Tokens that are averaged, half before and half after. */
const AVERAGED = 8;
/** Emulated seconds between two looks at the console while the board starts. */
const LOOK = 0.001;
/** A board that has not asked for a prompt by then never will. */
const BOOT_LIMIT = 20;

const REPOSITORY_MODEL = path.join(ROOT, 'models/home-commands');
const REAL_260K = path.join(ROOT, '../shared/models/stories260k');

/** The rungs of INT4: groups, and what inputs become: 16 bits by themselves, as the weights are waited for. */
const INT4_6M = [
  ['group:32', undefined],
  ['group:32', 'int8'],
  ['group:16', undefined],
  ['group:64', undefined],
].map(([granularity, activations]) => ({
  name: `6 M, INT4 ${granularity}${activations === undefined ? '' : `, ${activations} inputs`}`,
  folder: () => syntheticFolder(LLAMA_6M),
  board: 'esp32-s3-n16r8',
  scheme: { weights: 'int4', granularity, activations },
  published: null,
  peer: '',
}));

/** Small models of the hub by their shapes, with 4,096 of their tokens. */
const CUT = [TINY_STORIES_1M, TINY_STORIES_3M, TINY_STORIES_8M, PYTHIA_14M, PYTHIA_31M].map((shape) => ({
  name: `${shape.name}, 4,096 tokens`,
  folder: () => syntheticFolder(shape),
  board: 'esp32-s3-n16r8',
  edits: [{ kind: 'vocabulary', tokens: 4096 }],
  published: null,
  peer: '',
}));

/** Published figures: see README.md. */
const CASES = [
  {
    name: 'stories260K, channel',
    folder: () => (existsSync(REAL_260K) ? REAL_260K : syntheticFolder(STORIES_260K)),
    board: 'esp32-s3-n16r8',
    published: 30,
    peer: 'F32 in PSRAM',
  },
  {
    name: 'stories260K, no PSRAM',
    folder: () => (existsSync(REAL_260K) ? REAL_260K : syntheticFolder(STORIES_260K)),
    board: 'esp32-s3-n16',
    published: null,
    peer: '',
  },
  {
    name: 'home-commands, channel',
    folder: () => REPOSITORY_MODEL,
    board: 'esp32-s3-n16r8',
    published: null,
    peer: '',
  },
  {
    name: '6 M, octal PSRAM',
    folder: () => syntheticFolder(LLAMA_6M),
    board: 'esp32-s3-n16r8',
    published: 7,
    peer: 'INT8, octal PSRAM',
  },
  {
    name: '6 M, groups of 32',
    folder: () => syntheticFolder(LLAMA_6M),
    board: 'esp32-s3-n16r8',
    scheme: { granularity: 'group:32' },
    published: null,
    peer: '',
  },
  {
    name: '6 M, groups of 64',
    folder: () => syntheticFolder(LLAMA_6M),
    board: 'esp32-s3-n16r8',
    scheme: { granularity: 'group:64' },
    published: null,
    peer: '',
  },
  {
    name: '12 M, PSRAM and flash',
    folder: () => syntheticFolder(LLAMA_12M),
    board: 'esp32-s3-n16r8',
    published: null,
    peer: '',
  },
  ...INT4_6M,
  {
    name: '15 M, INT4 group:32',
    folder: () => syntheticFolder(LLAMA_15M),
    board: 'esp32-s3-n16r8',
    scheme: { weights: 'int4', granularity: 'group:32' },
    published: null,
    peer: '',
  },
  {
    // The model that it has the shape of was trained with so many tokens.
    name: '15 M, INT4, context 256',
    folder: () => syntheticFolder(LLAMA_15M),
    board: 'esp32-s3-n16r8',
    scheme: { weights: 'int4' },
    context: 256,
    published: null,
    peer: '',
  },
  ...CUT,
];

const { json, short, values } = readOptions(USAGE, {
  only: { type: 'string' },
  activations: { type: 'string' },
  cache: { type: 'string' },
  context: { type: 'string' },
  board: { type: 'string' },
  firmware: { type: 'string', default: path.join(ROOT, 'device-runtime/prebuilt/esp32s3/firmware.elf') },
  profile: { type: 'boolean', default: false },
  addresses: { type: 'boolean', default: false },
  // Published figures are of short texts.
  position: { type: 'string', default: '100' },
});
const position = short ? AVERAGED : Number(values.position);
if (!Number.isInteger(position) || position < 1) {
  console.error(`--position is a whole number from 1, not "${values.position}".`);
  process.exit(2);
}
const library = path.join(cacheFolder(), 'device-library.mjs');
await bundle('bench/lib/device-library.ts', library, 'node');
const lib = await import(pathToFileURL(library));
const wasm = prebuiltModules();
const runtime = { kernels: await compile(wasm.kernels), twin: await compile(wasm.twin) };
const emulator = await compile(path.join(ROOT, 'kernels/crates/emulator-wasm/prebuilt/emulator.wasm'));
const firmware = lib.firmwareFromElf(readFileSync(values.firmware), 'firmware.elf');

const results = [];
const named = CASES.filter(({ name }) => values.only === undefined || name.startsWith(values.only));
const taken = short ? named.slice(0, 1) : named;
if (values.profile) {
  for (const entry of taken) await profile(entry);
  process.exit(0);
}
for (const entry of taken) results.push(await measure(entry));
printTable(`Modelled by the emulator, greedy, ${position} tokens in the context, both cores at 240 MHz`, [
  [
    'model',
    'tokens/s',
    'prompt',
    'bound',
    'of bound',
    'plan says, half full',
    'published',
    'times',
    'start, s',
  ],
  ...results.map((result) => [
    result.name,
    format(result.tokensPerSecond),
    format(result.prefill),
    format(result.bound),
    `${Math.round((100 * result.tokensPerSecond) / result.bound)} %`,
    result.predicted === null ? '–' : format(result.predicted),
    result.published === null ? '–' : `${result.published} (${result.peer})`,
    result.published === null ? '–' : format(result.tokensPerSecond / result.published, 2),
    format(result.start),
  ]),
]);
writeJson(json, {
  benchmark: 'device',
  commit: describeMachine().commit,
  position,
  cases: results,
});

/** A case's image, and what was planned for it. */
async function build(entry) {
  const { folder, scheme: wanted = {}, edits = [] } = entry;
  const board = lib.findBoard(values.board ?? entry.board);
  const source = await lib.nodeFolder(folder());
  const given = { ...wanted, activations: values.activations ?? wanted.activations, cache: values.cache };
  const context = values.context === undefined ? entry.context : Number(values.context);
  const scheme = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const converted = await lib
    .convert(source, { board: board.id, scheme, edits, context, report: false }, runtime)
    .finally(() => source.close());
  const made = await lib.makeImage(converted.package, { board, firmware });
  return { board, plan: converted.plan, image: lib.assembleFlashImage(made.layout, converted.package) };
}

async function profile(entry) {
  const { board, plan, image } = await build(entry);
  console.log(`${entry.name}, cache ${plan.scheme.cache} in ${plan.cachePlacement}, context ${plan.context}`);
  const ids = prompt(plan.context, 256);
  const { addresses, firmware: elf } = values;
  await profileTokens(lib, image, board, { ids, tokens: AVERAGED, addresses, elf });
}

async function measure(entry) {
  const { name, published, peer } = entry;
  const { board, plan, image } = await build(entry);
  const options = {
    board: { flashBytes: board.flashBytes, psramKind: board.psramKind, psramBytes: board.psramBytes },
    timing: true,
    speed: 'flat',
  };
  const start = await timeStart(image, options);
  const { seconds, prefill } = await timeTokens(image, options, plan.context);
  return {
    name,
    activations: plan.scheme.activations,
    cache: plan.scheme.cache,
    parameters: plan.parameters,
    context: plan.context,
    memories: plan.memories,
    tokensPerSecond: 1 / seconds,
    prefill,
    bound: 1 / boundSeconds(plan, board),
    predicted: plan.predictedTokensPerSecond ?? null,
    published,
    peer,
    start,
  };
}

/** Ids that are there when the first token of those that are averaged is made. */
function prompt(context, vocabulary) {
  const length = Math.max(1, Math.min(position, context - AVERAGED) - AVERAGED / 2);
  return Array.from({ length }, (_, index) => 3 + ((index * 7) % (vocabulary - 3)));
}

/** Emulated seconds from reset to the prompt. */
async function timeStart(image, options) {
  const core = await lib.makeEmulatorCore(emulator, image, options);
  let said = '';
  while (!said.endsWith('> ')) {
    const report = core.run(LOOK);
    if (report !== null) throw new Error(report.text);
    said += Buffer.from(core.read()).toString('latin1');
    if (core.seconds > BOOT_LIMIT) throw new Error(`The board asks for no prompt; it said:\n${said}`);
  }
  const { seconds } = core;
  core.free();
  return seconds;
}

/** Emulated seconds of one token around the wanted position, and tokens a second of the prompt before it. */
async function timeTokens(image, options, context) {
  const device = await lib.EmulatorDevice.start(lib.inlineLink(), emulator, image, options);
  try {
    const client = await lib.ConsoleClient.connect(device, { patience: 600_000, timeout: 600_000 });
    const ids = prompt(context, client.welcome.vocabSize);
    const generation = client.generate({ ids, temperature: 0, maxNewTokens: AVERAGED + 1, drafts: false });
    const micros = [];
    let step = await generation.next();
    for (; step.done !== true; step = await generation.next()) micros.push(step.value.micros);
    // The first token comes out of the prompt's last pass.
    const passes = micros.slice(1);
    if (passes.length === 0) throw new Error('The model ended its text before it could be measured.');
    return {
      seconds: passes.reduce((sum, value) => sum + value, 0) / passes.length / 1e6,
      prefill: (ids.length * 1e6) / step.value.prefillMicros,
    };
  } finally {
    await device.close();
  }
}

/** What reading weights and cache takes at the measured position, as the plan's bound at half the context. */
function boundSeconds(plan, board) {
  const rates = lib.readRates(board);
  return plan.memories.reduce((sum, use) => {
    const bytes = use.bytesPerToken - use.cache / 2 + (use.cache * position) / plan.context;
    return sum + (bytes === 0 ? 0 : bytes / rates[use.memory]);
  }, 0);
}

function compile(file) {
  return WebAssembly.compile(readFileSync(file));
}
