/** The element's small parts that need no page: addresses, attributes, file names, slider stops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assetUrls, folder, folderName } from '../../src/element/assets.js';
import { fileName } from '../../src/element/file-names.js';
import { contextStops } from '../../src/element/views/fit.js';

const PAGE = 'https://course.example/lesson/1.html';

test('files are looked for beside the script, wherever the bundler put the code', () => {
  const places = { base: null, overrides: {}, page: PAGE };
  for (const script of ['https://cdn.example/x/dist/define.js', 'https://cdn.example/x/dist/chunks/a-1.js']) {
    assert.deepEqual(assetUrls(script, places), {
      kernels: 'https://cdn.example/x/dist/kernels.wasm',
      twin: 'https://cdn.example/x/dist/twin.wasm',
      firmware: 'https://cdn.example/x/dist/firmware.esp32s3.elf',
      emulator: 'https://cdn.example/x/dist/emulator.wasm',
      bundle: 'https://cdn.example/x/dist/esp32-llm-converter.bundle.js',
      model: 'https://cdn.example/x/dist/models/home-commands/',
    });
  }
});

test('the sample is nowhere for a page from a disk, and where the page says that there is none', () => {
  const places = { base: null, overrides: {}, page: PAGE };
  assert.equal(assetUrls('file:///stick/dist/define.js', places).model, null);
  const named = { ...places, overrides: { model: '/models/own/' } };
  assert.equal(assetUrls('file:///stick/dist/define.js', named).model, 'https://course.example/models/own/');
  const none = { ...places, overrides: { model: null } };
  assert.equal(assetUrls('https://cdn.example/x/dist/define.js', none).model, null);
});

test('asset-base and single addresses are relative to the page', () => {
  const urls = assetUrls('https://cdn.example/x/define.js', {
    base: 'llm',
    overrides: { twin: '/other/twin.wasm' },
    page: PAGE,
  });
  assert.equal(urls.kernels, 'https://course.example/lesson/llm/kernels.wasm');
  assert.equal(urls.twin, 'https://course.example/other/twin.wasm');
  assert.equal(urls.model, 'https://course.example/lesson/llm/models/home-commands/');
});

test('folders', () => {
  assert.equal(folder('a/b'), 'a/b/');
  assert.equal(folder('a/b/'), 'a/b/');
  assert.equal(folderName('https://x.example/models/home%20commands/'), 'home commands');
  assert.equal(folderName('models/%E0%A4%A/'), '%E0%A4%A');
});

test('file names are safe on every system', () => {
  assert.equal(fileName('owner/my model: v2'), 'owner-my-model-v2');
  assert.equal(fileName('../../etc/passwd'), 'etc-passwd');
  assert.equal(fileName('模型'), '模型');
  assert.equal(fileName('...'), 'model');
  assert.equal(fileName('a'.repeat(500)).length, 100);
});

test('the context slider stops at powers of two, at the longest and at what is set', () => {
  assert.deepEqual(contextStops(512, 512), [32, 64, 128, 256, 512]);
  assert.deepEqual(contextStops(300, 100), [32, 64, 100, 128, 256, 300]);
  assert.deepEqual(contextStops(16, 16), [16]);
  assert.equal(contextStops(131_072, 512).at(-1), 65_536);
});
