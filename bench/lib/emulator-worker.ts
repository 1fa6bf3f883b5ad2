/** The worker of the emulator benchmark's page: one board for each way to count time. */
import { makeEmulatorCore } from '../../src/device/emulator-core.js';
import type { EmulatorOptions } from '../../src/device/emulator-types.js';
import { EmulatorBench } from './emulator-loop.js';

interface Request {
  /** Address of the image. */
  readonly url: string;
  readonly options: EmulatorOptions;
  /** Emulated seconds of a program that never ends; otherwise the model is spoken to. */
  readonly seconds?: number;
}

let module: WebAssembly.Module | null = null;
const boards = new Map<string, EmulatorBench>();

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

async function measure({ url, options, seconds }: Request): Promise<object> {
  const key = `${url} ${String(options.timing)} ${String(options.interpreted)}`;
  let board = seconds === undefined ? boards.get(key) : undefined;
  if (board === undefined) {
    module ??= await WebAssembly.compile(await download('emulator.wasm'));
    const image = new Uint8Array(await download(url));
    board = new EmulatorBench(await makeEmulatorCore(module, image, options));
    if (seconds === undefined) board.boot();
    boards.set(key, board);
  }
  return seconds === undefined ? board.speak() : board.spend(seconds);
}

async function download(url: string): Promise<ArrayBuffer> {
  return (await fetch(url)).arrayBuffer();
}
