// The compilers of the native artefacts. All come from Debian packages, by name and major version, so that
// the same sources give the same bytes on every machine.
import { existsSync } from 'node:fs';
import { aptInstall, canAptInstall } from './apt.mjs';
import { exists, run } from './run.mjs';

/** C to WebAssembly. */
export const CLANG = 'clang-22';
export const WASM_LD = 'wasm-ld-22';

/** Debian's Rust, which ships the standard library's sources: WebAssembly's std is compiled with the crate. */
export const RUSTC = '/usr/bin/rustc';
export const CARGO = '/usr/bin/cargo';
const RUST_STD_SOURCE = '/usr/lib/rustlib/src/rust/library/std/Cargo.toml';

/** Debian packages by purpose. */
export const PACKAGES = {
  twin: ['clang-22', 'lld-22', 'llvm-22', 'make'],
  // Not to build but to judge: C is laid out by this version of the formatter.
  format: ['clang-format-22'],
  kernels: ['rustc-web', 'cargo-web', 'rust-web-src', 'lld-22', 'gcc', 'libc6-dev'],
};

/** Whether the programs of one purpose are on this machine. */
export async function hasToolchain(artefact) {
  if (artefact === 'twin') {
    return (await exists(CLANG)) && (await exists(WASM_LD)) && (await exists('make'));
  }
  if (artefact === 'format') return exists('clang-format-22');
  return existsSync(RUSTC) && existsSync(CARGO) && existsSync(RUST_STD_SOURCE) && (await exists(WASM_LD));
}

/**
 * Installs what is missing where that is possible.
 * @param {'twin' | 'kernels' | 'format'} artefact
 * @throws {Error} naming the packages to install
 */
export async function ensureToolchain(artefact) {
  if (await hasToolchain(artefact)) return;
  const packages = PACKAGES[artefact];
  if (canAptInstall()) {
    console.log(`Installing the compilers of ${artefact}: ${packages.join(' ')}`);
    await aptInstall(packages);
    if (await hasToolchain(artefact)) return;
  }
  throw new Error(
    `The compilers of ${artefact} are these Debian packages (bookworm with security updates, or later): ` +
      `apt-get install ${packages.join(' ')}`,
  );
}

/** Version lines for the manifest. */
export async function toolchainVersions(artefact) {
  const programs = artefact === 'twin' ? [CLANG, WASM_LD] : [RUSTC, CARGO, WASM_LD];
  const versions = {};
  for (const program of programs) {
    const { output } = await run(program, ['--version'], { quiet: true });
    const line = output.split('\n')[0]?.trim() ?? '';
    versions[program.replace('/usr/bin/', '')] = line;
  }
  return versions;
}
