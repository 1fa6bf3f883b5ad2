// Builds the twin: the engine's C compiled for the page.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
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

/** Writes `twin.wasm`, and for tests `twin.scalar.wasm`, into `output`. */
export async function buildTwin(output) {
  // Objects of an earlier build may come from another compiler.
  const objects = await mkdtemp(path.join(os.tmpdir(), 'twin-objects-'));
  try {
    const folder = path.join(ROOT, 'device-runtime/wasm');
    const variables = [
      `TWIN=${path.join(output, 'twin.wasm')}`,
      `BOTH=${path.join(output, 'twin.scalar.wasm')}`,
      `OBJECTS=${objects}`,
      `CC=${CLANG}`,
      `LD=${WASM_LD}`,
    ];
    await runOrThrow('make', ['--no-print-directory', '-C', folder, ...variables], { quiet: true });
  } finally {
    await rm(objects, { recursive: true, force: true });
  }
}
