// Fills dist/: the bundles, the WebAssembly files beside them, and the type declarations.
import { appendFile, chmod, copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { listFiles } from './lib/files.mjs';
import { thirdPartyLicences } from './lib/licences.mjs';
import { ROOT, runOrThrow } from './lib/run.mjs';
import { RUST_LICENCES } from './lib/rust-licences.mjs';

const DIST = path.join(ROOT, 'dist');

/** Folders whose prebuilt WebAssembly the pages and the command line load. */
const PREBUILT = ['kernels/prebuilt', 'kernels/crates/emulator-wasm/prebuilt', 'device-runtime/prebuilt'];

/** Programs for chips, by the name that they have beside the scripts. */
const FIRMWARE = { 'firmware.esp32s3.elf': 'device-runtime/prebuilt/esp32s3/firmware.elf' };

/** The sample model, which pages offer from beside their script, and what of its folder the converter and class kits read. */
const SAMPLE = 'models/home-commands';
const SAMPLE_FILES = [
  'README.md',
  'config.json',
  'generation_config.json',
  'model.safetensors',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

try {
  await ensureDependencies();
  // Loaded late: a fresh clone has no bundler before this line.
  const { bundleAll, BUNDLE } = await import('../rollup.config.mjs');
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST, { recursive: true });
  await copyPrograms();
  await copySample();
  const bundled = await thirdPartyLicences(await bundleAll(DIST));
  const licences = `${bundled}\n\n${await readFile(path.join(ROOT, RUST_LICENCES), 'utf8')}`;
  await writeFile(path.join(DIST, 'THIRD-PARTY-LICENCES.txt'), licences);
  await addLicences(path.join(DIST, BUNDLE), licences);
  await chmod(path.join(DIST, 'cli.js'), 0o755);
  await runOrThrow(
    process.execPath,
    [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.types.json'],
    {
      quiet: true,
    },
  );
  await report();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Page and command line look for WebAssembly and firmware beside their own script. */
async function copyPrograms() {
  for (const folder of PREBUILT) {
    const files = await listFiles(path.join(ROOT, folder), (name) => name.endsWith('.wasm'));
    for (const file of files) await copyFile(path.join(ROOT, folder, file), path.join(DIST, file));
  }
  for (const [name, file] of Object.entries(FIRMWARE)) {
    await copyFile(path.join(ROOT, file), path.join(DIST, name));
  }
}

/** Whoever serves dist/ alone has the sample as well. */
async function copySample() {
  await mkdir(path.join(DIST, SAMPLE), { recursive: true });
  for (const name of SAMPLE_FILES) {
    await copyFile(path.join(ROOT, SAMPLE, name), path.join(DIST, SAMPLE, name));
  }
}

/** One file travels alone, so it carries the licences of all that is in it. */
async function addLicences(file, thirdParty) {
  const own = await readFile(path.join(ROOT, 'LICENSE'), 'utf8');
  const text = `esp32-llm-converter\n===================\n\n${own.trim()}\n\n\n${thirdParty}`;
  await appendFile(file, `\n/*!\n${text.replaceAll('*/', '* /')}*/\n`);
}

async function report() {
  const files = await listFiles(DIST, (name) => /\.(js|wasm|elf)$/.test(name));
  for (const file of files) {
    const { size } = await stat(path.join(DIST, file));
    console.log(`${String(Math.ceil(size / 1024)).padStart(7)} KiB  dist/${file}`);
  }
}
