// The samples' finished conversions, by the very work that a page's worker does, with the settings that the element begins with.
import { File } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import './ts-register.mjs';
import { ROOT } from './run.mjs';

/** Nobody listens, and nothing is cancelled. */
const HOOKS = { onProgress: () => undefined, signal: undefined };

/** What converts, once for all samples. */
export async function sampleWork() {
  const { createWork } = await import('../../src/worker/work.ts');
  const compiled = async (name) => WebAssembly.compile(await readFile(path.join(ROOT, name)));
  return createWork({
    kernels: await compiled('kernels/prebuilt/kernels.wasm'),
    twin: await compiled('device-runtime/prebuilt/twin.wasm'),
  });
}

/** A sample as a folder that was picked. */
export async function sampleFolder({ folder, files }) {
  const given = await Promise.all(
    files.map(async (name) => {
      const bytes = await readFile(path.join(ROOT, 'models', folder, name));
      return { path: `${folder}/${name}`, file: new File([bytes], name, { lastModified: 0 }) };
    }),
  );
  return { kind: 'files', files: given };
}

/** Settings that a page begins with when it says nothing. */
export async function firstSettings() {
  const { convertSettings } = await import('../../src/element/settings.ts');
  const { NO_PRESET } = await import('../../src/element/preset-words.ts');
  return convertSettings(NO_PRESET.settings);
}

/**
 * @returns {Promise<{ facts: string, package: Uint8Array }>} what is known of the conversion, as JSON, and its package
 */
export async function readyConversion(work, sample) {
  const { sha256Of, toHex } = await import('../../src/image/digest.ts');
  const source = await sampleFolder(sample);
  const settings = await firstSettings();
  const inspection = await work.inspect({ source, settings }, HOOKS);
  const { package: bytes, ...rest } = await work.convert({ source, settings }, HOOKS);
  // Not in the text: whoever needs the files reads them where the sample is.
  const result = { ...rest, files: undefined };
  const ready = { settings, sha256: toHex(await sha256Of(bytes)), inspection, result };
  const facts = JSON.stringify(ready);
  for (const value of numbersOf(ready))
    if (!Number.isFinite(value)) throw new Error(`${sample.folder}: ${value} cannot be written as JSON.`);
  return { facts, package: bytes };
}

/** What a card says of a sample besides its words, computed. */
export async function sampleFacts(work, sample) {
  const { BOARDS } = await import('../../src/plan/boards.ts');
  const source = await sampleFolder(sample);
  const settings = await firstSettings();
  const { parameters } = await work.inspect({ source, settings }, HOOKS);
  const boards = BOARDS.filter(({ refused }) => refused === null);
  let fits = 0;
  for (const { id } of boards) {
    const plan = await work.plan({ source, settings: { ...settings, board: id } }, HOOKS);
    if (plan.fits) fits++;
  }
  const converted = await work.convert({ source, settings }, HOOKS);
  return { parameters, bytes: converted.package.length, fits, boards: boards.length };
}

function* numbersOf(value) {
  if (typeof value === 'number') yield value;
  else if (ArrayBuffer.isView(value) || value instanceof Map || value instanceof Set)
    throw new Error('A conversion is no plain JSON.');
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) yield* numbersOf(inner);
}
