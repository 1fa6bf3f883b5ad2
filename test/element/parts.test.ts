/** The element's small parts that need no page: addresses, attributes, file names, slider stops. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { hfFolderInput } from '../../src/input/hf-folder.js';
import { assetUrls } from '../../src/element/asset-urls.js';
import { folder, folderName, sampleUrl } from '../../src/element/assets.js';
import { fileName } from '../../src/element/file-names.js';
import { sampleSource } from '../../src/element/samples/sample-source.js';
import { CHIPS } from '../../src/chips/index.js';
import { contextStops } from '../../src/element/views/settings-form.js';
import { readModelFiles } from '../../src/kit/model-files.js';
import { nodeFolder } from '../../src/source/node-folder.js';
import { UsageError } from '../../src/shared/errors.js';

const PAGE = 'https://course.example/lesson/1.html';

test('files are where the sources say, each of them', () => {
  const { model, firmwareOf, emulatorOf, ...programs } = assetUrls({ base: null, overrides: {}, page: PAGE });
  assert.deepEqual(Object.keys(firmwareOf).sort(), CHIPS.map(({ id }) => id).sort());
  assert.deepEqual(
    Object.entries(emulatorOf).map(([id, url]) => [id, url?.split('/').at(-1)]),
    CHIPS.map(({ id, emulatorFile }) => [id, emulatorFile]),
  );
  // This runs from a disk.
  assert.equal(model, null);
  for (const [name, url] of Object.entries(programs)) {
    // Only a build makes the one file.
    if (name === 'bundle') assert.match(url, /\/dist\/esp32-llm-converter\.bundle\.js$/);
    else assert.ok(existsSync(fileURLToPath(url)), url);
  }
});

test('the sample is where the page says, or nowhere', () => {
  const places = { base: null, overrides: {}, page: PAGE };
  const named = { ...places, overrides: { model: '/models/own/' } };
  assert.equal(sampleUrl(named), 'https://course.example/models/own/');
  assert.equal(assetUrls(named).model, 'https://course.example/models/own/');
  const none = { base: 'https://cdn.example/x/', overrides: { model: null }, page: PAGE };
  assert.equal(sampleUrl(none), null);
  assert.equal(sampleUrl({ ...places, base: 'file:///stick/dist' }), null);
});

test('asset-base and single addresses are relative to the page', () => {
  const overrides = { twin: '/other/twin.wasm', firmwareEsp32: 'firmware.elf' };
  assert.deepEqual(assetUrls({ base: 'llm', overrides, page: PAGE }), {
    kernels: 'https://course.example/lesson/llm/kernels.wasm',
    twin: 'https://course.example/other/twin.wasm',
    train: 'https://course.example/lesson/llm/train.wasm',
    firmware: 'https://course.example/lesson/llm/firmware.esp32s3.elf',
    firmwareEsp32: 'https://course.example/lesson/firmware.elf',
    firmwareOf: {
      esp32s3: 'https://course.example/lesson/llm/firmware.esp32s3.elf',
      esp32: 'https://course.example/lesson/firmware.elf',
    },
    emulator: 'https://course.example/lesson/llm/emulator.wasm',
    emulatorEsp32: 'https://course.example/lesson/llm/emulator.esp32.wasm',
    emulatorOf: {
      esp32s3: 'https://course.example/lesson/llm/emulator.wasm',
      esp32: 'https://course.example/lesson/llm/emulator.esp32.wasm',
    },
    bundle: 'https://course.example/lesson/llm/esp32-llm-converter.bundle.js',
    model: 'https://course.example/lesson/llm/models/home-commands/',
  });
});

test('files in a folder keep the query of its address, and none has a name or a password', () => {
  const urls = assetUrls({ base: '/llm?sig=a/b', overrides: {}, page: PAGE });
  assert.equal(urls.kernels, 'https://course.example/llm/kernels.wasm?sig=a/b');
  assert.equal(urls.model, 'https://course.example/llm/models/home-commands/?sig=a/b');
  for (const choices of [
    { base: 'https://u:S3CRET@b.example/', overrides: {} },
    { base: null, overrides: { twin: 'https://S3CRET@b.example/twin.wasm' } },
    { base: 'https://u:S3CRET@[/', overrides: {} },
  ])
    assert.throws(
      () => assetUrls({ ...choices, page: PAGE }),
      (error) => error instanceof UsageError && !error.message.includes('S3CRET'),
    );
});

test('the sample beside the script is read file by file, and no other model is', async () => {
  const folder = await nodeFolder(fileURLToPath(new URL('../../models/home-commands', import.meta.url)));
  try {
    const url = new URL('../../models/home-commands/', import.meta.url).href;
    const source = sampleSource(url, PAGE);
    assert.ok(source?.kind === 'url' && source.url === url && source.files !== undefined);
    const read = await readModelFiles(folder, await hfFolderInput(folder).files());
    assert.deepEqual(
      Object.keys(source.files),
      read.map((file) => file.path),
    );
    for (const [name, address] of Object.entries(source.files)) assert.equal(address, `${url}${name}`);
    assert.equal(sampleSource('https://course.example/models/home-commands/', PAGE), null);
  } finally {
    await folder.close();
  }
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
