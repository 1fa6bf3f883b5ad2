/**
 * The built element as people use it, from a dropped folder to a conversation with a flashed board, by the keyboard alone
 * after the drop; and what it asks of the network meanwhile. Real: worker, kernels, engine, firmware, emulator, flasher,
 * files. Simulated: the board on the cable.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page, PuppeteerNode } from 'puppeteer-core';
import { chromeArguments, findChrome } from '../../scripts/lib/chrome.mjs';
import { serve } from '../../scripts/lib/serve.mjs';
import { sha256Of, toHex } from '../../src/image/digest.js';
import type { Esp32LlmConverter } from '../../src/element/esp32-llm-converter.js';
import { recordingProxy, type RecordingProxy } from './recording-proxy.js';

/** The driver comes with the browser test runner. */
const require = createRequire(createRequire(import.meta.url).resolve('@web/test-runner-chrome'));

/** A conversion takes seconds; the machine may be busy. */
const PATIENCE = 120_000;

/** More focusable things than any view has. */
const MOST_TABS = 80;

/** What Chrome asks for by itself, whatever page is open: its updates, its accounts, its help with forms. */
const BROWSERS_OWN =
  /^https?:\/\/(?:(?:clients\d?|android\.clients|accounts|mtalk|update|content-autofill|optimizationguide-pa|safebrowsing)\.google(?:apis)?\.com|[\w.-]+\.gvt1\.com)(?::\d+)?$/;

const PROMPT = 'could you dim the lamp in the study a bit';

const root = fileURLToPath(new URL('../..', import.meta.url));
const chrome = findChrome();
const skip = !existsSync(path.join(root, 'dist/define.js'))
  ? 'dist/ is not built: npm run build'
  : chrome === null
    ? 'no Chromium on this machine'
    : false;

/** A board on a cable, for a page that has no ports of its own. */
const BOARD = `
  import { SimulatedBoard } from './test/device/simulated-loader.js';
  import { SimulatedSerial } from './test/device/simulated-port.js';
  import { BANNER, FakeFirmware } from './test/element/fake-board.js';
  const serial = new SimulatedSerial();
  const board = new SimulatedBoard({
    connection: 'usb-serial-jtag', flashBytes: 16 << 20, flashIdentity: 0x1840c8,
    registers: { 0x60007054: 1 << 3 }, banner: BANNER,
  });
  const firmware = new FakeFirmware((bytes) => board.onSend(bytes));
  board.onInput = (bytes) => firmware.receive(bytes);
  serial.plug(board);
  Object.defineProperty(navigator, 'serial', { value: serial });
  globalThis.simulated = { board, firmware };
`;

interface Simulated {
  readonly board: { readonly flash: { read(offset: number, length: number): Uint8Array } };
  readonly firmware: { readonly prompts: readonly string[] };
}

declare global {
  var simulated: Simulated | undefined;
}

