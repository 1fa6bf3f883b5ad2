/** A kit from the command line, opened in Chromium from a server and from a disk: the page makes the image that the kit has. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
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
  ['', []],
  [', with a firmware of its own', ['--firmware', path.join(root, 'test/fixtures/image/ram.elf')]],
];

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
      image = toHex(sha256Of(await readFile(path.join(folder, 'image/home-commands-esp32-s3-n8r8.bin'))));
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
        const page = await browser.newPage();
        const asked: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        const base =
          way === 'from a disk' ? pathToFileURL(`${folder}/`).href : `http://localhost:${server.port}/`;
        await page.goto(`${base}index.html`);
        await page.waitForFunction(
          () => document.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector('button') !== null,
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
          return {
            hint,
            failure,
            step: element.step,
            context: plan?.context,
            image: [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
          };
        });
        assert.deepEqual(shown, {
          hint: way === 'from a disk',
          failure: null,
          step: 'compare',
          context: 96,
          image,
        });
        const elsewhere = asked.filter((url) => !url.startsWith(base) && !/^(blob|data):/.test(url));
        assert.deepEqual(elsewhere, []);
        await page.close();
      });
    }

    test('the help sheet prints on one page', async () => {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(path.join(folder, 'help.html')).href);
      const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      assert.equal(pdf.match(/\/Type \/Page\b/g)?.length, 1);
      await page.close();
    });
  });
