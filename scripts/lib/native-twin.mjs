// Builds the twin: the engine's C compiled for the page.
import path from 'node:path';
import { listFiles } from './files.mjs';
import { ROOT, runOrThrow } from './run.mjs';
import { CLANG, WASM_LD } from './toolchain.mjs';

/** Said in the manifest; the flags themselves are in device-runtime/wasm/Makefile, which is hashed. */
export const TWIN_FLAGS = ['make -C device-runtime/wasm'];

/** The files whose change makes another twin. */
export function twinSources() {
  const folders = ['device-runtime/engine/', 'device-runtime/wasm/'];
  return listFiles(
    ROOT,
    (name) => folders.some((folder) => name.startsWith(folder)) && /(\.[ch]|\.inc|Makefile|\.mk)$/.test(name),
  );
}

/** Writes `twin.wasm` into `output`. */
export async function buildTwin(output) {
  const args = [
    '--no-print-directory',
    '-C',
    path.join(ROOT, 'device-runtime/wasm'),
    `TWIN=${path.join(output, 'twin.wasm')}`,
    // Objects of an earlier build may come from another compiler.
    '--always-make',
    `CC=${CLANG}`,
    `LD=${WASM_LD}`,
  ];
  await runOrThrow('make', args, { quiet: true });
}
