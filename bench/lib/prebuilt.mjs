// Where the WebAssembly lies that the benchmarks measure: the committed builds.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../scripts/lib/run.mjs';

/**
 * @returns {{kernels: string, twin: string, scalar: string}} paths
 * @throws {Error} when a module is missing
 */
export function prebuiltModules() {
  const files = {
    kernels: path.join(ROOT, 'kernels/prebuilt/kernels.wasm'),
    twin: path.join(ROOT, 'device-runtime/prebuilt/twin.wasm'),
    scalar: path.join(ROOT, 'device-runtime/prebuilt/twin.scalar.wasm'),
  };
  const missing = Object.values(files).find((file) => !existsSync(file));
  if (missing !== undefined) throw new Error(`${missing} is missing; run "npm run build:native"`);
  return files;
}
