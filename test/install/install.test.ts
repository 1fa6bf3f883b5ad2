/**
 * The package as npm packs it, installed by people who use it: a page without a bundler, pages of three bundlers, of three
 * frameworks, and of a book. Each converts the sample in Chromium, and all make the image that the installed command line makes.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, PuppeteerNode } from 'puppeteer-core';
import { chromeArguments, findChrome } from '../../scripts/lib/chrome.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { serve } from '../../scripts/lib/serve.mjs';
import { sha256Of, toHex } from '../../src/image/digest.js';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';

/** The driver comes with the browser test runner. */
const require = createRequire(createRequire(import.meta.url).resolve('@web/test-runner-chrome'));

/** Each step takes seconds; the machine may be busy. */
const PATIENCE = 180_000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const clients = fileURLToPath(new URL('clients', import.meta.url));
const chrome = findChrome();
const skip = !existsSync(path.join(root, 'dist/types/bundle.d.ts'))
  ? 'dist/ is not built: npm run build'
  : chrome === null
    ? 'no Chromium on this machine'
    : false;

/** What npm says when no answer comes, whatever the reason. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/** A page that is served. */
interface Served {
  /** Address of the folder that the page is in. */
  readonly base: string;
  close(): Promise<void>;
}

/** Somebody who uses the package. */
interface Client {
  readonly name: string;
  /** Folder in `clients/`. */
  readonly folder: string;
  /** Where the page's own model goes, which it names by an address. */
  readonly models: string;
  /** Serves the page in the installed folder, after making what it needs. */
  serve(folder: string): Promise<Served>;
}

const CLIENTS: readonly Client[] = [
  { name: 'a page without a bundler', folder: 'plain', models: 'models', serve: serveFolder },
  {
    name: 'Vite, built',
    folder: 'vite',
    models: 'public/models',
    serve: async (folder) => {
      await npm(folder, ['run', 'build']);
      return serveByVite(folder, ['preview']);
    },
  },
  {
    name: 'Vite, under development',
    folder: 'vite',
    models: 'public/models',
    serve: (folder) => serveByVite(folder, []),
  },
  { name: 'webpack', folder: 'webpack', models: 'public/models', serve: buildAndServe },
  { name: 'Parcel', folder: 'parcel', models: 'public/models', serve: buildAndServe },
];

/** Pages of frameworks, and a book's: by their addresses. What they set of the element is written in each. */
const PAGES: readonly { readonly name: string; readonly folder: string; readonly page: string }[] = [
  { name: 'React, strict', folder: 'frameworks', page: 'react.html' },
  { name: 'Vue', folder: 'frameworks', page: 'vue.html' },
  { name: 'Svelte', folder: 'frameworks', page: 'svelte.html' },
  { name: 'VitePress', folder: 'vitepress', page: '' },
];

