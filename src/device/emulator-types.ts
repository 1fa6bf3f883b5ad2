/** What the emulator takes, gives and says, as plain data that crosses threads. */

import type { Chip, PsramKind } from '../chips/chip.js';

/** The emulated chip and the parts around it. */
export interface EmulatedBoard {
  /** Default the first of `chips/index.ts`. */
  readonly chip?: Chip | undefined;
  /** Size of the flash chip in bytes, a power of two. */
  readonly flashBytes: number;
  readonly psramKind: PsramKind;
  /** Bytes of PSRAM, 0 for none. */
  readonly psramBytes: number;
  /** 1: a chip whose second core is switched off by eFuse. Default 2. */
  readonly cores?: 1 | 2 | undefined;
}

/**
 * `modelled`: emulated seconds last as long as they would on silicon, as far as this machine keeps up. `flat`: as fast as
 * this machine can.
 */
export type EmulatorSpeed = 'modelled' | 'flat';

/** How an emulated board is started. */
export interface EmulatorOptions {
  readonly board: EmulatedBoard;
  /** Count cycles by the timing model; otherwise every instruction takes one. */
  readonly timing: boolean;
  readonly speed: EmulatorSpeed;
  /** The firmware's ELF file: its names appear in reports. */
  readonly symbols?: Uint8Array | undefined;
  /** Start of the random number register's sequence; the same seed gives the same run. */
  readonly seed?: number | undefined;
  /** Never translate code that runs often: the same run, slower. For comparison. */
  readonly interpreted?: boolean | undefined;
}

/** How far the emulated board has come. */
export interface EmulatorStatus {
  /** Seconds since power-on by the emulated clock. */
  readonly seconds: number;
  /** Of both cores. */
  readonly instructions: number;
  /** Cycles of each core. */
  readonly cycles: readonly [number, number];
  readonly state: 'running' | 'paused' | 'stopped';
  /** Emulated seconds per second of this machine, over the last while; 0 when it stands. */
  readonly rate: number;
}

/** What a pin that is an output gives out, as the chip's registers have it. */
export type EmulatedPin =
  | { readonly pin: number; readonly kind: 'level'; readonly high: boolean }
  /** Pulse width modulation; 0 Hz while its timer stands. */
  | { readonly pin: number; readonly kind: 'pulses'; readonly hertz: number; readonly duty: number }
  /** Pulses that were sent last, with how long each was held in nanoseconds. */
  | {
      readonly pin: number;
      readonly kind: 'sent';
      readonly pulses: readonly (readonly [high: boolean, nanoseconds: number])[];
    }
  /** A signal of a peripheral that is not emulated. */
  | { readonly pin: number; readonly kind: 'other'; readonly signal: number };

/** A place in a backtrace. */
export interface EmulatedFrame {
  /** The instruction: for callers, their call. */
  readonly pc: number;
  /** The frame's stack pointer. */
  readonly sp: number;
  /** `NAME+0xOFFSET`, `null` where no symbol is known. */
  readonly name: string | null;
}

/** One core where it stands. */
export interface EmulatedCore {
  readonly state: 'off' | 'in-rom' | 'stalled' | 'waiting' | 'running';
  readonly pc: number;
  /** a0 to a15 as the running function sees them. */
  readonly registers: readonly number[];
  /** Since its reset. */
  readonly instructions: number;
  readonly cycles: number;
  readonly backtrace: readonly EmulatedFrame[];
}

/** Why the emulated chip stopped: what silicon would have faulted on or corrupted. */
export interface EmulatorReport {
  /** One sentence. */
  readonly cause: string;
  /** Everything for people: both cores' registers, backtraces with names, the last instructions. */
  readonly text: string;
  /** The core that it happened to. */
  readonly core: number;
  /** Emulated seconds since power-on. */
  readonly seconds: number;
  readonly cores: readonly [EmulatedCore, EmulatedCore];
  /** The last instructions of that core, the unfinished one last. */
  readonly trace: readonly {
    readonly address: number;
    readonly text: string;
    readonly name: string | null;
  }[];
  /** What was no error by itself. */
  readonly warnings: readonly string[];
}

