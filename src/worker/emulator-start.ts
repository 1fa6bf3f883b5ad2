/** Starts an emulated board in a worker of its own; everything it needs is loaded when it is first asked for. */
import { EmulatorDevice, type EmulatorWatch } from '../device/emulator.js';
import { workerLink } from '../device/emulator-link.js';
import type { EmulatorOptions } from '../device/emulator-types.js';
import { compileOnce } from './runtime.js';
import { ownStart, startEmulatorWorker, urlStart, type WorkerStart } from './start.js';

/** Addresses of the emulator. */
export interface EmulatorUrls {
  /** `emulator.wasm`. */
  readonly emulator: string;
  /** A copy of `emulator-worker.js` on the page's own origin, for pages that forbid blobs; `null` for none. */
  readonly worker: string | null;
}

/**
 * Powers an emulated board up.
 * @param image from flash offset 0
 * @throws TransportError when the emulator cannot be loaded or started; PolicyError when the page forbids its worker
 */
export async function startEmulator(
  urls: EmulatorUrls,
  image: Uint8Array,
  options: EmulatorOptions,
  watch: EmulatorWatch = {},
  signal?: AbortSignal,
): Promise<EmulatorDevice> {
  const [module, worker] = await Promise.all([
    compileOnce(urls.emulator),
    startEmulatorWorker(await emulatorStarts(urls.worker), { signal }),
  ]);
  return EmulatorDevice.start(workerLink(worker), module, image, options, watch);
}

async function emulatorStarts(workerUrl: string | null): Promise<WorkerStart[]> {
  const { emulatorWorkerSource } = await import('./emulator-worker-source.js');
  const own = ownStart(emulatorWorkerSource);
  return workerUrl === null ? [own] : [own, urlStart(workerUrl)];
}
