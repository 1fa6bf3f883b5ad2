/** Fetches and compiles the WebAssembly modules on the page, once per address, however many elements ask. */
import type { Runtime } from '../pipeline/types.js';
import { TransportError, UsageError } from '../shared/errors.js';
import { PolicyError } from '../shared/policy-error.js';
import { needAsset, withoutQuery } from './fetch-asset.js';

/** Addresses of the two modules. */
export interface RuntimeUrls {
  readonly kernels: string;
  readonly twin: string;
}

const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Compiles both modules.
 * @throws TransportError when a file cannot be had; PolicyError when the page may not compile WebAssembly; UsageError when the
 *   browser cannot
 */
export async function loadRuntime(urls: RuntimeUrls): Promise<Runtime> {
  const [kernels, twin] = await Promise.all([compileOnce(urls.kernels), compileOnce(urls.twin)]);
  return { kernels, twin };
}

/** Compiles a module once per address, however often it is asked for. @throws as {@link loadRuntime} */
export function compileOnce(url: string): Promise<WebAssembly.Module> {
  const known = modules.get(url);
  if (known !== undefined) return known;
  const module = compile(url).catch((error: unknown) => {
    // What failed may work on the next try: a line that was down, a policy that a page under work just got.
    modules.delete(url);
    throw error;
  });
  modules.set(url, module);
  return module;
}

/** The type of a function that gives a vector: no module for browsers whose WebAssembly has none. */
const VECTOR = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b]);

async function compile(url: string): Promise<WebAssembly.Module> {
  if (!('WebAssembly' in globalThis) || !WebAssembly.validate(VECTOR)) {
    throw new UsageError('This browser has no WebAssembly with SIMD.', { code: 'browser' });
  }
  const advice = 'Put the .wasm files beside the script or name their folder with the attribute asset-base.';
  const response = await needAsset(url, advice);
  // From bytes rather than streaming: both files are small, and many static servers give .wasm a wrong type.
  const bytes = await response.arrayBuffer();
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (/content security policy|unsafe-eval/i.test(text)) {
      throw new PolicyError(
        "The page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src.",
        'wasm',
      );
    }
    throw new TransportError(
      `${withoutQuery(url)} is not the WebAssembly file that belongs here (${text}). Check what is served there.`,
      { code: 'page-file' },
    );
  }
}
