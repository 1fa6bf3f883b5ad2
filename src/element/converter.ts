/** The real converter behind the store: the bridge to the worker, loaded when it is first needed. */
import { ConverterBridge } from '../worker/bridge.js';
import { loadRuntime, type RuntimeUrls } from '../worker/runtime.js';
import { defaultStarts } from '../worker/start.js';
import type { Converter } from './store.js';

/**
 * @param urls of the WebAssembly modules
 * @param workerUrl absolute address of a worker file on the page's origin, `null` for none
 */
export function createConverter(urls: RuntimeUrls, workerUrl: string | null): Converter {
  const bridge = new ConverterBridge({
    runtime: () => loadRuntime(urls),
    starts: () => defaultStarts(workerUrl),
  });
  return {
    inspect: (source, settings, options) => bridge.run('inspect', { source, settings }, options),
    plan: (source, settings, options) => bridge.run('plan', { source, settings }, options),
    convert: (source, settings, options) => bridge.run('convert', { source, settings }, options),
    generate: (bytes, request, options) => bridge.generate(bytes, request, options),
    dispose: () => {
      bridge.dispose();
    },
  };
}
