// How long a person waits on the page from the choice of a model to the image for the board, and whether the page stays
// smooth meanwhile. Uses what `npm run build` leaves in dist/.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromeArguments, findChrome } from '../scripts/lib/chrome.mjs';
import { ROOT } from '../scripts/lib/run.mjs';
import { serve } from '../scripts/lib/serve.mjs';
import { processorSeconds, sampleMemory } from './lib/chromium.mjs';
import { describeMachine, printMachine, printTable, show, summarize, writeJson } from './lib/figures.mjs';
import { readOptions } from './lib/options.mjs';
import { LLAMA_14M_F32, LLAMA_15M, STORIES_260K, syntheticFolder } from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:page -- [options]: seconds from a model to its image, in Chromium

  --slow N      the page's thread N times slower (its workers as fast as ever), to see what a small computer would
  --effort E    quick, good or best, as for convert; with memory and processor time where it is above quick
  --weights W   as for convert (default auto)
  --only NAME   one of the models
  Environment: CHROME_PATH  the browser, when it is not where browsers are`;

/** What the element reads of a folder. */
const WANTED = /\.(json|safetensors)$/;
/** Milliseconds for one visit; tuning 15 M parameters takes minutes. */
const PATIENCE = 3_600_000;

/** Milliseconds between two looks at the memory, which cost some themselves. */
const LOOK = 100;

const REAL_260K = path.join(ROOT, '../shared/models/stories260k');
const CASES = [
  {
    name: 'home-commands',
    folder: () => path.join(ROOT, 'models/home-commands'),
    limit: 3,
    efforts: { good: 10, best: 60 },
  },
  {
    name: 'stories260K',
    folder: () => (existsSync(REAL_260K) ? REAL_260K : syntheticFolder(STORIES_260K)),
    limit: 3,
  },
  { name: '14 M in F32, 58 MB', folder: () => syntheticFolder(LLAMA_14M_F32), limit: 10 },
];
/** Only where there is something to tune for that long. */
const LARGE = {
  name: '15 M in BF16, 30 MB',
  folder: () => syntheticFolder(LLAMA_15M),
  efforts: { good: 90, best: 900 },
};

const { json, runs, short, values } = readOptions(USAGE, {
  slow: { type: 'string', default: '1' },
  effort: { type: 'string', default: 'quick' },
  weights: { type: 'string', default: 'auto' },
  only: { type: 'string' },
});
const slow = Number(values.slow);
if (!(slow >= 1)) {
  console.error(`--slow is a number from 1, not "${values.slow}".`);
  process.exit(2);
}
const { effort } = values;
const tuned = effort !== 'quick';
const cases = (tuned ? [CASES[0], LARGE] : short ? CASES.slice(0, 1) : CASES).filter(
  ({ name }) => values.only === undefined || name === values.only,
);
if (!['quick', 'good', 'best'].includes(effort) || cases.length === 0) {
  console.error(`There is no effort ${effort} or no model ${values.only ?? ''} here.\n\n${USAGE}`);
  process.exit(2);
}
const executablePath = findChrome();
if (executablePath === null || !existsSync(path.join(ROOT, 'dist/define.js'))) {
  console.error('This needs Chromium (or CHROME_PATH) and the built element (npm run build).');
  process.exit(1);
}
// The driver comes with the browser test runner.
const require = createRequire(createRequire(import.meta.url).resolve('@web/test-runner-chrome'));
const puppeteer = require('puppeteer-core');
const machine = describeMachine();
printMachine(machine);
const server = await serve(ROOT, 0);
const browser = await puppeteer.launch({
  executablePath,
  args: chromeArguments(),
  protocolTimeout: PATIENCE,
});
const results = [];
try {
  for (const entry of cases) results.push(await measure(entry));
} finally {
  await browser.close();
  await server.close();
}
const title = `From the choice of the files to the image, ${runs} runs each, a new page for each`;
const columns = [
  ['seconds', (result) => show(result.seconds)],
  ['limit', (result) => String(result.limit)],
  ['read', (result) => show(result.read)],
  ['convert', (result) => show(result.convert)],
  ['image', (result) => show(result.image)],
  ['longest task, ms', (result) => show(result.longest)],
  ['processor s', (result) => show(result.processor)],
  ['MB over idle', (result) => show(result.memory)],
].slice(0, tuned ? undefined : -2);
printTable(
  (tuned ? `Effort ${effort}, weights ${values.weights}. ` : '') +
    (slow > 1 ? `${title}, its thread ${slow} times slower` : title),
  [
    ['model', ...columns.map(([head]) => head)],
    ...results.map((result) => [result.name, ...columns.map(([, cell]) => cell(result))]),
  ],
);
writeJson(json, {
  benchmark: 'page',
  machine,
  browser: results[0]?.browser,
  runs,
  slow,
  effort,
  weights: values.weights,
  cases: results,
});

async function measure({ name, folder, limit, efforts }) {
  const at = folder();
  const files = readdirSync(at)
    .filter((file) => WANTED.test(file))
    .map((file) => path.join(at, file));
  const found = [];
  for (let run = 0; run < runs; run += 1) found.push(await visit(files));
  const column = (key) => summarize(found.map((times) => times[key]));
  return {
    name,
    limit: tuned ? efforts[effort] : limit,
    seconds: column('seconds'),
    read: column('read'),
    convert: column('convert'),
    image: column('image'),
    longest: column('longest'),
    processor: column('processor'),
    memory: column('memory'),
    browser: await browser.version(),
  };
}

async function visit(files) {
  const tab = await browser.newPage();
  const { pid } = browser.process();
  try {
    tab.on('pageerror', (error) => console.error(`page: ${error.message}`));
    if (slow > 1) await tab.emulateCPUThrottling(slow);
    await tab.goto(`http://127.0.0.1:${server.port}/bench/page/element.html`);
    const input = await tab.waitForSelector('esp32-llm-converter >>> #file-input', { timeout: PATIENCE });
    await tab.evaluate(
      (settings) => globalThis.watch(settings),
      // What is said by itself is not said, so that the page does what it does for everybody.
      { ...(tuned ? { effort } : {}), ...(values.weights === 'auto' ? {} : { weights: values.weights }) },
    );
    const { least } = await sampleMemory(pid, sleep(500), LOOK);
    const before = processorSeconds(pid);
    const { result, peak } = await sampleMemory(
      pid,
      input.uploadFile(...files).then(() => tab.evaluate(() => globalThis.times())),
      LOOK,
    );
    return { ...result, processor: processorSeconds(pid) - before, memory: (peak - least) / 1e6 };
  } finally {
    await tab.close();
  }
}
