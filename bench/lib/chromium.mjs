// A real Chromium with one page of ours: started, asked, and its memory counted over all of its processes.
import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromeArguments, findChrome } from '../../scripts/lib/chrome.mjs';
import { ROOT } from '../../scripts/lib/run.mjs';
import { serve } from '../../scripts/lib/serve.mjs';
import { bundle } from './bundle.mjs';
import { cacheFolder } from './synthetic-model.mjs';

/** Milliseconds between two looks at the memory; a look itself takes a few. */
const SAMPLE_INTERVAL = 10;
/** Unit of times in the process table, the same on all Linux machines. */
const TICKS_PER_SECOND = 100;
/** Most milliseconds for the page to answer. */
const PATIENCE = 300_000;

/**
 * Serves a page whose worker is bundled from `worker`, and opens it.
 * @param {string} page file in bench/page
 * @param {string} worker entry in bench/lib
 * @param {Record<string, string>} files more files for the page: name to path
 * @returns {Promise<Session | null>} `null` when there is no browser on this machine
 */
export async function openPage(page, worker, files) {
  const executablePath = findChrome();
  if (executablePath === null) return null;
  const site = path.join(cacheFolder(), 'site');
  mkdirSync(site, { recursive: true });
  copyFileSync(path.join(ROOT, 'bench/page', page), path.join(site, page));
  for (const [name, file] of Object.entries(files)) copyFileSync(file, path.join(site, name));
  await bundle(`bench/lib/${worker}.ts`, path.join(site, `${worker}.js`), 'browser');

  const server = await serve(site, 0);
  // The driver comes with the browser test runner.
  const require = createRequire(createRequire(import.meta.url).resolve('@web/test-runner-chrome'));
  const puppeteer = require('puppeteer-core');
  const browser = await puppeteer.launch({
    executablePath,
    args: chromeArguments(),
    headless: true,
    protocolTimeout: PATIENCE,
  });
  const tab = await browser.newPage();
  tab.on('pageerror', (error) => console.error(`page: ${error.message}`));
  tab.on('console', (message) => {
    if (message.type() === 'error') console.error(`page: ${message.text()}`);
  });
  await tab.goto(`http://127.0.0.1:${server.port}/${page}`);
  return new Session(browser, tab, server);
}

class Session {
  #browser;
  #server;

  constructor(browser, tab, server) {
    this.#browser = browser;
    this.#server = server;
    /** The puppeteer page. */
    this.tab = tab;
  }

  version() {
    return this.#browser.version();
  }

  /** Sends a request to the page's worker and waits for its answer. */
  ask(request) {
    return this.tab.evaluate((value) => globalThis.ask(value), request);
  }

  /** Bytes that all processes of the browser hold, shared pages divided; `null` where the system does not tell. */
  memory() {
    return proportionalMemory(this.#browser.process().pid);
  }

  /** Processor seconds of all dedicated workers' threads so far; `null` where the system does not tell. */
  workerSeconds() {
    return threadSeconds(this.#browser.process().pid, 'DedicatedWorker');
  }

  /** The smallest memory over a second in which nothing happens. */
  async idleMemory() {
    if (this.memory() === null) return null;
    return (await this.sampleWhile(sleep(1000))).least;
  }

  /** Looks at the memory until a promise settles. */
  sampleWhile(promise) {
    return sampleMemory(this.#browser.process().pid, promise);
  }

  async close() {
    await this.#browser.close();
    await this.#server.close();
  }
}

/**
 * Looks at the memory of a process and its descendants until a promise settles, every so many milliseconds: the most and the
 * least, in bytes.
 */
export async function sampleMemory(root, promise, interval = SAMPLE_INTERVAL) {
  let running = true;
  const watched = promise.finally(() => {
    running = false;
  });
  let peak = 0;
  let least = Infinity;
  while (running) {
    const now = proportionalMemory(root);
    if (now !== null) {
      peak = Math.max(peak, now);
      least = Math.min(least, now);
    }
    await sleep(interval);
  }
  return { result: await watched, peak, least };
}

/** Sum of PSS over a process and its descendants. */
function proportionalMemory(root) {
  if (process.platform !== 'linux') return null;
  let bytes = 0;
  for (const pid of family(root)) {
    const match = /^Pss:\s+(\d+) kB/m.exec(readProc(`${pid}/smaps_rollup`));
    bytes += Number(match?.[1] ?? 0) * 1024;
  }
  return bytes === 0 ? null : bytes;
}

/** Processor seconds of the threads of a name in a process and its descendants; `null` where the system does not tell. */
function threadSeconds(root, name) {
  if (process.platform !== 'linux') return null;
  let ticks = 0;
  for (const pid of family(root)) {
    for (const thread of listProc(`${pid}/task`)) {
      const text = readProc(`${pid}/task/${thread}/stat`);
      if (!text.includes(`(${name}`)) continue;
      const fields = afterName(text);
      ticks += Number(fields[11]) + Number(fields[12]);
    }
  }
  return ticks / TICKS_PER_SECOND;
}

/** Processor seconds of a process and its descendants so far, ended threads included; `null` where the system does not tell. */
export function processorSeconds(root) {
  if (process.platform !== 'linux') return null;
  let ticks = 0;
  for (const pid of family(root)) {
    const fields = afterName(readProc(`${pid}/stat`));
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** A process and its descendants. */
function family(root) {
  const children = new Map();
  for (const name of listProc('')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(afterName(readProc(`${name}/stat`))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** Fields of a `stat` file after the name in brackets: the state, the parent's number, and so on. */
function afterName(stat) {
  return stat.replace(/^.*\) /s, '').split(' ');
}

/** A file of the process table, empty when the process has ended or the kernel shows it to nobody. */
function readProc(name) {
  try {
    return readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function listProc(name) {
  try {
    return readdirSync(`/proc/${name}`);
  } catch {
    return [];
  }
}
