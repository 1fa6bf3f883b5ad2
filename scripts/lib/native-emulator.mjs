// Builds the emulator for pages: the emulated chip behind its JavaScript binding, in Rust.
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

/** Writes `emulator.wasm`, `emulator.js` and `emulator.d.ts` into `output`. */
export function buildEmulator(output) {
  return buildRustModule('emulator-wasm', 'emulator', output, TABLE);
}
