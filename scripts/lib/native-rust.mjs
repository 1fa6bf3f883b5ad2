// Rust to WebAssembly for the page: a crate with its standard library compiled along, then handed to wasm-bindgen.
// The paths that a compiler would leave in panic messages are replaced by fixed names.
import { rename, rm } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT, runOrThrow } from './run.mjs';
import { CARGO, RUSTC, WASM_LD } from './toolchain.mjs';

/** The standard library is compiled along, in its small form: nothing that must be fast is its. */
const STANDARD_LIBRARY = ['-Zbuild-std=std,panic_abort', '-Zbuild-std-features=optimize_for_size'];

/** What the compiler is told beyond kernels/Cargo.toml, without the path replacements. */
export const RUST_FLAGS = [
  ...STANDARD_LIBRARY,
  `-C linker=${WASM_LD}`,
  '-C target-feature=+simd128',
  '-Zunstable-options -C panic=immediate-abort',
];

const TARGET = 'wasm32-unknown-unknown';

/** Compiled once for each version of the tool and kept, as it is not part of what is reproduced. */
const CACHE = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
  'esp32-llm-converter',
);

/**
 * Builds a crate of the workspace `kernels/` and writes `NAME.wasm`, `NAME.js` and `NAME.d.ts`.
 * @param {string} crate package name
 * @param {string} name of the files
 * @param {string} output absolute folder
 */
export async function buildRustModule(crate, name, output) {
  const target = path.join(CACHE, `${crate}-target`);
  const cargoHome = process.env.CARGO_HOME ?? path.join(os.homedir(), '.cargo');
  const manifest = path.join(ROOT, 'kernels/Cargo.toml');
  const env = {
    RUSTC,
    // -Zbuild-std is an unstable switch; Debian's compiler is a stable one.
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: undefined,
    RUSTUP_TOOLCHAIN: undefined,
    CARGO_TARGET_DIR: target,
    CARGO_HOME: cargoHome,
    CARGO_INCREMENTAL: '0',
  };
  // The registry's folder exists only once something was fetched, and its name must be known to be replaced.
  await runOrThrow(CARGO, ['fetch', '--locked', '--manifest-path', manifest], { env, quiet: true });
  const rustflags = [
    `-Clinker=${WASM_LD}`,
    '-Ctarget-feature=+simd128',
    // A panic is a mistake of ours and ends in a trap either way: nobody reads its message in a page, which would
    // carry the texts, the places and all the formatting that only they use.
    '-Zunstable-options',
    '-Cpanic=immediate-abort',
    `--remap-path-prefix=${ROOT}=/source`,
    ...registryFolders(cargoHome).map((folder) => `--remap-path-prefix=${folder}=/registry`),
  ];
  const args = ['build', '--release', '--locked', '--lib', '--package', crate, '--manifest-path', manifest];
  await runOrThrow(CARGO, [...args, '--target', TARGET, ...STANDARD_LIBRARY], {
    env: { ...env, CARGO_ENCODED_RUSTFLAGS: rustflags.join('\x1f') },
    quiet: true,
  });
  await bind(path.join(target, TARGET, 'release', `${crate.replaceAll('-', '_')}.wasm`), output, name);
}

/** Runs wasm-bindgen and keeps the files that are used, under names without the tool's suffix. */
async function bind(compiled, output, name) {
  const tool = path.join(ROOT, 'scripts/bindgen');
  const toolTarget = path.join(CACHE, 'bindgen');
  const args = ['build', '--release', '--locked', '--manifest-path', path.join(tool, 'Cargo.toml')];
  await runOrThrow(CARGO, args, {
    env: { RUSTC, CARGO_TARGET_DIR: toolTarget, CARGO_INCREMENTAL: '0' },
    quiet: true,
  });
  await runOrThrow(path.join(toolTarget, 'release/bindgen'), [compiled, output, name], { quiet: true });
  await rename(path.join(output, `${name}_bg.wasm`), path.join(output, `${name}.wasm`));
  await rm(path.join(output, `${name}_bg.wasm.d.ts`), { force: true });
}

/** Where cargo unpacked crates: one folder for each registry, named by the registry. */
function registryFolders(cargoHome) {
  const sources = path.join(cargoHome, 'registry/src');
  try {
    return readdirSync(sources).map((name) => path.join(sources, name));
  } catch {
    return [];
  }
}
