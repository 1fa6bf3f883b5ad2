/**
 * Bundlers that answer `new URL('…', import.meta.url)` with an address relative to the page's site, as Turbopack does: every
 * address that the element gives to its worker is a whole one all the same.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { assetUrls as AssetUrls } from '../../src/element/asset-urls.js';
import type { sampleSource as SampleSource } from '../../src/element/samples/sample-source.js';

const PAGE = 'https://course.example/lesson/1.html';
const ELEMENT = fileURLToPath(new URL('../../src/element/', import.meta.url));

test('addresses that a bundler made relative are those of the page’s site', async () => {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'relative-'));
  try {
    const outfile = path.join(scratch, 'addresses.mjs');
    await build({
      stdin: {
        contents: `export { assetUrls } from './asset-urls.ts'; export { sampleSource } from './samples/sample-source.ts';`,
        resolveDir: ELEMENT,
        loader: 'ts',
      },
      bundle: true,
      format: 'esm',
      outfile,
      logLevel: 'silent',
    });
    const text = await readFile(outfile, 'utf8');
    const media = /new URL\(\s*"[^"]*\/([^"/]+)",\s*import\.meta\.url\s*\)/g;
    assert.ok([...text.matchAll(media)].length >= 12, 'the literal addresses were not found');
    await writeFile(outfile, text.replace(media, '({ href: "/_next/static/media/$1" })'));
    const { assetUrls, sampleSource } = (await import(pathToFileURL(outfile).href)) as {
      assetUrls: typeof AssetUrls;
      sampleSource: typeof SampleSource;
    };
    const { model, firmwareOf, emulatorOf, ...programs } = assetUrls({
      base: null,
      overrides: {},
      page: PAGE,
    });
    assert.ok(firmwareOf && emulatorOf);
    for (const url of Object.values(programs))
      assert.match(url, /^https:\/\/course\.example\/_next\/static\/media\/[\w.-]+$/);
    assert.ok(model);
    const source = sampleSource(model, PAGE);
    assert.ok(source?.kind === 'url' && source.files !== undefined);
    for (const [name, url] of Object.entries(source.files))
      assert.equal(url, `https://course.example/_next/static/media/${name}`);
  } finally {
    await rm(scratch, { recursive: true });
  }
});
