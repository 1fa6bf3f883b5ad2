// Pictures of the element, taken from the demo page in a real browser; needs dist/ (npm run build).
//   node scripts/screenshots.mjs                        docs/images/first-minute.webp, the moving picture of the README
//   node scripts/screenshots.mjs --all FOLDER [--lang es] [--dir rtl] [--theme dark] [--width 320] [--contrast]
//                                                       every view as a PNG, to be looked at
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import puppeteer from 'puppeteer-core';
import { chromeArguments, ensureChrome } from './lib/chrome.mjs';
import { MovingPicture } from './lib/moving-picture.mjs';
import { ROOT } from './lib/run.mjs';
import { serve } from './lib/serve.mjs';

const PICTURE = path.join(ROOT, 'docs/images/first-minute.webp');
const QUALITY = 0.62;
/** What is shown, in CSS pixels. */
const VIEW = { width: 1000, height: 720 };
const PROMPTS = ['could you dim the lamp in the study a bit', 'close the blinds in the bedroom'];

/** A step takes this long on the slowest machine that is still of use. */
const PATIENCE_MS = 120_000;

/** Fonts, pictures and a last drawing settle. */
const SETTLE_MS = 400;

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

/** The first minute as a person has it: one press, the emulated chip's answer, another sentence; then the numbers behind it. */
async function readmePicture() {
  const page = await openDemo({ ...VIEW, lang: 'en', dir: 'ltr', theme: 'light' });
  const studio = await browser.newPage();
  await page.bringToFront();
  const picture = new MovingPicture(page, studio, QUALITY);
  const element = await page.waitForSelector('esp32-llm-converter');
  const inside = (selector) =>
    page.waitForFunction(
      (host, wanted) => host.shadowRoot?.querySelector(wanted),
      { timeout: PATIENCE_MS, polling: 100 },
      element,
      selector,
    );
  /** The element's top at the top of the picture. */
  const align = () =>
    element.evaluate((host) =>
      globalThis.scrollTo(0, host.getBoundingClientRect().top + globalThis.scrollY - 8),
    );
  const press = async (selector) => {
    const button = await inside(selector);
    await button.evaluate((control) => control.focus());
    await picture.take(500);
    await button.click();
  };
  const answers = (count) =>
    page.waitForFunction(
      (host, wanted) => host.shadowRoot.querySelectorAll('.turns .sentence').length >= wanted,
      { timeout: PATIENCE_MS, polling: 100 },
      element,
      count,
    );
  await inside('.cards .primary');
  await align();
  await picture.take(1800);
  await press('.cards .primary');
  await picture.watch(150, answers(1));
  await align();
  await picture.take(2400);
  const field = await inside('.talk textarea');
  await field.focus();
  for (const word of PROMPTS[1].split(/(?<= )/)) {
    await field.type(word);
    await picture.take(120);
  }
  await page.keyboard.press('Enter');
  await picture.watch(150, answers(2));
  await picture.take(2600);
  for (const [step, selector] of [
    ['Fit', '.fit'],
    ['Compare', '.verdict'],
  ]) {
    await element.evaluate((host, name) => {
      const buttons = [...host.shadowRoot.querySelectorAll('.steps button')];
      buttons.find((button) => button.textContent.trim() === name).click();
    }, step);
    await inside(selector);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await align();
    await picture.take(2600);
  }
  await mkdir(path.dirname(PICTURE), { recursive: true });
  const file = picture.finish();
  await writeFile(PICTURE, file);
  console.log(`${path.relative(ROOT, PICTURE)}, ${Math.round(file.length / 1000)} KB`);
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

async function openDemo({ width, height = 900, lang, dir, theme, contrast = false }) {
  const page = await browser.newPage();
  await page.setViewport({ width, height });
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
  await element.evaluate((host, prompt) => host.send(prompt), PROMPTS[0]);
  await settled('try');
  await panel(7, '.flash .primary');
  await settled('flash');
  await panel(8, '#step-heading');
  await settled('chat');
}
