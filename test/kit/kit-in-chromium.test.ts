/** A kit from the command line or from the page's button, opened in Chromium from a server and from a disk: its page makes the image that the kit has. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import type { Browser, PuppeteerNode } from 'puppeteer-core';
import { chromeArguments, findChrome } from '../../scripts/lib/chrome.mjs';
import { serve } from '../../scripts/lib/serve.mjs';
import { main } from '../../src/cli/commands.js';
import { sha256Of, toHex } from '../../src/image/digest.js';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';

/** The driver comes with the browser test runner. */
const require = createRequire(createRequire(import.meta.url).resolve('@web/test-runner-chrome'));

/** A conversion takes seconds; the machine may be busy. */
const PATIENCE = 120_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const chrome = findChrome();
const skip = !existsSync(path.join(root, 'dist/esp32-llm-converter.bundle.js'))
  ? 'dist/ is not built: npm run build'
  : chrome === null
    ? 'no Chromium on this machine'
    : false;

/** With the element's own firmware and with somebody else's. */
const FIRMWARE: readonly (readonly [name: string, options: readonly string[]])[] = [
  [
    '',
    [
      ...['--url', 'https://school.example/class/kit/', '--prompt', 'dim the lamp in the study'],
      ...['--prompt', 'who are you?', '--prompt', 'what is the capital of Norway?'],
    ],
  ],
  [
    ', with a firmware and a name of its own',
    ['--firmware', path.join(root, 'test/fixtures/image/ram.elf'), '--name', 'Órdenes 🏠 家用'],
  ],
];

const SHEETS = ['help.html', 'worksheet.html'];

/** How many pages a file is on paper. */
async function pagesOf(browser: Browser, file: string): Promise<number> {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true })).toString('latin1');
  await page.close();
  return pdf.match(/\/Type \/Page\b/g)?.length ?? 0;
}

for (const [name, options] of FIRMWARE)
  describe(`a class kit in Chromium${name}`, { skip }, () => {
    let folder: string;
    let browser: Browser;
    let server: Awaited<ReturnType<typeof serve>>;
    let image: string;

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'kit-page-'));
      const code = await main(
        [
          'kit',
          path.join(root, 'models/home-commands'),
          '-o',
          folder,
          '--board',
          'esp32-s3-n8r8',
          '--context',
          '96',
          ...options,
        ],
        {
          stdout: { write: () => true },
          stderr: { write: () => true },
          signal: new AbortController().signal,
        },
      );
      assert.equal(code, 0);
      const plain = name === '' ? 'home-commands' : 'Órdenes-家用';
      image = toHex(sha256Of(await readFile(path.join(folder, `image/${plain}-esp32-s3-n8r8.bin`))));
      server = await serve(folder, 0);
      const puppeteer = require('puppeteer-core') as PuppeteerNode;
      browser = await puppeteer.launch({
        executablePath: chrome ?? '',
        args: chromeArguments(),
        protocolTimeout: PATIENCE,
      });
    });

    after(async () => {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true });
    });

    for (const way of ['from a server', 'from a disk']) {
      test(way, async () => {
        const base =
          way === 'from a disk' ? pathToFileURL(`${folder}/`).href : `http://localhost:${server.port}/`;
        assert.deepEqual(await convertIn(browser, base), {
          // A page from a disk cannot read what another kit would be made of.
          downloads: way === 'from a disk' ? 3 : 6,
          hint: way === 'from a disk',
          failure: null,
          context: 96,
          image,
          elsewhere: [],
        });
      });
    }

    for (const way of ['from a server', 'from a disk']) {
      test(`the lessons, ${way}`, async () => {
        const base =
          way === 'from a disk' ? pathToFileURL(`${folder}/`).href : `http://localhost:${server.port}/`;
        const page = await browser.newPage();
        const asked: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        await page.goto(`${base}course.html`);
        const links = await page.$$eval('.lessons a', (all) => all.map(({ href }) => href));
        assert.equal(links.length, 5);
        for (const link of links) {
          await page.goto(link);
          // Each has read and planned the kit's model, on the board of the course.
          const planned = await page.waitForFunction(
            () => {
              const element = document.querySelector<Esp32LlmConverter>('esp32-llm-converter');
              const failure = element?.shadowRoot?.querySelector('.failure')?.textContent;
              return failure ?? (element?.plan ? element.plan.context : null);
            },
            { timeout: PATIENCE },
          );
          assert.equal(await planned.jsonValue(), 256, link);
        }
        await page.goto(`${base}course-teacher.html`);
        assert.equal(await page.$$eval('.told details[open] p', (all) => all.length), 15);
        await page.evaluate(() => {
          window.print = () => document.body.setAttribute('data-printed', '');
          document.querySelector<HTMLButtonElement>('.print')?.click();
        });
        assert.ok(await page.$('body[data-printed]'));
        assert.deepEqual(
          asked.filter((url) => !url.startsWith(base) && !/^(blob|data):/.test(url)),
          [],
        );
        await page.close();
      });
    }

    for (const sheet of SHEETS) {
      test(`${sheet} prints on one page`, async () => {
        assert.equal(await pagesOf(browser, path.join(folder, sheet)), 1);
      });
    }
  });

