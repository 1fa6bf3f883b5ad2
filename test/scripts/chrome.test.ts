/** Finding the browser on machines that this one is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromeArguments, chromeCandidates, findChrome } from '../../scripts/lib/chrome.mjs';

test('CHROME_PATH is the only candidate when it is set, on every system', () => {
  for (const platform of ['linux', 'darwin', 'win32'] as const) {
    assert.deepEqual(chromeCandidates(platform, { CHROME_PATH: '/my/chrome', PATH: '/usr/bin' }), [
      '/my/chrome',
    ]);
  }
});

test('on Linux the PATH comes before the usual folders, and Chromium before others', () => {
  const here = new Set(['/usr/bin/google-chrome', '/home/me/bin/chromium', '/usr/bin/chromium']);
  const found = findChrome('linux', { PATH: '/home/me/bin:/usr/bin' }, (file) => here.has(file));
  assert.equal(found, '/home/me/bin/chromium');
});

test('a relative PATH entry is never looked into', () => {
  const candidates = chromeCandidates('linux', { PATH: '.:bin::/usr/bin' });
  assert.ok(candidates.every((file) => file.startsWith('/')));
});

test('on macOS and Windows the usual folders are looked into', () => {
  assert.ok(
    chromeCandidates('darwin', {}).includes('/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'),
  );
  const windows = chromeCandidates('win32', { PROGRAMFILES: 'C:\\Program Files', LOCALAPPDATA: '' });
  assert.equal(windows[0], 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe');
});

test('nothing found is null', () => {
  assert.equal(
    findChrome('linux', { PATH: '/usr/bin' }, () => false),
    null,
  );
});

test('the sandbox is given up only where root forbids it', () => {
  assert.ok(chromeArguments(true).includes('--no-sandbox'));
  assert.ok(!chromeArguments(false).includes('--no-sandbox'));
});
