/** The real converter behind the store: the bridge to the worker, loaded when it is first needed. */
import { ConverterBridge } from '../worker/bridge.js';
import { ON_PAGE } from '../worker/notes.js';
import { loadRuntime, type RuntimeUrls } from '../worker/runtime.js';
import { defaultStarts, pageStart } from '../worker/start.js';
import type { Converter } from './store.js';

export { assetUrls } from './asset-urls.js';

/**
 * @param urls of the WebAssembly modules
 * @param workerUrl absolute address of a worker file on the page's origin, `null` for none
 */
export function createConverter(urls: RuntimeUrls, workerUrl: string | null): Converter {
  let onPage = false;
  const last = pageStart(() => {
    onPage = true;
  });
  const bridge = new ConverterBridge({
    runtime: () => loadRuntime(urls),
    starts: async () => [...(await defaultStarts(workerUrl)), last],
  });
  return {
    inspect: async (source, settings, options) => {
      const inspection = await bridge.run('inspect', { source, settings }, options);
      return onPage ? { ...inspection, notes: [...inspection.notes, ON_PAGE] } : inspection;
    },
    plan: (source, settings, options) => bridge.run('plan', { source, settings }, options),
    convert: (source, settings, options) => bridge.run('convert', { source, settings }, options),
    files: (input, options) => bridge.run('files', input, options),
    generate: (bytes, request, options) => bridge.generate(bytes, request, options),
    dispose: () => {
      bridge.dispose();
    },
  };
}
