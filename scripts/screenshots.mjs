// Pictures of the element, taken from the demo page in a real browser; needs dist/ (npm run build).
//   node scripts/screenshots.mjs                        docs/images/main-flow.webp, the picture of the README
//   node scripts/screenshots.mjs --all FOLDER [--lang es] [--dir rtl] [--theme dark] [--width 320] [--contrast]
//                                                       every view as a PNG, to be looked at
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { chromeArguments, ensureChrome } from './lib/chrome.mjs';
import { ROOT } from './lib/run.mjs';
import { serve } from './lib/serve.mjs';

const PICTURE = path.join(ROOT, 'docs/images/main-flow.webp');
const PROMPT = 'could you dim the lamp in the study a bit';

/** A step takes this long on the slowest machine that is still of use. */
const PATIENCE_MS = 120_000;

/** Fonts, pictures and a last drawing settle. */
const SETTLE_MS = 400;

/** Steps that stand beside each other in the README, the width of their page and the height that is shown, in CSS pixels. */
const SHOWN = ['fit', 'compare', 'try', 'flash'];
const PAGE_WIDTH = 1080;
const CUT_HEIGHT = 770;

const { values: options } = parseArgs({
  options: {
    all: { type: 'string' },
    lang: { type: 'string', default: 'en' },
    dir: { type: 'string', default: 'ltr' },
    theme: { type: 'string', default: 'light' },
    width: { type: 'string', default: '1280' },
    contrast: { type: 'boolean', default: false },
  },
});

const server = await serve(ROOT, 0);
const browser = await puppeteer.launch({
  executablePath: await ensureChrome(),
  args: chromeArguments(),
  headless: true,
});
try {
  if (options.all === undefined) await readmePicture();
  else await everyView(options.all);
} finally {
  await browser.close();
  await server.close();
}

async function readmePicture() {
  const page = await openDemo({ width: PAGE_WIDTH, lang: 'en', dir: 'ltr', theme: 'light' });
  const pictures = new Map();
  await walk(page, async (step) => {
    if (!SHOWN.includes(step)) return;
    const element = await page.$('esp32-llm-converter');
    // The drawings of the buttons tell more than the line that opens them.
    await element.evaluate((host) => host.shadowRoot.querySelector('details.help')?.setAttribute('open', ''));
    const { x, y, width, height } = await element.boundingBox();
    const clip = { x, y, width, height: Math.min(CUT_HEIGHT, height) };
    pictures.set(
      step,
      await page.screenshot({ clip, type: 'png', encoding: 'base64', captureBeyondViewport: true }),
    );
  });
  const images = SHOWN.map(
    (step) => `<div><img alt="" src="data:image/png;base64,${pictures.get(step)}"></div>`,
  );
  await page.setViewport({ width: 1640, height: 400 });
  await page.setContent(`<!doctype html><style>
    body { margin: 0; padding: 16px; display: grid; grid-template-columns: 1fr 1fr; gap: 16px; background: #eef1f4; }
    div { height: 600px; overflow: hidden; border: 1px solid #d5dce2; border-radius: 12px; background: #fff; }
    img { display: block; width: 100%; }
  </style>${images.join('')}`);
  await mkdir(path.dirname(PICTURE), { recursive: true });
  await writeFile(PICTURE, await page.screenshot({ fullPage: true, type: 'webp', quality: 82 }));
  console.log(path.relative(ROOT, PICTURE));
}

async function everyView(folder) {
  const { lang, dir, theme, width, contrast } = options;
  await mkdir(folder, { recursive: true });
  const page = await openDemo({ width: Number(width), lang, dir, theme, contrast });
  await walk(page, async (step) => {
    const name = [step, lang, dir, theme, width, ...(contrast ? ['contrast'] : [])].join('-');
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
    console.log(name);
  });
}

async function openDemo({ width, lang, dir, theme, contrast = false }) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  const session = await page.createCDPSession();
  await session.send('Emulation.setEmulatedMedia', {
    features: [
      { name: 'prefers-color-scheme', value: theme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
      ...(contrast ? [{ name: 'forced-colors', value: 'active' }] : []),
    ],
  });
  await page.goto(`http://localhost:${server.port}/demo/`);
  await page.$eval(
    'esp32-llm-converter',
    (element, settings) => {
      element.ownerDocument.documentElement.dir = settings.dir;
      element.lang = settings.lang;
    },
    { lang, dir },
  );
  return page;
}

/** Goes the whole way with the sample model. @param take called at each step when it has settled */
async function walk(page, take) {
  const element = await page.waitForSelector('esp32-llm-converter');
  const shown = (selector) =>
    page.waitForFunction(
      (host, wanted) => host.shadowRoot?.querySelector(wanted),
      { timeout: PATIENCE_MS },
      element,
      selector,
    );
  const press = (selector) =>
    element.evaluate((host, wanted) => host.shadowRoot.querySelector(wanted).click(), selector);
  const settled = async (step) => {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await take(step);
  };
  // By the steps of the header, of which the panels of a result are buttons.
  const panel = async (number, selector) => {
    await press(`.steps li:nth-child(${number}) button`);
    await shown(selector);
  };

  await shown('.choose');
  await settled('choose');
  await element.evaluate((host) => host.load());
  await shown('.fit');
  await settled('fit');
  await element.evaluate((host) => void host.convert());
  await shown('.busy progress[value]');
  await settled('convert');
  await shown('.verdict');
  await settled('compare');
  await panel(6, '.take .digest');
  await settled('take');
  await panel(5, '.try .primary');
  await press('.try .primary');
  await shown('.talk textarea');
  await element.evaluate((host, prompt) => host.send(prompt), PROMPT);
  await settled('try');
  await panel(7, '.flash .primary');
  await settled('flash');
  await panel(8, '#step-heading');
  await settled('chat');
}
