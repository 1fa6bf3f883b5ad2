// Finds the browser that the tests run in. Nothing is downloaded: a browser that is on the machine is used,
// and on Debian with root rights the distribution's own is installed.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Programs to look for on the PATH, best known first. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/**
 * Where browsers usually live.
 * @param {NodeJS.Platform} platform
 * @param {Record<string, string | undefined>} env
 * @returns {string[]} absolute paths, most trusted first; `CHROME_PATH` alone when it is set
 */
export function chromeCandidates(platform, env) {
  if (env.CHROME_PATH) return [env.CHROME_PATH];
  if (platform === 'darwin') {
    return [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    ];
  }
  if (platform === 'win32') {
    return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
      .filter((folder) => folder !== undefined && folder !== '')
      .flatMap((folder) => [
        path.win32.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
        path.win32.join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
      ]);
  }
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const known = ['/usr/bin', '/usr/local/bin', '/snap/bin', '/opt/google/chrome'];
  return NAMES.flatMap((name) =>
    [...new Set([...folders, ...known])].map((folder) => path.posix.join(folder, name)),
  );
}

/**
 * The first candidate that is a program we may start, or `null`.
 * @param {NodeJS.Platform} platform
 * @param {Record<string, string | undefined>} env
 * @param {(file: string) => boolean} isProgram
 * @returns {string | null}
 */
export function findChrome(platform = process.platform, env = process.env, isProgram = isExecutable) {
  return chromeCandidates(platform, env).find((file) => isProgram(file)) ?? null;
}

/** Switches for a test browser: no first-run pages, no traffic of its own, no sandbox where root forbids it. */
export function chromeArguments(isRoot = process.getuid?.() === 0) {
  return [
    ...(isRoot ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Containers often have a /dev/shm of 64 MB, which a page with a large WebAssembly memory overruns.
    '--disable-dev-shm-usage',
  ];
}

/**
 * The browser, installed from Debian's packages when there is none and that is possible.
 * @returns {Promise<string>}
 * @throws {Error} saying what to install
 */
export async function ensureChrome() {
  const found = findChrome();
  if (found !== null) return found;
  if (process.env.CHROME_PATH) {
    throw new Error(
      `CHROME_PATH is ${process.env.CHROME_PATH}, which is not a program. Correct or unset it.`,
    );
  }
  const { aptInstall, canAptInstall } = await import('./apt.mjs');
  if (canAptInstall()) {
    console.log('No Chrome or Chromium found: installing Debian’s chromium.');
    await aptInstall(['chromium']);
    const installed = findChrome();
    if (installed !== null) return installed;
  }
  throw new Error(
    'The browser tests need Chrome, Chromium or Edge. Install one (Debian, Ubuntu: apt-get install chromium), ' +
      'or set CHROME_PATH to its program.',
  );
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
