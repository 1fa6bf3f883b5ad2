// Makes a fresh clone usable: `npm ci` when node_modules is missing or older than the lock file.
import { existsSync, statSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, run } from './run.mjs';

/** npm writes this file last, so its time is the time of the last complete install. */
const INSTALL_MARK = 'node_modules/.package-lock.json';

/** Whoever made this folder installs; a folder, because making one either succeeds or finds it made. */
const LOCK = '.npm-ci.lock';

/** An install that holds the lock this long died with it. The slowest connections take minutes. */
const STALE_MS = 15 * 60 * 1000;

/** Whether the installed packages answer to the lock file. */
export function dependenciesAreCurrent(root = ROOT) {
  const mark = path.join(root, INSTALL_MARK);
  return existsSync(mark) && statSync(mark).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

/**
 * Installs the packages that package-lock.json names when needed. Two commands at once take turns: `npm ci` begins by
 * emptying node_modules, also under the feet of another one.
 * @param {string} [root]
 * @param {() => Promise<void>} [install]
 * @throws {Error} when npm fails
 */
export async function ensureDependencies(root = ROOT, install = npmCi) {
  if (dependenciesAreCurrent(root)) return;
  await alone(path.join(root, LOCK), async () => {
    // Another command may have done it meanwhile.
    if (!dependenciesAreCurrent(root)) await install();
  });
}

async function npmCi() {
  console.log('Installing the packages that package-lock.json names (npm ci) …');
  // npm starts this script with its own path in the environment: the same npm, wherever it is.
  const npm = process.env.npm_execpath;
  // Not a dry run, even when a dry run of npm (pack, publish) is what started this and passed the wish on.
  const args = ['ci', '--dry-run=false', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code } = await (npm?.endsWith('.js') ? run(process.execPath, [npm, ...args]) : run('npm', args));
  if (code !== 0) throw new Error('npm ci failed: see its message above. It needs the network once.');
}

async function alone(lock, work) {
  while (!(await take(lock))) await sleep(200);
  try {
    await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function take(lock) {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const made = await stat(lock).catch(() => null);
    if (made !== null && Date.now() - made.mtimeMs > STALE_MS)
      await rm(lock, { recursive: true, force: true });
    return false;
  }
}