describe('a class kit for students, in Chromium', { skip }, () => {
  let folder: string;
  let browser: Browser;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kit-student-'));
    const model = path.join(root, 'models/home-commands');
    const prompts = ['--prompt', 'who are you?', '--prompt', 'is the garage door closed?'];
    const code = await main(['kit', model, '-o', folder, '--view', 'student', ...prompts], {
      stdout: { write: () => true },
      stderr: { write: () => true },
      signal: new AbortController().signal,
    });
    assert.equal(code, 0);
    const puppeteer = require('puppeteer-core') as PuppeteerNode;
    browser = await puppeteer.launch({
      executablePath: chrome ?? '',
      args: chromeArguments(),
      protocolTimeout: PATIENCE,
    });
  });

  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  for (const language of ['es', 'zh-Hans'])
    test(`its sheets print on one page each in ${language}`, async () => {
      const other = path.join(folder, language);
      const options = [
        '--lang',
        language,
        '--url',
        'https://school.example/class/kit/',
        '--board',
        'esp32-s3-n8r8',
      ];
      const code = await main(['kit', path.join(root, 'models/home-commands'), '-o', other, ...options], {
        stdout: { write: () => true },
        stderr: { write: () => true },
        signal: new AbortController().signal,
      });
      assert.equal(code, 0);
      for (const sheet of SHEETS) assert.equal(await pagesOf(browser, path.join(other, sheet)), 1, sheet);
    });

  test('it comes to the emulated board by itself, and a press on a question asks it', async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path.join(folder, 'index.html')).href);
    const steps = await page.waitForFunction(
      () => {
        const shadow = document.querySelector('esp32-llm-converter')?.shadowRoot;
        if (!shadow?.querySelector('.try .start')) return null;
        return [...shadow.querySelectorAll('.steps li')].map((step) => step.textContent.trim());
      },
      { timeout: PATIENCE },
    );
    const shown = (await steps.jsonValue()) ?? [];
    assert.deepEqual(
      shown.map((step) => /Try|Flash|Chat|Convert|Fit|Compare|Choose|Take/.exec(step)?.[0]),
      ['Convert', 'Try', 'Flash', 'Chat'],
    );
    const press = (text: string): Promise<void> =>
      page.evaluate((wanted) => {
        const buttons = [...document.querySelectorAll<HTMLButtonElement>('#questions button')];
        buttons.find((button) => button.textContent === wanted)?.click();
      }, text);
    await press('who are you?');
    await page.waitForFunction(
      () => document.getElementById('not-ready')?.textContent.includes('No board listens'),
      {
        timeout: PATIENCE,
      },
    );
    await page.evaluate(() => {
      const shadow = document.querySelector('esp32-llm-converter')?.shadowRoot;
      shadow?.querySelector<HTMLButtonElement>('.try .start button')?.click();
    });
    await page.waitForFunction(
      () => !!document.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector('#board-prompt'),
      { timeout: PATIENCE },
    );
    await press('is the garage door closed?');
    await page.waitForFunction(
      () => document.querySelector('esp32-llm-converter')?.shadowRoot?.textContent.includes('"dev":"door"'),
      { timeout: PATIENCE },
    );
    assert.equal(await page.evaluate(() => document.getElementById('not-ready')?.textContent), '');
    await page.close();
  });
});

