/** Boots images of the shipped firmware on an emulated board, for tests. */
import { readFileSync } from 'node:fs';
import {
  ConsoleClient,
  type ConsoleOptions,
  type ConsoleRequest,
  type ConsoleToken,
} from '../../src/device/console-client.js';
import { EmulatorDevice } from '../../src/device/emulator.js';
import { inlineLink } from '../../src/device/emulator-link.js';
import type { EmulatorOptions } from '../../src/device/emulator-types.js';
import { firmwareFromElf } from '../../src/image/firmware.js';
import { makeImage } from '../../src/pipeline/image.js';
import { assembleFlashImage } from '../../src/image/flash-image.js';
import { findBoard } from '../../src/plan/boards.js';

function bytesOf(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
}

/** The shipped firmware as an ELF file. */
export const FIRMWARE_ELF = bytesOf('device-runtime/prebuilt/esp32s3/firmware.elf');

let module: Promise<WebAssembly.Module> | undefined;

/** The emulator, compiled once. */
export function emulatorModule(): Promise<WebAssembly.Module> {
  module ??= WebAssembly.compile(bytesOf('kernels/crates/emulator-wasm/prebuilt/emulator.wasm'));
  return module;
}

/** The image of a package for a board. */
export async function imageOf(packageBytes: Uint8Array, board: string): Promise<Uint8Array> {
  const firmware = firmwareFromElf(FIRMWARE_ELF, 'firmware.elf');
  const made = await makeImage(packageBytes, { board, firmware });
  return assembleFlashImage(made.layout, packageBytes);
}

/** An emulated board that has been greeted. */
export interface Booted {
  readonly device: EmulatorDevice;
  readonly client: ConsoleClient;
  /** What the board wrote for people so far. */
  readonly text: () => string;
}

/** Boots an image. Close the device when the work is done. */
export async function boot(
  image: Uint8Array,
  boardId: string,
  options: Partial<EmulatorOptions> & {
    readonly cores?: 1 | 2;
    readonly onAction?: ConsoleOptions['onAction'];
  } = {},
): Promise<Booted> {
  const { flashBytes, psramKind, psramBytes } = findBoard(boardId);
  const { cores, onAction, ...rest } = options;
  const device = await EmulatorDevice.start(inlineLink(), await emulatorModule(), image, {
    board: { flashBytes, psramKind, psramBytes, cores },
    timing: false,
    speed: 'flat',
    symbols: FIRMWARE_ELF,
    ...rest,
  });
  let text = '';
  const client = await ConsoleClient.connect(device, {
    patience: 120_000,
    timeout: 60_000,
    onText: (piece) => (text += piece),
    onAction,
  });
  return { device, client, text: () => text };
}

/** A generation from beginning to end. */
export async function generated(
  client: ConsoleClient,
  request: ConsoleRequest,
): Promise<{ tokens: ConsoleToken[]; text: string; reason: string; decodeMicros: number }> {
  const tokens: ConsoleToken[] = [];
  const generation = client.generate(request);
  for (;;) {
    const step = await generation.next();
    if (step.done === true) {
      const text = tokens.map((token) => token.text).join('') + step.value.text;
      return { tokens, text, reason: step.value.reason, decodeMicros: step.value.decodeMicros };
    }
    tokens.push(step.value);
  }
}
