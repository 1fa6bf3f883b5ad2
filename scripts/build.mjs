// Fills dist/: the bundles, the WebAssembly files beside them, and the type declarations. `--brief` says so in one line.
import { appendFile, chmod, copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BUNDLE, COMPONENT_ARCHIVE, PROGRAMS, SAMPLE_FILES, TFLM_SOURCES } from './lib/assets.mjs';
import { componentArchive, componentFiles } from './lib/component.mjs';
import { courseFiles } from './lib/course.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { listFiles } from './lib/files.mjs';
import { thirdPartyLicences } from './lib/licences.mjs';
import { ROOT, runOrThrow } from './lib/run.mjs';
import { RUST_LICENCES } from './lib/rust-licences.mjs';
import { readyNames, sampleModels } from './lib/sample-models.mjs';
import { tflmSources } from './lib/tflm-sources.mjs';
import { shipTypes } from './lib/types.mjs';

const DIST = path.join(ROOT, 'dist');

try {
  await ensureDependencies();
  // Loaded late: a fresh clone has no bundler before this line.
  const { bundleAll } = await import('../rollup.config.mjs');
  await rm(DIST, { recursive: true, force: true });
  await mkdir(DIST, { recursive: true });
  await copyAssets();
  await writeReadyConversions();
  for (const [name, text] of await courseFiles()) await writeFile(path.join(DIST, name), text);
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
  const { exports } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
  await shipTypes(DIST, exports);
  await report();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Page and command line look for these beside their own script. */
async function copyAssets() {
  const sample = SAMPLE_FILES.map((name) => [name, name]);
  for (const [name, source] of [...Object.entries(PROGRAMS), ...sample]) {
    await mkdir(path.dirname(path.join(DIST, name)), { recursive: true });
    await copyFile(path.join(ROOT, source), path.join(DIST, name));
  }
  await writeFile(path.join(DIST, TFLM_SOURCES), JSON.stringify(await tflmSources()));
  await writeFile(path.join(DIST, COMPONENT_ARCHIVE), await componentArchive(await componentFiles()));
}

/** What a person gets who wants to talk to a sample at once. */
async function writeReadyConversions() {
  const { readyConversion, sampleWork } = await import('./lib/ready-conversions.mjs');
  const work = await sampleWork();
  for (const sample of sampleModels()) {
    const names = readyNames(sample.folder);
    const ready = await readyConversion(work, sample);
    await writeFile(path.join(DIST, names.facts), ready.facts);
    await writeFile(path.join(DIST, names.package), ready.package);
  }
}

/** One file travels alone, so it carries the licences of all that is in it. */
async function addLicences(file, thirdParty) {
  const own = await readFile(path.join(ROOT, 'LICENSE'), 'utf8');
  const text = `esp32-llm-converter\n===================\n\n${own.trim()}\n\n\n${thirdParty}`;
  await appendFile(file, `\n/*!\n${text.replaceAll('*/', '* /')}*/\n`);
}

/** Every program file with its size; with `--brief` their number and size together. */
async function report() {
  const files = await listFiles(DIST, (name) => /\.(js|wasm|elf)$/.test(name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(DIST, file))).size));
  if (process.argv.includes('--brief')) {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`dist/: ${files.length} files, ${Math.ceil(total / 1024)} KiB`);
    return;
  }
  files.forEach((file, index) => {
    console.log(`${String(Math.ceil(sizes[index] / 1024)).padStart(7)} KiB  dist/${file}`);
  });
}
