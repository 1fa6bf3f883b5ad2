/** The worker of the generation benchmark's page: the twin with one package, timed. */
import { Twin } from '../../src/device/twin.js';
import { measureTwin } from './twin-loop.js';

interface Request {
  readonly type: 'measure';
  /** Addresses of the package and what to do with it. */
  readonly url: string;
  readonly kernels: 'simd' | 'scalar';
  readonly first: number;
  readonly tokens: number;
}

const loaded = new Map<string, Twin>();

addEventListener('message', (event: MessageEvent<Request>) => {
  measure(event.data).then(
    (result) => {
      postMessage(result);
    },
    (error: unknown) => {
      postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    },
  );
});

async function measure({ url, kernels, first, tokens }: Request): Promise<object> {
  const key = `${kernels} ${url}`;
  let twin = loaded.get(key);
  if (twin === undefined) {
    const module = await WebAssembly.compile(await download(`${kernels}.wasm`));
    twin = await Twin.load(module, new Uint8Array(await download(url)), { kernels });
    loaded.set(key, twin);
  }
  return measureTwin(twin, first, tokens);
}

async function download(url: string): Promise<ArrayBuffer> {
  return (await fetch(url)).arrayBuffer();
}