/** The compiled emulator behind the binding; `device/emulator-core.ts` makes one. Times are seconds. */
export interface EmulatorCore {
  /**
   * Runs for an emulated while.
   * @returns a report when the chip stopped for good
   */
  run(seconds: number): EmulatorReport | null;
  /** Executes one instruction of a core. */
  step(core: 0 | 1): EmulatorReport | null;
  /** The reset button. */
  reset(): void;
  /** The host's end of USB-Serial-JTAG: everything that came since the last call. */
  read(): Uint8Array;
  /** Puts bytes in line for the board. */
  write(bytes: Uint8Array): void;
  /** Bytes in line that the board has not taken yet. */
  readonly waiting: number;
  /** The other console, UART0. */
  readUart(): Uint8Array;
  writeUart(bytes: Uint8Array): void;
  /** As {@link waiting}. */
  readonly waitingUart: number;
  readonly seconds: number;
  readonly instructions: number;
  /** Of these, how many translated code ran since the last reset. */
  readonly translatedInstructions: number;
  cycles(core: 0 | 1): number;
  core(core: 0 | 1): EmulatedCore;
  /** Bytes at an address as a debugger sees them; absent where nothing answers. */
  readMemory(address: number, length: number): Uint8Array | null;
  /** The pins that are outputs, in their order. */
  pins(): EmulatedPin[];
  /** A button or another part of the board holds a pin low or high; `null`: it lets go of it. */
  holdPin(pin: number, level: boolean | null): void;
  /** How warm the chip is, -40 to 125 degrees Celsius; 35 until it is said. Anything else changes nothing. */
  setTemperature(celsius: number): void;
  /** What was not an error, but should not be: one sentence each. */
  warnings(): string[];
  /** Counters of caches and bus by name. */
  statistics(): Readonly<Record<string, number>>;
  /** Gives the memory back. */
  free(): void;
}

/** Page to emulator. */
export type EmulatorCommand =
  | {
      readonly type: 'start';
      readonly module: WebAssembly.Module;
      readonly image: Uint8Array;
      readonly options: EmulatorOptions;
    }
  | {
      readonly type: 'write';
      readonly id: number;
      readonly bytes: Uint8Array;
      readonly port: 'usb' | 'uart';
    }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'reset' }
  | { readonly type: 'speed'; readonly speed: EmulatorSpeed }
  | { readonly type: 'step'; readonly id: number; readonly core: 0 | 1 }
  | { readonly type: 'memory'; readonly id: number; readonly address: number; readonly length: number }
  | { readonly type: 'state'; readonly id: number }
  | { readonly type: 'pins'; readonly id: number }
  | { readonly type: 'hold'; readonly pin: number; readonly level: boolean | null }
  | { readonly type: 'temperature'; readonly celsius: number }
  | { readonly type: 'close' };

/** Everything about a board at rest. */
export interface EmulatorState {
  readonly status: EmulatorStatus;
  readonly cores: readonly [EmulatedCore, EmulatedCore];
  readonly warnings: readonly string[];
  readonly statistics: Readonly<Record<string, number>>;
}

/** Emulator to page. */
export type EmulatorEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'output'; readonly bytes: Uint8Array; readonly port: 'usb' | 'uart' }
  | { readonly type: 'status'; readonly status: EmulatorStatus }
  | { readonly type: 'fault'; readonly report: EmulatorReport }
  | { readonly type: 'failure'; readonly message: string }
  /** The board has taken the bytes of the `write` of this id. */
  | { readonly type: 'taken'; readonly id: number }
  | { readonly type: 'memory'; readonly id: number; readonly bytes: Uint8Array | null }
  | { readonly type: 'state'; readonly id: number; readonly state: EmulatorState }
  | { readonly type: 'pins'; readonly id: number; readonly pins: readonly EmulatedPin[] };