describe('a class kit that the button made, in Chromium', { skip }, () => {
  let folder: string;
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;
  let kit: string;
  let image: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kit-button-'));
    const puppeteer = require('puppeteer-core') as PuppeteerNode;
    browser = await puppeteer.launch({
      executablePath: chrome ?? '',
      args: chromeArguments(),
      protocolTimeout: PATIENCE,
    });
    kit = await unpack(await pressForKit());
    image = toHex(sha256Of(await readFile(path.join(kit, 'image/home-commands-esp32-s3-n8r8.bin'))));
    server = await serve(kit, 0);
  });

  after(async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** Makes the kit as a teacher does, and waits for the browser to have saved it. */
  async function pressForKit(): Promise<string> {
    const own = await serve(root, 0);
    try {
      const page = await browser.newPage();
      const session = await page.createCDPSession();
      await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
      await page.goto(`http://localhost:${own.port}/demo/kit.html`);
      await page.waitForFunction(
        () => document.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector('.drop'),
        { timeout: PATIENCE },
      );
      await page.evaluate(async () => {
        const element = document.querySelector<Esp32LlmConverter>('esp32-llm-converter');
        if (element === null) throw new Error('there is no element');
        element.board = 'esp32-s3-n8r8';
        element.context = 96;
        await element.load();
        await element.convert();
        await element.image();
        await element.updateComplete;
        const buttons = [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
        const button = buttons.find((each) => each.textContent.includes('Download kit'));
        if (button === undefined) throw new Error(element.shadowRoot?.textContent);
        button.click();
      });
      const end = Date.now() + PATIENCE;
      for (;;) {
        const [name] = (await readdir(folder)).filter((each) => each.endsWith('.zip'));
        if (name !== undefined) {
          await page.close();
          return path.join(folder, name);
        }
        if (Date.now() > end) throw new Error('no kit was saved');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      await own.close();
    }
  }

  /** @returns the folder that is in the archive */
  async function unpack(archive: string): Promise<string> {
    for (const [name, bytes] of Object.entries(unzipSync(await readFile(archive)))) {
      if (name.endsWith('/')) continue;
      const file = path.join(folder, name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    return path.join(folder, path.basename(archive, '.zip'));
  }

  for (const way of ['from a server', 'from a disk']) {
    test(`${way}: the page makes the image in the kit, which has the lessons`, async () => {
      const base = way === 'from a disk' ? pathToFileURL(`${kit}/`).href : `http://localhost:${server.port}/`;
      assert.ok(existsSync(path.join(kit, 'course-teacher.html')));
      assert.deepEqual(await convertIn(browser, base), {
        hint: way === 'from a disk',
        failure: null,
        downloads: way === 'from a disk' ? 3 : 6,
        context: 96,
        image,
        elsewhere: [],
      });
    });
  }
});

/** What the page of a kit comes to: opened, converted, with the digest of its image and what it asked of others. */
async function convertIn(browser: Browser, base: string): Promise<object> {
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${base}index.html`);
  await page.waitForFunction(
    () =>
      document.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector('button') instanceof Element,
    { timeout: PATIENCE },
  );
  const shown = await page.evaluate(async () => {
    const element = document.querySelector<Esp32LlmConverter>('esp32-llm-converter');
    if (element === null) throw new Error('there is no element');
    const hint = document.getElementById('from-disk')?.hidden === false;
    await element.load();
    const { plan } = element;
    await element.convert();
    const failure = element.shadowRoot?.querySelector('.failure')?.textContent ?? null;
    const bytes = new Uint8Array(await (await element.image()).arrayBuffer());
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    const buttons = (): HTMLButtonElement[] => [...(element.shadowRoot?.querySelectorAll('button') ?? [])];
    buttons()
      .find((button) => button.textContent.trim() === 'Take it away')
      ?.click();
    await element.updateComplete;
    const downloads = buttons().filter((button) => button.textContent.trim().startsWith('Download'));
    return {
      downloads: downloads.length,
      hint,
      failure,
      context: plan?.context,
      image: [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    };
  });
  await page.close();
  return { ...shown, elsewhere: asked.filter((url) => !url.startsWith(base) && !/^(blob|data):/.test(url)) };
}