describe('the package, installed', { skip }, () => {
  let scratch: string;
  let browser: Browser;
  /** Why nothing could be installed, if so. */
  let unreachable: string | false = false;
  let image: string;
  /** With the context that the pages of frameworks set. */
  let ofContext: string;

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'install-'));
    // Packing builds, and dist/ is built.
    await npm(root, ['pack', '--ignore-scripts', '--pack-destination', scratch]);
    const { name, version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      readonly name: string;
      readonly version: string;
    };
    const archive = path.join(scratch, `${name}-${version}.tgz`);
    const installs = [...new Set([...CLIENTS, ...PAGES].map(({ folder }) => folder))].map((folder) =>
      install(path.join(clients, folder), path.join(scratch, folder), archive),
    );
    unreachable = (await Promise.all(installs)).find((reason) => reason !== false) ?? false;
    if (unreachable !== false) return;
    image = await imageOfCommandLine([]);
    ofContext = await imageOfCommandLine(['--context', '256']);
    const puppeteer = require('puppeteer-core') as PuppeteerNode;
    browser = await puppeteer.launch({
      executablePath: chrome ?? '',
      args: chromeArguments(),
      protocolTimeout: PATIENCE,
    });
  });

  after(async () => {
    if (unreachable === false) await browser.close();
    await rm(scratch, { recursive: true });
  });

  for (const client of CLIENTS) {
    test(client.name, async (context) => {
      if (unreachable !== false) {
        context.skip(unreachable);
        return;
      }
      const folder = path.join(scratch, client.folder);
      const sample = path.join(folder, 'node_modules/esp32-llm-converter/dist/models');
      await cp(sample, path.join(folder, client.models), { recursive: true });
      const served = await client.serve(folder);
      try {
        assert.deepEqual(await convertIn(browser, served.base), {
          own: true,
          step: 'compare',
          report: true,
          failure: null,
          image,
          wrong: [],
          elsewhere: [],
        });
      } finally {
        await served.close();
      }
    });
  }

  /** Frameworks are built once for all their pages. */
  const built = new Map<string, Promise<Served>>();
  after(async () => {
    for (const served of built.values()) await (await served).close();
  });

  for (const { name, folder, page } of PAGES) {
    test(`${name}: properties, events, and the way from choosing to trying`, async (context) => {
      if (unreachable !== false) {
        context.skip(unreachable);
        return;
      }
      const served = built.get(folder) ?? buildAndServe(path.join(scratch, folder));
      built.set(folder, served);
      assert.deepEqual(await tryIn(browser, `${(await served).base}${page}`), {
        // A book has no switch on its page.
        locked: page === '' ? null : [true, true, false, false],
        board: 'esp32-s3-n16r8',
        image: ofContext,
        heard: page === '' ? null : 'try',
        typed: '/ s',
        answered: true,
        wrong: [],
      });
    });
  }

  /** The digest of the image that the installed command line makes of the installed sample. */
  async function imageOfCommandLine(options: readonly string[]): Promise<string> {
    const installed = path.join(scratch, 'plain/node_modules/esp32-llm-converter');
    const out = path.join(scratch, 'sample.bin');
    const model = path.join(installed, 'dist/models/home-commands');
    const { code, output } = await run(
      process.execPath,
      [path.join(installed, 'dist/cli.js'), 'convert', model, '-o', out, '--no-report', ...options],
      { quiet: true },
    );
    assert.equal(code, 0, output);
    return toHex(sha256Of(await readFile(out)));
  }
});

/**
 * A client as its owner has it after `npm ci` and `npm install esp32-llm-converter`.
 * @returns why the registry cannot be reached, `false` when all is installed
 */
async function install(from: string, to: string, archive: string): Promise<string | false> {
  await cp(from, to, { recursive: true });
  const locked = existsSync(path.join(to, 'package-lock.json'));
  const steps = [...(locked ? [['ci']] : []), ['install', '--no-save', '--no-package-lock', archive]];
  for (const step of steps) {
    const quietly = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--fetch-retries=1'];
    const { code, output } = await run('npm', [...step, ...quietly], { cwd: to, quiet: true });
    if (code === 0) continue;
    const reason = UNREACHABLE.exec(output)?.[0];
    assert.ok(reason !== undefined, output);
    return `the package registry cannot be reached (${reason})`;
  }
  return false;
}

async function npm(folder: string, args: readonly string[]): Promise<void> {
  const { code, output } = await run('npm', [...args], { cwd: folder, quiet: true });
  assert.equal(code, 0, output);
}

async function serveFolder(folder: string): Promise<Served> {
  const { port, close } = await serve(folder, 0);
  return { base: `http://localhost:${port}/`, close };
}

async function buildAndServe(folder: string): Promise<Served> {
  await npm(folder, ['run', 'build']);
  return serveFolder(path.join(folder, 'public'));
}

