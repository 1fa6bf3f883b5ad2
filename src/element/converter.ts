/** The real converter behind the store: the bridge to the worker, loaded when it is first needed. */
import { ConverterBridge, type JobOptions } from '../worker/bridge.js';
import { ON_PAGE } from '../worker/notes.js';
import { DEFAULT_EFFORT, EFFORT_THREADS } from '../quantize/effort.js';
import { loadRuntime, type RuntimeUrls } from '../worker/runtime.js';
import { pageStart, urlStart } from '../worker/start.js';
import { addPart, programStart, withParts } from '../worker/worker-program.js';
import type { ConvertSettings, ModelSource } from '../worker/jobs.js';
import type { TunerUrls } from '../worker/tuner-start.js';
import type { ReadyConversion } from './samples/ready-conversion.js';
import type { Converter } from './store.js';

export { assetUrls } from './asset-urls.js';

/**
 * @param urls of the WebAssembly modules
 * @param workerUrl absolute address of a worker file on the page's origin, `null` for none
 */
export function createConverter(
  urls: RuntimeUrls & { readonly train: string },
  workerUrl: string | null,
): Converter {
  let onPage = false;
  const last = pageStart(() => {
    onPage = true;
  });
  const bridge = new ConverterBridge({
    runtime: () => loadRuntime(urls),
    starts: async () => [await programStart(), ...(workerUrl === null ? [] : [urlStart(workerUrl)]), last],
  });
  return {
    inspect: async (source, settings, options) => {
      const ready = await readyOf(source, settings, options);
      if (ready !== null) return ready.inspection;
      // What it surely needs, so that its first worker has it.
      if (source.kind !== 'files') await addPart('remote-folders');
      const inspection = await withParts(() => bridge.run('inspect', { source, settings }, options));
      return onPage ? { ...inspection, notes: [...inspection.notes, ON_PAGE] } : inspection;
    },
    plan: (source, settings, options) => withParts(() => bridge.run('plan', { source, settings }, options)),
    convert: async (source, settings, options) => {
      const ready = await readyOf(source, settings, options);
      if (ready !== null) return ready.result;
      return withParts(async () => {
        const threads = EFFORT_THREADS[settings.effort ?? DEFAULT_EFFORT];
        if (threads === 0) return bridge.run('convert', { source, settings }, options);
        await addPart('tune');
        const { startTuner } = await import('../worker/tuner-start.js');
        const tuner = await startTuner(tunerUrls(urls, workerUrl), threads, options?.signal);
        try {
          return await bridge.run('convert', { source, settings, tuner: tuner.port }, options);
        } finally {
          tuner.end();
        }
      });
    },
    files: (input, options) => withParts(() => bridge.run('files', input, options)),
    generate: (bytes, request, options) => withParts(() => bridge.generate(bytes, request, options)),
    dispose: () => {
      bridge.dispose();
    },
  };
}

/** A sample's finished conversion, where its source names one that was made with these settings. */
async function readyOf(
  source: ModelSource,
  settings: ConvertSettings,
  { signal }: JobOptions,
): Promise<ReadyConversion | null> {
  if (source.kind !== 'url' || source.ready === undefined) return null;
  const { readyConversion } = await import('./samples/ready-conversion.js');
  return readyConversion(source.ready, settings, signal);
}

/** The gradient engine, and its thread's program beside the page's own worker. */
function tunerUrls({ train }: { readonly train: string }, workerUrl: string | null): TunerUrls {
  return { train, worker: workerUrl && new URL('tuner-worker.js', workerUrl).href };
}
