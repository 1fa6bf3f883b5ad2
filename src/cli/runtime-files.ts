/** Finds and compiles the WebAssembly files that lie beside the program. */
import { readFile } from 'node:fs/promises';
import { UsageError } from '../shared/errors.js';
import type { Runtime } from '../pipeline/types.js';

/** Places relative to this module: beside the bundle, then the prebuilt folders of a source tree. */
const PLACES = {
  kernels: ['./kernels.wasm', '../../kernels/prebuilt/kernels.wasm'],
  twin: ['./twin.wasm', '../../device-runtime/prebuilt/twin.wasm'],
} as const;

/** Loads both modules. @throws UsageError when the installation is incomplete */
export async function loadRuntime(): Promise<Runtime> {
  const [kernels, twin] = await Promise.all([compile('kernels'), compile('twin')]);
  return { kernels, twin };
}

async function compile(name: keyof typeof PLACES): Promise<WebAssembly.Module> {
  for (const place of PLACES[name]) {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = new Uint8Array(await readFile(new URL(place, import.meta.url)));
    } catch {
      continue;
    }
    return WebAssembly.compile(bytes);
  }
  throw new UsageError(
    `${name}.wasm is missing beside this program. Install it again, or run "npm run build" in its source tree.`,
  );
}
