// Builds the kernels: quantization and the float reference engine, in Rust.
import { listFiles } from './files.mjs';
import { buildRustModule, RUST_FLAGS } from './native-rust.mjs';
import { ROOT } from './run.mjs';

/** Said in the manifest. */
export const KERNELS_FLAGS = RUST_FLAGS;

/** The files whose change makes other kernels: tests, prose and the workspace's other crates do not. */
export function kernelsSources() {
  const outside = /^kernels\/((.*\/)?(prebuilt|tests|benches|fuzz|examples)|crates\/(?!kernels\/)[^/]+)\//;
  return listFiles(
    ROOT,
    (name) =>
      /(\.rs|\/Cargo\.(toml|lock)|\.cargo\/config\.toml)$/.test(name) &&
      ((name.startsWith('kernels/') && !outside.test(name)) || name.startsWith('scripts/bindgen/')),
  );
}

/** Writes `kernels.wasm`, `kernels.js` and `kernels.d.ts` into `output`. */
export function buildKernels(output) {
  return buildRustModule('kernels', 'kernels', output);
}
