// The compilers of the native artefacts. All come from Debian packages, by name and major version, so that
// the same sources give the same bytes on every machine.
import { existsSync } from 'node:fs';
import { aptInstall, canAptInstall } from './apt.mjs';
import { exists, run } from './run.mjs';

/** C to WebAssembly. */
export const CLANG = 'clang-22';
export const WASM_LD = 'wasm-ld-22';

/** C to Xtensa: the assembler and the symbol lister of the same LLVM, and the linker of binutils for another core. */
export const LLVM_MC = 'llvm-mc-22';
export const LLVM_NM = 'llvm-nm-22';
export const XTENSA_LD = 'xtensa-lx106-elf-ld';
/** Runs Xtensa programs, to compare them with the other builds. */
export const QEMU_XTENSA = 'qemu-xtensa';

/** C to RISC-V and to Cortex-M, with the software floating point of cores that have none; what runs the programs. */
export const RISCV_GCC = 'riscv64-unknown-elf-gcc';
export const ARM_GCC = 'arm-none-eabi-gcc';
export const QEMU_RISCV = 'qemu-riscv32';
export const QEMU_ARM = 'qemu-system-arm';

/** Debian's Rust, which ships the standard library's sources: WebAssembly's std is compiled with the crate. */
export const RUSTC = '/usr/bin/rustc';
export const CARGO = '/usr/bin/cargo';
export const RUST_LIBRARY = '/usr/lib/rustlib/src/rust/library';
const RUST_STD_SOURCE = `${RUST_LIBRARY}/std/Cargo.toml`;
/** Debian's account of who holds which part of it, under which licence. */
export const RUST_COPYRIGHT = '/usr/share/doc/rust-web-src/copyright';

/** Debian packages by purpose. */
export const PACKAGES = {
  twin: ['clang-22', 'lld-22', 'llvm-22', 'make'],
  // Not to build but to judge: C is laid out by this version of the formatter.
  format: ['clang-format-22'],
  xtensa: ['clang-22', 'llvm-22', 'binutils-xtensa-lx106'],
  // Not to build but to check: runs what was built for Xtensa.
  'xtensa-check': ['qemu-user'],
  // Not to build but to check: the engine on processors of other chips.
  targets: ['gcc-riscv64-unknown-elf', 'gcc-arm-none-eabi', 'qemu-user', 'qemu-system-arm'],
  // Not to build but to check: the C tests with pointers of 32 bits.
  narrow: ['gcc-multilib'],
  emulator: ['rustc-web', 'cargo-web', 'rust-web-src', 'lld-22', 'gcc', 'libc6-dev'],
  kernels: ['rustc-web', 'cargo-web', 'rust-web-src', 'lld-22', 'gcc', 'libc6-dev'],
  train: ['rustc-web', 'cargo-web', 'rust-web-src', 'lld-22', 'gcc', 'libc6-dev'],
};

/** The programs of each purpose; their versions go into the manifest of what they build. */
const PROGRAMS = {
  twin: [CLANG, WASM_LD, 'make'],
  format: ['clang-format-22'],
  xtensa: [CLANG, LLVM_MC, LLVM_NM, XTENSA_LD],
  'xtensa-check': [QEMU_XTENSA],
  targets: [RISCV_GCC, ARM_GCC, QEMU_RISCV, QEMU_ARM],
  narrow: ['cc'],
  emulator: [RUSTC, CARGO, WASM_LD],
  kernels: [RUSTC, CARGO, WASM_LD],
  train: [RUSTC, CARGO, WASM_LD],
};

/** Whether the programs of one purpose are on this machine. */
export async function hasToolchain(artefact) {
  if (PACKAGES[artefact].includes('rust-web-src') && !existsSync(RUST_STD_SOURCE)) return false;
  const found = await Promise.all(PROGRAMS[artefact].map((program) => exists(program)));
  return found.every(Boolean) && (artefact !== 'narrow' || (await hasNarrowLibraries()));
}

/** Whether the C compiler has the libraries of 32-bit programs: it names a file by its path where there is one. */
async function hasNarrowLibraries() {
  const { code, output } = await run('cc', ['-m32', '-print-file-name=libasan.so'], { quiet: true });
  return code === 0 && output.includes('/');
}

/**
 * Installs what is missing where that is possible.
 * @param {keyof typeof PACKAGES} artefact
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
  const versions = {};
  for (const program of PROGRAMS[artefact]) {
    // It compiles nothing: its version says nothing about the bytes.
    if (program === 'make') continue;
    const { output } = await run(program, ['--version'], { quiet: true });
    const line =
      output
        .split('\n')
        .find((text) => /\d/.test(text))
        ?.trim() ?? '';
    versions[program.replace('/usr/bin/', '')] = line;
  }
  return versions;
}
