/** Makes emulated chips from the compiled emulators (`kernels/crates/emulator-wasm/prebuilt`), one for each chip. */
import {
  Emulator,
  chip as emulatedChip,
  functions,
  initSync,
} from '../../kernels/crates/emulator-wasm/prebuilt/emulator.js';
import { EmulatorTranslation, type EmulatorLinks } from './emulator-translation.js';
import type {
  EmulatedCore,
  EmulatedPin,
  EmulatorCore,
  EmulatorOptions,
  EmulatorReport,
} from './emulator-types.js';

/** Of `hold_pin`: neither low nor high. */
const LET_GO = 2;

const PSRAM_KINDS = { none: 0, quad: 1, octal: 2 } as const;

/** The emulator of this realm: the binding is the same for all chips, but holds one module. */
let links: EmulatorLinks | null = null;

/**
 * Powers a chip up.
 * @param module the emulator of the board's chip; instantiated once for each JavaScript realm
 * @throws Error when the image does not fit the flash, the board is not possible, or this realm has another chip's emulator
 */
export function makeEmulatorCore(
  module: WebAssembly.Module,
  image: Uint8Array,
  options: EmulatorOptions,
): Promise<EmulatorCore> {
  links ??= { memory: initSync({ module }).memory, functions: functions() as WebAssembly.Table };
  const { chip } = options.board;
  if (chip !== undefined && chip.id !== emulatedChip())
    throw new Error(`This emulator is none of an ${chip.name}. Start that in a thread of its own.`);
  return Promise.resolve(new WasmCore(image, options, links));
}

class WasmCore implements EmulatorCore {
  readonly #emulator: Emulator;
  readonly #translation: EmulatorTranslation | null;

  constructor(
    image: Uint8Array,
    { board, timing, seed, symbols, interpreted }: EmulatorOptions,
    links: EmulatorLinks,
  ) {
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
    this.#translation = interpreted === true ? null : new EmulatorTranslation(this.#emulator, links);
  }

  run(seconds: number): EmulatorReport | null {
    const stopped = this.#emulator.run(seconds);
    this.#translation?.advance();
    return stopped ? this.#report() : null;
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

  get translatedInstructions(): number {
    return this.#emulator.translated_instructions;
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

  pins(): EmulatedPin[] {
    // What the crate writes is this type.
    return JSON.parse(this.#emulator.pins()) as EmulatedPin[];
  }

  holdPin(pin: number, level: boolean | null): void {
    this.#emulator.hold_pin(pin, level === null ? LET_GO : Number(level));
  }

  setTemperature(celsius: number): void {
    this.#emulator.set_temperature(celsius);
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
    this.#translation?.free();
    this.#emulator.free();
  }

  #report(): EmulatorReport | null {
    const report = this.#emulator.report();
    // What the crate writes is this interface.
    return report === undefined ? null : (JSON.parse(report) as EmulatorReport);
  }
}
