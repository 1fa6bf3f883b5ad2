/** An emulated board as a person sees it: two ports to type on and to read from. */
import assert from 'node:assert/strict';
import { EmulatorDevice } from '../../src/device/emulator.js';
import { inlineLink } from '../../src/device/emulator-link.js';
import type { EmulatedBoard, EmulatorReport } from '../../src/device/emulator-types.js';
import { FIRMWARE_ELF, emulatorModule } from './emulated-board.js';

export type Port = 'usb' | 'uart';

/** Milliseconds of this machine's time that an answer may take on a busy one. */
const PATIENCE = 120_000;

/** What a board of 8 MB flash without PSRAM is made of. */
export const SMALL_BOARD: EmulatedBoard = { flashBytes: 8 << 20, psramKind: 'none', psramBytes: 0 };

export interface TerminalOptions {
  /** Default {@link SMALL_BOARD}. */
  readonly board?: EmulatedBoard;
  readonly timing?: boolean;
  /** `uart`: the USB port is left to a program, which reads it. */
  readonly person?: 'both' | 'uart';
}

export class EmulatedTerminal {
  /** Everything that a port said, as it came. */
  readonly bytes: Record<Port, Uint8Array[]> = { usb: [], uart: [] };
  readonly faults: EmulatorReport[] = [];
  readonly #seen: Record<Port, number> = { usb: 0, uart: 0 };
  #device: EmulatorDevice | null = null;
  #reading: Promise<void> = Promise.resolve();

  /** Powers a board up with an image in its flash. */
  static async start(image: Uint8Array, options: TerminalOptions = {}): Promise<EmulatedTerminal> {
    const { board = SMALL_BOARD, timing = false, person = 'both' } = options;
    const terminal = new EmulatedTerminal();
    const device = await EmulatorDevice.start(
      inlineLink(),
      await emulatorModule(),
      image,
      { board, timing, speed: 'flat', symbols: FIRMWARE_ELF },
      {
        onUart: (bytes) => terminal.bytes.uart.push(bytes),
        onFault: (report) => terminal.faults.push(report),
      },
    );
    terminal.#device = device;
    if (person === 'uart') return terminal;
    terminal.#reading = (async () => {
      for await (const bytes of device.output) terminal.bytes.usb.push(bytes);
    })().catch(() => undefined);
    return terminal;
  }

  get device(): EmulatorDevice {
    assert.ok(this.#device !== null);
    return this.#device;
  }

  /** All text of a port. */
  text(port: Port = 'usb'): string {
    return Buffer.concat(this.bytes[port]).toString('utf8');
  }

  /** What the port said since the last call, up to and with the pattern; waits for it. */
  async until(pattern: RegExp, port: Port = 'usb'): Promise<string> {
    for (const began = performance.now(); performance.now() - began < PATIENCE;) {
      const rest = this.text(port).slice(this.#seen[port]);
      const found = pattern.exec(rest);
      if (found !== null) {
        const end = found.index + found[0].length;
        this.#seen[port] += end;
        return rest.slice(0, end);
      }
      if (this.faults.length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const report = this.faults.map(({ text }) => text).join('\n');
    return assert.fail(`no ${String(pattern)} on ${port}:\n${this.text(port)}\n${report}`);
  }

  /** Waits for the prompt at the beginning of a line. */
  prompt(port: Port = 'usb'): Promise<string> {
    return this.until(/(?:^|\n)> $/, port);
  }

  /** Types, without waiting for an answer. */
  async type(text: string, port: Port = 'usb'): Promise<void> {
    await this.send(new TextEncoder().encode(text), port);
  }

  /** Sends any bytes. */
  async send(bytes: Uint8Array, port: Port = 'usb'): Promise<void> {
    if (port === 'usb') await this.device.write(bytes);
    else await this.device.writeUart(bytes);
  }

  /** Types a line and gives what came until the next prompt. */
  async ask(line: string, port: Port = 'usb'): Promise<string> {
    await this.type(`${line}\r`, port);
    return this.until(/\r\n> $/, port);
  }

  async close(): Promise<void> {
    await this.#device?.close();
    await this.#reading;
  }
}

/** Boots an image, does `work` when the first prompt is there, and switches the board off. */
export async function withTerminal(
  image: Uint8Array,
  work: (terminal: EmulatedTerminal, greeting: string) => Promise<void>,
  options: TerminalOptions = {},
): Promise<void> {
  const terminal = await EmulatedTerminal.start(image, options);
  try {
    await work(terminal, await terminal.prompt());
  } finally {
    await terminal.close();
  }
}
