/** The engine's WebAssembly for the tests of the tokenizer. */
import { readFile } from 'node:fs/promises';

const TWIN = new URL('../../device-runtime/prebuilt/twin.wasm', import.meta.url);

let compiled: Promise<WebAssembly.Module> | null = null;

/** The twin, compiled once. `TWIN_WASM` names another build to test. */
export function engineModule(): Promise<WebAssembly.Module> {
  compiled ??= readFile(process.env['TWIN_WASM'] ?? TWIN).then((bytes) => WebAssembly.compile(bytes));
  return compiled;
}
