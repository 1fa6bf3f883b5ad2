// Builds the gradient engine, in Rust.
import { listFiles } from './files.mjs';
import { buildRustModule, RUST_FLAGS } from './native-rust.mjs';
import { ROOT } from './run.mjs';

/** Said in the manifest. */
export const TRAIN_FLAGS = RUST_FLAGS;

/** The files whose change makes another engine: its own crate, and that of the kernels, from which it has its reader. */
export function trainSources() {
  const outside =
    /^kernels\/((.*\/)?(prebuilt|tests|benches|fuzz|examples|target)|crates\/(?!(train|kernels)\/)[^/]+)\//;
  return listFiles(
    ROOT,
    (name) =>
      /(\.rs|\/Cargo\.(toml|lock)|\.cargo\/config\.toml)$/.test(name) &&
      ((name.startsWith('kernels/') && !outside.test(name)) || name.startsWith('scripts/bindgen/')),
  );
}

/** Writes `train.wasm`, `train.js` and `train.d.ts` into `output`. */
export function buildTrain(output) {
  return buildRustModule('train', 'train', output);
}
