// Browser tests: every test/**/*.browser.ts in a real Chromium. Started by scripts/test.mjs; by hand:
// npx web-test-runner --watch
import { createReadStream, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { chromeArguments, ensureChrome } from './scripts/lib/chrome.mjs';
import { countSessions } from './scripts/lib/browser-totals.mjs';

const executablePath = await ensureChrome();

/** Models that are too much for the repository lie beside it, where there are any; their tests are left out without. */
const MODELS_BESIDE = fileURLToPath(new URL('../shared/models/', import.meta.url));
const MODELS_PLACE = '/shared-models/';

export default {
  files: process.env.BROWSER_TESTS ? process.env.BROWSER_TESTS.split('\n') : ['test/**/*.browser.ts'],
  nodeResolve: { exportConditions: ['production', 'browser', 'import'] },
  // Measuring tests and tests of long conversions share two cores badly with a second page.
  concurrency: 1,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 300_000,
  testFramework: { config: { timeout: 60_000 } },
  browsers: [
    chromeLauncher({
      launchOptions: { executablePath, args: chromeArguments(), headless: true },
    }),
  ],
  // Tests load the element from another origin, as pages load it from a CDN; such servers permit that.
  middleware: [
    (context, next) => {
      context.set('Access-Control-Allow-Origin', '*');
      context.set('Access-Control-Expose-Headers', 'Content-Range, ETag');
      return next();
    },
    (context, next) => {
      if (!context.path.startsWith(MODELS_PLACE)) return next();
      const file = path.join(MODELS_BESIDE, path.posix.normalize(context.path.slice(MODELS_PLACE.length)));
      if (!file.startsWith(MODELS_BESIDE) || !existsSync(file)) return next();
      context.type = path.extname(file);
      context.body = createReadStream(file);
      return undefined;
    },
  ],
  plugins: [
    bundledEsptool(),
    mediaFeatures(),
    unreachable(),
    esbuildPlugin({ ts: true, target: 'es2022', tsconfig: 'tsconfig.json' }),
  ],
  reporters: [defaultReporter({ reportTestProgress: false }), totalsReporter()],
};

/** esptool-js has parts that only bundlers understand (CommonJS, JSON modules) and brings a bundle of itself. */
function bundledEsptool() {
  return {
    name: 'bundled-esptool',
    resolveImport({ source }) {
      return source === 'esptool-js' ? '/node_modules/esptool-js/bundle.js' : undefined;
    },
  };
}

/** The command `media-features`: what a reader's system asks for, such as forced colours; by its name in media queries. */
function mediaFeatures() {
  // Each session has wishes of its own, which end with it; pages are used again by later files.
  const sessions = new Map();
  return {
    name: 'media-features',
    async executeCommand({ command, payload, session }) {
      if (command !== 'media-features') return undefined;
      await sessions.get(session.id)?.detach();
      sessions.delete(session.id);
      if (Object.keys(payload).length === 0) return true;
      const protocol = await session.browser.getPage(session.id).createCDPSession();
      sessions.set(session.id, protocol);
      const features = Object.entries(payload).map(([name, value]) => ({ name, value }));
      await protocol.send('Emulation.setEmulatedMedia', { features });
      return true;
    },
  };
}

/** The command `unreachable`: addresses that the page asks for in vain from now on, with `*` for anything; none for all to be there. */
function unreachable() {
  const sessions = new Map();
  return {
    name: 'unreachable',
    async executeCommand({ command, payload, session }) {
      if (command !== 'unreachable') return undefined;
      const protocol =
        sessions.get(session.id) ?? (await session.browser.getPage(session.id).createCDPSession());
      sessions.set(session.id, protocol);
      await protocol.send('Network.enable');
      await protocol.send('Network.setBlockedURLs', { urls: payload });
      if (payload.length === 0) {
        await protocol.detach();
        sessions.delete(session.id);
      }
      return true;
    },
  };
}

/** Leaves the totals where scripts/test.mjs asked for them. */
function totalsReporter() {
  return {
    stop({ sessions }) {
      const file = process.env.TEST_TOTALS_FILE;
      if (file) writeFileSync(file, JSON.stringify(countSessions(sessions)));
    },
  };
}