/** Vite's own server of what it built, or of the sources. */
async function serveByVite(folder: string, args: readonly string[]): Promise<Served> {
  const program = path.join(folder, 'node_modules/vite/bin/vite.js');
  const server = spawn(process.execPath, [program, ...args, '--host', '127.0.0.1'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    server.kill();
    await ended;
  };
  try {
    return { base: await saidAddress(server), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address that a server prints when it is up. */
function saidAddress(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const give = (): void => {
      reject(new Error(`The server did not come up: ${said}`));
    };
    const timer = setTimeout(give, PATIENCE);
    server.once('close', give);
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    };
    server.stdout?.on('data', listen);
    server.stderr?.on('data', listen);
  });
}

/** What the page comes to: its own model read by address, then the sample converted, and what it asked for. */
async function convertIn(browser: Browser, base: string): Promise<object> {
  const page = await browser.newPage();
  const wrong: string[] = [];
  const elsewhere: string[] = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('response', (response) => {
    const url = response.url();
    if (/^(blob|data):/.test(url)) return;
    if (!url.startsWith(base)) elsewhere.push(url);
    // In a model's folder files are looked for that it need not have.
    if (response.status() >= 400 && !url.startsWith(`${base}models/`))
      wrong.push(`${response.status()} ${url}`);
  });
  try {
    await page.goto(base);
    await page.waitForFunction(
      () =>
        document.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector('button') instanceof Element,
      { timeout: PATIENCE },
    );
    const shown = await page.evaluate(async () => {
      const element = document.querySelector<Esp32LlmConverter>('esp32-llm-converter');
      if (element === null) throw new Error('there is no element');
      const failure = (): string | null => element.shadowRoot?.querySelector('.failure')?.textContent ?? null;
      await element.load('models/home-commands/');
      await element.updateComplete;
      const own = element.plan !== null;
      if (!own) return { own, failure: failure() };
      element.reset();
      await element.load();
      await element.convert();
      await element.updateComplete;
      const { step, report } = element;
      if (report === null) return { own, step, failure: failure() };
      const bytes = await (await element.image()).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return {
        own,
        step,
        report: true,
        failure: failure(),
        image: [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
      };
    });
    return { ...shown, wrong, elsewhere };
  } finally {
    await page.close();
  }
}

/** What a page that a framework draws comes to: its switch, a conversion, and the board that is tried. */
async function tryIn(browser: Browser, address: string): Promise<object> {
  const page = await browser.newPage();
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(message.text());
  });
  try {
    await page.goto(address);
    await page.waitForFunction(
      () =>
        document.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector('button') instanceof Element,
      { timeout: PATIENCE },
    );
    const shown = await page.evaluate(async () => {
      const element = document.querySelector<Esp32LlmConverter>('esp32-llm-converter');
      const root = element?.shadowRoot;
      if (!element || !root) throw new Error('there is no element');
      const find = async <T extends Element>(selector: string, text = ''): Promise<T> => {
        for (;;) {
          const all = [...root.querySelectorAll<T>(selector)];
          const found = all.find((each) => each.textContent.includes(text));
          if (found !== undefined) return found;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      const fit = async (): Promise<[unknown, boolean]> => {
        element.reset();
        await element.load();
        const { locked } = element;
        // What a page has settled is text, not a control.
        await find('.fit');
        await element.updateComplete;
        return [locked, root.querySelector('#board') === null];
      };
      const lock = document.querySelector<HTMLButtonElement>('#lock');
      let locked: unknown[] | null = lock === null ? null : await fit();
      lock?.click();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const open = await fit();
      locked = locked === null ? null : [...locked, ...open];
      await element.convert();
      const bytes = await (await element.image()).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      (await find<HTMLButtonElement>('.steps button', 'Try')).click();
      (await find<HTMLButtonElement>('button', 'Start the board')).click();
      await find('#board-prompt');
      (await find<HTMLTextAreaElement>('#board-prompt')).focus();
      return {
        locked,
        board: element.plan?.board,
        image: [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
        heard: document.querySelector('output')?.textContent ?? null,
      };
    });
    // A book's search begins with a slash, wherever it is not typed into a field.
    await page.keyboard.type('/ s');
    const talked = await page.evaluate(async () => {
      const element = document.querySelector<Esp32LlmConverter>('esp32-llm-converter');
      const typed = element?.shadowRoot?.querySelector<HTMLTextAreaElement>('#board-prompt')?.value.slice(-3);
      const answer = await element?.send('turn on the light');
      return { typed, answered: answer !== undefined && answer.trim() !== '' };
    });
    return { ...shown, ...talked, wrong };
  } finally {
    await page.close();
  }
}
