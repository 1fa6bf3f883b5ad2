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
import { DEFAULT_CHIP } from '../../src/chips/index.js';
import type { Chip } from '../../src/chips/chip.js';

function bytesOf(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../${path}`, import.meta.url)));
}

/** The shipped firmware of a chip as an ELF file. */
export function firmwareElf({ id }: Chip): Uint8Array<ArrayBuffer> {
  return bytesOf(`device-runtime/prebuilt/${id}/firmware.elf`);
}

/** That of the first chip. */
export const FIRMWARE_ELF = firmwareElf(DEFAULT_CHIP);

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** The emulator of a chip, compiled once. */
export function emulatorModule({ emulatorFile }: Chip = DEFAULT_CHIP): Promise<WebAssembly.Module> {
  const name = emulatorFile ?? '';
  const module =
    modules.get(name) ?? WebAssembly.compile(bytesOf(`kernels/crates/emulator-wasm/prebuilt/${name}`));
  modules.set(name, module);
  return module;
}

/** The image of a package for a board. */
export async function imageOf(packageBytes: Uint8Array, board: string): Promise<Uint8Array> {
  const { chip } = findBoard(board);
  const firmware = firmwareFromElf(firmwareElf(chip), 'firmware.elf', chip);
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
  const { chip, flashBytes, psramKind, psramBytes } = findBoard(boardId);
  const { cores, onAction, ...rest } = options;
  const device = await EmulatorDevice.start(inlineLink(), await emulatorModule(chip), image, {
    board: { chip, flashBytes, psramKind, psramBytes, cores },
    timing: false,
    speed: 'flat',
    symbols: firmwareElf(chip),
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
