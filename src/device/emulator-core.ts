/** Makes emulated chips from the compiled emulator (`kernels/crates/emulator-wasm/prebuilt`). */
import { Emulator, initSync } from '../../kernels/crates/emulator-wasm/prebuilt/emulator.js';
import type { EmulatedCore, EmulatorCore, EmulatorOptions, EmulatorReport } from './emulator-types.js';

const PSRAM_KINDS = { none: 0, quad: 1, octal: 2 } as const;

let loaded: WebAssembly.Module | null = null;

/**
 * Powers a chip up.
 * @param module `emulator.wasm`; instantiated once for each JavaScript realm
 * @throws Error when the image does not fit the flash or the board is not possible
 */
export function makeEmulatorCore(
  module: WebAssembly.Module,
  image: Uint8Array,
  options: EmulatorOptions,
): Promise<EmulatorCore> {
  if (loaded === null) initSync({ module });
  loaded = module;
  return Promise.resolve(new WasmCore(image, options));
}

class WasmCore implements EmulatorCore {
  readonly #emulator: Emulator;

  constructor(image: Uint8Array, { board, timing, seed, symbols }: EmulatorOptions) {
    this.#emulator = new Emulator(
      image,
      board.flashBytes,
      PSRAM_KINDS[board.psramKind],
      board.psramBytes,
      timing,
      board.cores === 1,
      seed ?? 1,
    );
    if (symbols !== undefined) this.#emulator.set_symbols(symbols);
  }

  run(seconds: number): EmulatorReport | null {
    return this.#emulator.run(seconds) ? this.#report() : null;
  }

  step(core: 0 | 1): EmulatorReport | null {
    return this.#emulator.step(core) ? this.#report() : null;
  }

  reset(): void {
    this.#emulator.reset();
  }

  read(): Uint8Array {
    return this.#emulator.usb_read();
  }

  write(bytes: Uint8Array): void {
    this.#emulator.usb_write(bytes);
  }

  get waiting(): number {
    return this.#emulator.usb_waiting;
  }

  readUart(): Uint8Array {
    return this.#emulator.uart_read();
  }

  writeUart(bytes: Uint8Array): void {
    this.#emulator.uart_write(bytes);
  }

  get waitingUart(): number {
    return this.#emulator.uart_waiting;
  }

  get seconds(): number {
    return this.#emulator.seconds;
  }

  get instructions(): number {
    return this.#emulator.instructions;
  }

  cycles(core: 0 | 1): number {
    return this.#emulator.cycles(core);
  }

  core(core: 0 | 1): EmulatedCore {
    // What the crate writes is this interface.
    return JSON.parse(this.#emulator.core(core)) as EmulatedCore;
  }

  readMemory(address: number, length: number): Uint8Array | null {
    return this.#emulator.read_memory(address, length) ?? null;
  }

  warnings(): string[] {
    return this.#emulator.warnings();
  }

  statistics(): Readonly<Record<string, number>> {
    const names = this.#emulator.statistic_names();
    const values = this.#emulator.statistic_values();
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? 0]));
  }

  free(): void {
    this.#emulator.free();
  }

  #report(): EmulatorReport | null {
    const report = this.#emulator.report();
    // What the crate writes is this interface.
    return report === undefined ? null : (JSON.parse(report) as EmulatorReport);
  }
}