describe('the whole way in Chromium', { skip }, () => {
  let folder: string;
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;
  let proxy: RecordingProxy;
  let origin: string;
  /** The same server under another name: another origin, as a CDN is. */
  let elsewhere: string;
  let page: Page;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'whole-way-'));
    server = await serve(root, 0, {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'Content-Range',
    });
    origin = `http://localhost:${server.port}`;
    elsewhere = `http://127.0.0.1:${server.port}`;
    proxy = await recordingProxy(origin, elsewhere);
    proxy.pages.set(
      `${origin}/lesson.html`,
      `<!doctype html><html lang="en"><title>lesson</title><link rel="icon" href="data:,">
       <script type="module" src="/dist/define.js"></script>
       <esp32-llm-converter prompt="${PROMPT}"></esp32-llm-converter></html>`,
    );
    const puppeteer = require('puppeteer-core') as PuppeteerNode;
    browser = await puppeteer.launch({
      executablePath: chrome ?? '',
      // Nothing gets past the proxy, not even what asks for this machine.
      args: [
        ...chromeArguments(),
        `--proxy-server=127.0.0.1:${proxy.port}`,
        '--proxy-bypass-list=<-loopback>',
      ],
      protocolTimeout: PATIENCE,
    });
  });

  after(async () => {
    await browser.close();
    await proxy.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function open(): Promise<void> {
    page = await browser.newPage();
    await page.goto(`${origin}/lesson.html`);
    await shown('.drop');
  }

  /** Gives the page that is opened next a board on a cable. */
  async function plugIn(): Promise<void> {
    const bundled = await build({
      stdin: { contents: BOARD, resolveDir: root, loader: 'ts' },
      bundle: true,
      write: false,
      format: 'iife',
    });
    await page.evaluateOnNewDocument(bundled.outputFiles[0]?.text ?? '');
  }

  /** SHA-256 of the beginning of the board's flash. */
  async function flashDigest(length: number): Promise<string> {
    const hash = await page.evaluate((length) => {
      const bytes = globalThis.simulated?.board.flash.read(0, length) ?? new Uint8Array();
      return crypto.subtle
        .digest('SHA-256', Uint8Array.from(bytes))
        .then((hash) => [...new Uint8Array(hash)]);
    }, length);
    return toHex(Uint8Array.from(hash));
  }

  async function shown(selector: string): Promise<void> {
    await page
      .waitForFunction(
        (wanted) =>
          document.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector(wanted) instanceof Element,
        { timeout: PATIENCE },
        selector,
      )
      .catch(async (cause: unknown) => {
        throw new Error(`${selector} did not appear: ${await words()}`, { cause });
      });
  }

  async function says(text: string): Promise<void> {
    await page
      .waitForFunction(
        (wanted) =>
          document
            .querySelector('esp32-llm-converter')
            ?.shadowRoot?.querySelector('.body')
            ?.textContent.includes(wanted),
        { timeout: PATIENCE },
        text,
      )
      .catch(async (cause: unknown) => {
        throw new Error(`"${text}" did not appear: ${await words()}`, { cause });
      });
  }

  function words(): Promise<string> {
    return page.evaluate(
      () =>
        document
          .querySelector('esp32-llm-converter')
          ?.shadowRoot?.querySelector('.body')
          ?.textContent.replace(/\s+/g, ' ') ?? '',
    );
  }

  /** What has the focus within the element: its id and its words. */
  function focus(): Promise<{ id: string; text: string } | null> {
    return page.evaluate(() => {
      const at = document.querySelector('esp32-llm-converter')?.shadowRoot?.activeElement;
      return at ? { id: at.id, text: at.textContent.trim() } : null;
    });
  }

  async function tabTo(wanted: string): Promise<void> {
    for (let count = 0; count < MOST_TABS; count++) {
      const at = await focus();
      if (at !== null && (at.id === wanted || at.text.startsWith(wanted))) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`The keyboard does not reach "${wanted}": ${await words()}`);
  }

  /** Goes on by a button; the focus may not be lost with the view that the button was in. */
  async function press(wanted: string, selector: string): Promise<void> {
    await tabTo(wanted);
    await page.keyboard.press('Enter');
    await shown(selector);
    assert.notEqual(await focus(), null, `the focus is lost after "${wanted}"`);
  }

  /** Drops a folder of this disk onto the page, as a hand does. */
  async function drop(files: string): Promise<void> {
    const session = await page.createCDPSession();
    // What is fetched for the first step moves the place to drop things at while it comes.
    await shown('.examples');
    const at = await page.evaluate(() => {
      const place = document.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector('.drop');
      place?.scrollIntoView({ block: 'center', behavior: 'instant' });
      const box = place?.getBoundingClientRect();
      return { x: (box?.x ?? 0) + 20, y: (box?.y ?? 0) + 20 };
    });
    const data = { items: [], files: [files], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, ...at, data });
    }
  }

  test('from a dropped folder to a flashed board, by keyboard, asking nobody but the page’s own server', async () => {
    page = await browser.newPage();
    await plugIn();
    await page.goto(`${origin}/lesson.html`);
    await shown('.drop');
    const downloads = await page.createCDPSession();
    await downloads.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
    await drop(path.join(root, 'models/home-commands'));
    await shown('.fit');
    assert.match(await words(), /Context Expected At most .* Half full [\d.]+ [\d.]+/);
    await press('Convert', '.busy, .result');
    await shown('.verdict');
    await press('Take it away', '.take');
    await shown('.digest');
    const digest = await page.evaluate(
      () =>
        document.querySelector('esp32-llm-converter')?.shadowRoot?.querySelector('.digest')?.textContent ??
        '',
    );
    await tabTo('Download image');
    await page.keyboard.press('Enter');
    const saved = await downloaded(folder);
    const image = new Uint8Array(await readFile(path.join(folder, saved)));
    assert.equal(toHex(sha256Of(image)), digest);

    await page.keyboard.down('Shift');
    await tabTo('Try');
    await page.keyboard.up('Shift');
    await page.keyboard.press('Enter');
    await shown('.try .start');
    await press('Start the board', '.running');
    await tabTo('board-prompt');
    await page.keyboard.press('Enter');
    await says('the model ended it');
    assert.match(await words(), /study/);
    assert.match(await words(), /tokens per second on a board/);

    await press('Flash a board', '.flash');
    await shown('.flash .more');
    await press('Connect a board', '.notice.good');
    await tabTo('Flash this board');
    await page.keyboard.press('Enter');
    await says('Flashed and checked');
    assert.equal(await flashDigest(image.length), digest, 'the flash holds the downloaded image');

    await press('Talk to it', '.chat .running');
    await tabTo('board-prompt');
    await page.keyboard.type(' please');
    await page.keyboard.press('Enter');
    await says('the model ended it');
    const prompts = await page.evaluate(() => globalThis.simulated?.firmware.prompts);
    assert.deepEqual(prompts, [`${PROMPT} please`]);

    assert.deepEqual(origins(proxy), [origin], [...proxy.asked.values()].join(' '));
    // The proxy would have known of any other, from a worker too.
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const source = "fetch('http://elsewhere.test/').catch(() => 0).then(() => postMessage(0))";
          const worker = new Worker(URL.createObjectURL(new Blob([source])));
          worker.onmessage = () => resolve();
        }),
    );
    assert.deepEqual(origins(proxy), [origin, 'http://elsewhere.test']);
    await page.close();
  });

  test('the demo page with everything from another origin goes as far, and asks no third', async () => {
    proxy.asked.clear();
    page = await browser.newPage();
    await plugIn();
    // What the page asked for, file by file; the proxy knows of its workers too, by origins.
    const fetched: string[] = [];
    page.on('request', (request) => fetched.push(request.url()));
    await page.goto(`${origin}/demo/cdn.html`);
    await shown('.drop');
    await press('Convert it yourself, step by step', '.fit');
    await press('Convert', '.busy, .result');
    await shown('.verdict');
    const made = await page.evaluate(async () => {
      const element = document.querySelector<Esp32LlmConverter>('esp32-llm-converter');
      const bytes = await (await element?.image())?.arrayBuffer();
      if (bytes === undefined) throw new Error('there is no image');
      const hash = await crypto.subtle.digest('SHA-256', bytes);
      return { length: bytes.byteLength, hash: [...new Uint8Array(hash)] };
    });

    await page.keyboard.down('Shift');
    await tabTo('Try');
    await page.keyboard.up('Shift');
    await page.keyboard.press('Enter');
    await shown('.try .start');
    await press('Start the board', '.running');
    const answer = await page.evaluate(
      (text) => document.querySelector<Esp32LlmConverter>('esp32-llm-converter')?.send(text),
      PROMPT,
    );
    assert.match(answer ?? '', /study/);

    await press('Flash a board', '.flash');
    await shown('.flash .more');
    await press('Connect a board', '.notice.good');
    await tabTo('Flash this board');
    await page.keyboard.press('Enter');
    await says('Flashed and checked');
    assert.equal(await flashDigest(made.length), toHex(Uint8Array.from(made.hash)));

    for (const name of [
      'define.js',
      'emulator.wasm',
      'firmware.esp32s3.elf',
      'models/home-commands/config.json',
    ])
      assert.ok(fetched.includes(`${elsewhere}/dist/${name}`), `${name} among ${fetched.join(' ')}`);
    const emulatorWorker = `${elsewhere}/dist/chunks/emulator-worker-source-`;
    assert.ok(
      fetched.some((url) => url.startsWith(emulatorWorker)),
      fetched.join(' '),
    );
    const own = fetched.filter((url) => url.startsWith(`${origin}/`)).map((url) => new URL(url).pathname);
    // The page's own script reads the version that it names.
    const pages = ['/demo/cdn.html', '/demo/cdn.js', '/demo/demo.css', '/demo/demo.js', '/package.json'];
    assert.deepEqual(own.sort(), pages);
    assert.deepEqual(origins(proxy).sort(), [elsewhere, origin].sort());
    await page.close();
  });

  test('a part of the worker that cannot be loaded is said, and comes with the next try', async () => {
    await open();
    const load = (): Promise<{ step: string; error: string; failure: string | null }> =>
      page.evaluate(async () => {
        const element = document.querySelector<Esp32LlmConverter>('esp32-llm-converter');
        let error = '';
        element?.addEventListener('esp32-llm-error', (event) => (error = event.error.name), { once: true });
        await element?.load();
        await element?.updateComplete;
        const failure = element?.shadowRoot?.querySelector('.failure')?.textContent ?? null;
        return { step: element?.step ?? '', error, failure };
      });
    for (const part of ['remote-folders', 'chat']) {
      const asked: string[] = [];
      proxy.refuse = ({ pathname }) => pathname.includes(`/worker-part-${part}-`) && asked.push(pathname) > 0;
      const offline = await load();
      assert.ok(asked.length > 0);
      assert.deepEqual([offline.step, offline.error], ['choose', 'TransportError']);
      assert.match(offline.failure ?? '', /could not be loaded.*Check the connection and try again/);
    }
    proxy.refuse = () => false;
    assert.equal((await load()).step, 'fit');
    await page.close();
  });

  test('parts of the page that cannot be loaded are said, and come with the next try', async () => {
    await open();
    const load = (): Promise<{ step: string; failure: string | null }> =>
      page.evaluate(async () => {
        const element = document.querySelector<Esp32LlmConverter>('esp32-llm-converter');
        await element?.load();
        await element?.updateComplete;
        const failure = element?.shadowRoot?.querySelector('.failure')?.textContent ?? null;
        return { step: element?.step ?? '', failure };
      });
    proxy.refuse = (url) => url.pathname.includes('/chunks/') || url.pathname.endsWith('.wasm');
    const offline = await load();
    assert.equal(offline.step, 'choose');
    assert.notEqual(offline.failure, null);
    proxy.refuse = () => false;
    assert.equal((await load()).step, 'fit');
    await shown('.fit');

    await tabTo('Convert');
    await page.keyboard.press('Enter');
    await shown('.verdict');
    proxy.refuse = () => true;
    await page.evaluate(() => {
      const element = document.querySelector('esp32-llm-converter');
      const all = [...(element?.shadowRoot?.querySelectorAll('button') ?? [])];
      all.find((button) => button.textContent.trim() === 'Try')?.click();
    });
    await shown('.failure');
    proxy.refuse = () => false;
    await tabTo('Try again');
    await page.keyboard.press('Enter');
    await shown('.try .start');
    await page.close();
  });
});

/** Whom pages and their workers have asked. */
function origins({ asked }: RecordingProxy): string[] {
  return [...asked.keys()].filter((origin) => !BROWSERS_OWN.test(origin));
}

/** The name of the file that the browser has saved completely. */
async function downloaded(folder: string): Promise<string> {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const names = await readdir(folder);
    const [name] = names;
    if (name !== undefined && !names.some((each) => each.endsWith('.crdownload'))) return name;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('nothing was downloaded');
}
