/** The compiled WebAssembly modules, for tests. */
import { readFile } from 'node:fs/promises';
import type { Runtime } from '../../src/pipeline/types.js';

async function compile(path: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(new Uint8Array(await readFile(new URL(`../../${path}`, import.meta.url))));
}

let runtime: Promise<Runtime> | undefined;

/** Both modules, compiled once. */
export function testRuntime(): Promise<Runtime> {
  runtime ??= Promise.all([
    compile('kernels/prebuilt/kernels.wasm'),
    compile('device-runtime/prebuilt/twin.wasm'),
  ]).then(([kernels, twin]) => ({ kernels, twin }));
  return runtime;
}

/** The twin with both sets of kernels, which pages do not have. */
export function twinWithScalar(): Promise<WebAssembly.Module> {
  return compile('device-runtime/prebuilt/twin.scalar.wasm');
}
