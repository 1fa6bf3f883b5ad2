// Builds the emulator for pages: the emulated chip behind its JavaScript binding, in Rust.
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { listFiles } from './files.mjs';
import { buildRustModule, RUST_FLAGS } from './native-rust.mjs';
import { ROOT } from './run.mjs';

/** Translated code is called through the table of functions, into which the page puts it. */
const TABLE = ['-Clink-arg=--export-table', '-Clink-arg=--growable-table'];

/** Said in the manifest. */
export const EMULATOR_FLAGS = [...RUST_FLAGS, ...TABLE];

/** The files whose change makes another emulator: tests, examples, prose, the kernels and the gradient engine do not. */
export function emulatorSources() {
  const outside =
    /^kernels\/((.*\/)?(prebuilt|tests|benches|fuzz|examples|target)|crates\/(kernels|train))\//;
  return listFiles(
    ROOT,
    (name) =>
      /(\.rs|\/Cargo\.(toml|lock)|\.cargo\/config\.toml)$/.test(name) &&
      ((name.startsWith('kernels/') && !outside.test(name)) || name.startsWith('scripts/bindgen/')),
  );
}

/**
 * Writes `emulator.wasm` for the ESP32-S3, `emulator.esp32.wasm` for the ESP32, and `emulator.js` and `emulator.d.ts`, which
 * are the same for both.
 */
export async function buildEmulator(output) {
  await buildRustModule('emulator-wasm', 'emulator', output, TABLE);
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'emulator-esp32-'));
  try {
    await buildRustModule('emulator-wasm', 'emulator', scratch, TABLE, ['esp32']);
    const [own, other] = await Promise.all(
      [output, scratch].map((folder) => readFile(path.join(folder, 'emulator.js'), 'utf8')),
    );
    if (own !== other) throw new Error('the emulators of both chips want different emulator.js');
    await copyFile(path.join(scratch, 'emulator.wasm'), path.join(output, 'emulator.esp32.wasm'));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
