// How long a person waits on the page from the choice of a model to the image for the board, and whether the page stays
// smooth meanwhile. Uses what `npm run build` leaves in dist/.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromeArguments, findChrome } from '../scripts/lib/chrome.mjs';
import { ROOT } from '../scripts/lib/run.mjs';
import { serve } from '../scripts/lib/serve.mjs';
import { describeMachine, printMachine, printTable, show, summarize, writeJson } from './lib/figures.mjs';
import { readOptions } from './lib/options.mjs';
import { LLAMA_14M_F32, STORIES_260K, syntheticFolder } from './lib/synthetic-model.mjs';

const USAGE = `npm run bench:page -- [options]: seconds from a model to its image, in Chromium

  --slow N      the page's thread N times slower (its workers as fast as ever), to see what a small computer would
  Environment: CHROME_PATH  the browser, when it is not where browsers are`;

/** What the element reads of a folder. */
const WANTED = /\.(json|safetensors)$/;
const PATIENCE = 120_000;

const REAL_260K = path.join(ROOT, '../shared/models/stories260k');
const CASES = [
  { name: 'home-commands', folder: () => path.join(ROOT, 'models/home-commands'), limit: 3 },
  {
    name: 'stories260K',
    folder: () => (existsSync(REAL_260K) ? REAL_260K : syntheticFolder(STORIES_260K)),
    limit: 3,
  },
  { name: '14 M in F32, 58 MB', folder: () => syntheticFolder(LLAMA_14M_F32), limit: 10 },
];

const { json, runs, short, values } = readOptions(USAGE, { slow: { type: 'string', default: '1' } });
const slow = Number(values.slow);
if (!(slow >= 1)) {
  console.error(`--slow is a number from 1, not "${values.slow}".`);
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
  for (const entry of short ? CASES.slice(0, 1) : CASES) results.push(await measure(entry));
} finally {
  await browser.close();
  await server.close();
}
const title = `From the choice of the files to the image, ${runs} runs each, a new page for each`;
printTable(slow > 1 ? `${title}, its thread ${slow} times slower` : title, [
  ['model', 'seconds', 'limit', 'read', 'convert', 'image', 'longest task, ms'],
  ...results.map((result) => [
    result.name,
    show(result.seconds),
    String(result.limit),
    show(result.read),
    show(result.convert),
    show(result.image),
    show(result.longest),
  ]),
]);
writeJson(json, { benchmark: 'page', machine, browser: results[0]?.browser, runs, slow, cases: results });

async function measure({ name, folder, limit }) {
  const at = folder();
  const files = readdirSync(at)
    .filter((file) => WANTED.test(file))
    .map((file) => path.join(at, file));
  const found = [];
  for (let run = 0; run < runs; run += 1) found.push(await visit(files));
  const column = (key) => summarize(found.map((times) => times[key]));
  return {
    name,
    limit,
    seconds: column('seconds'),
    read: column('read'),
    convert: column('convert'),
    image: column('image'),
    longest: column('longest'),
    browser: await browser.version(),
  };
}

async function visit(files) {
  const tab = await browser.newPage();
  try {
    tab.on('pageerror', (error) => console.error(`page: ${error.message}`));
    if (slow > 1) await tab.emulateCPUThrottling(slow);
    await tab.goto(`http://127.0.0.1:${server.port}/bench/page/element.html`);
    const input = await tab.waitForSelector('esp32-llm-converter >>> #file-input', { timeout: PATIENCE });
    await tab.evaluate(() => globalThis.watch());
    await input.uploadFile(...files);
    return await tab.evaluate(() => globalThis.times());
  } finally {
    await tab.close();
  }
}
