// Makes a fresh clone usable: `npm ci` when node_modules is missing or older than the lock file.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { ROOT, run } from './run.mjs';

/** npm writes this file last, so its time is the time of the last complete install. */
const INSTALL_MARK = 'node_modules/.package-lock.json';

/** Whether the installed packages answer to the lock file. */
export function dependenciesAreCurrent(root = ROOT) {
  const mark = path.join(root, INSTALL_MARK);
  return existsSync(mark) && statSync(mark).mtimeMs >= statSync(path.join(root, 'package-lock.json')).mtimeMs;
}

/**
 * Installs the packages that package-lock.json names when needed.
 * @throws {Error} when npm fails
 */
export async function ensureDependencies() {
  if (dependenciesAreCurrent()) return;
  console.log('Installing the packages that package-lock.json names (npm ci) …');
  // npm starts this script with its own path in the environment: the same npm, wherever it is.
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code } = await (npm?.endsWith('.js') ? run(process.execPath, [npm, ...args]) : run('npm', args));
  if (code !== 0) throw new Error('npm ci failed: see its message above. It needs the network once.');
}
