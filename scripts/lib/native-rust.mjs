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
 * @param {string[]} [more] what the compiler is told besides
 * @param {string[]} [features] of the crate
 */
export async function buildRustModule(crate, name, output, more = [], features = []) {
  const target = targetFolder(crate);
  const env = environment(crate);
  // The registry's folder exists only once something was fetched, and its name must be known to be replaced.
  await runOrThrow(CARGO, ['fetch', '--locked', '--manifest-path', MANIFEST], { env, quiet: true });
  const rustflags = [
    `-Clinker=${WASM_LD}`,
    '-Ctarget-feature=+simd128',
    // A panic is a mistake of ours and ends in a trap either way: nobody reads its message in a page, which would
    // carry the texts, the places and all the formatting that only they use.
    '-Zunstable-options',
    '-Cpanic=immediate-abort',
    ...more,
    `--remap-path-prefix=${ROOT}=/source`,
    ...registryFolders(cargoHome()).map((folder) => `--remap-path-prefix=${folder}=/registry`),
  ];
  const args = [...buildArguments(crate), ...features.map((feature) => `--features=${feature}`)];
  await runOrThrow(CARGO, args, {
    env: { ...env, CARGO_ENCODED_RUSTFLAGS: rustflags.join('\x1f') },
    quiet: true,
  });
  await bind(path.join(target, TARGET, 'release', `${crate.replaceAll('-', '_')}.wasm`), output, name);
}

/**
 * Everything that is compiled into a crate of the workspace `kernels/`, itself and the standard library included. Nothing
 * is compiled for it.
 * @param {string} crate package name
 * @returns {Promise<{name: string, version: string, isStd: boolean, ofRegistry: boolean}[]>} `isStd` for the standard
 *   library and what it takes along
 */
export async function compiledCrates(crate) {
  const env = environment(crate);
  // Apart, so that its progress is not in the way of what the next command prints.
  await runOrThrow(CARGO, ['fetch', '--locked', '--manifest-path', MANIFEST], { env, quiet: true });
  const args = [...buildArguments(crate), '--unit-graph', '-Zunstable-options', '--quiet'];
  const { units } = JSON.parse(await runOrThrow(CARGO, args, { env, quiet: true }));
  return units
    .filter(({ platform, mode }) => platform === TARGET && mode === 'build')
    .map(({ pkg_id: id, is_std: isStd }) => {
      // SOURCE#NAME@VERSION, or SOURCE/NAME#VERSION.
      const [source, rest] = id.split('#');
      const [name, version] = rest.includes('@') ? rest.split('@') : [source.split('/').at(-1), rest];
      return { name, version, isStd, ofRegistry: source.startsWith('registry+') };
    });
}

/** Where cargo keeps what it fetched. */
export function cargoHome() {
  return process.env.CARGO_HOME ?? path.join(os.homedir(), '.cargo');
}

const MANIFEST = path.join(ROOT, 'kernels/Cargo.toml');

function targetFolder(crate) {
  return path.join(CACHE, `${crate}-target`);
}

function environment(crate) {
  return {
    RUSTC,
    // -Zbuild-std is an unstable switch; Debian's compiler is a stable one.
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: undefined,
    RUSTUP_TOOLCHAIN: undefined,
    CARGO_TARGET_DIR: targetFolder(crate),
    CARGO_HOME: cargoHome(),
    CARGO_INCREMENTAL: '0',
  };
}

function buildArguments(crate) {
  const args = ['build', '--release', '--locked', '--lib', '--package', crate, '--manifest-path', MANIFEST];
  return [...args, '--target', TARGET, ...STANDARD_LIBRARY];
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
export function registryFolders(home) {
  const sources = path.join(home, 'registry/src');
  try {
    return readdirSync(sources).map((name) => path.join(sources, name));
  } catch {
    return [];
  }
}
