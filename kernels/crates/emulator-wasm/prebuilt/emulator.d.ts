/* tslint:disable */
/* eslint-disable */

/**
 * An emulated board, powered up.
 */
export class Emulator {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Where the functions `0` and so on of that module stand in this module's table; none when it was not compiled.
     */
    adopt_translation(slots: Uint32Array | number[]): void;
    /**
     * A core where it stands, as JSON.
     */
    core(core: number): string;
    /**
     * Cycles of a core.
     */
    cycles(core: number): number;
    /**
     * Holds a pin low (0) or high (1) from outside, or lets go of it (any other number).
     */
    hold_pin(pin: number, level: number): void;
    /**
     * Powers a board up.
     *
     * `psram_kind`: 0 none, 1 quad, 2 octal.
     *
     * # Errors
     * A sentence, when the image is longer than the flash or there is no such board.
     */
    constructor(flash: Uint8Array | number[], flash_bytes: number, psram_kind: number, psram_bytes: number, timed: boolean, single_core: boolean, seed: number);
    /**
     * The pins that are outputs and what they give out, as JSON.
     */
    pins(): string;
    /**
     * Memory as a debugger sees it; nothing where nothing answers.
     */
    read_memory(address: number, length: number): Uint8Array | undefined;
    /**
     * Why the chip stopped, as JSON; nothing while it runs.
     */
    report(): string | undefined;
    /**
     * The reset button.
     */
    reset(): void;
    /**
     * Runs for so many emulated seconds; `true` when the chip stopped for good.
     */
    run(seconds: number): boolean;
    /**
     * Names for reports, from the firmware's ELF file.
     */
    set_symbols(elf: Uint8Array | number[]): void;
    /**
     * How warm the chip is from now on, -40 to 125 degrees Celsius; anything else changes nothing.
     */
    set_temperature(celsius: number): void;
    /**
     * Whether code that runs often is noted, so that `translation` has something to give.
     */
    set_translating(enabled: boolean): void;
    /**
     * Names of the counters.
     */
    statistic_names(): string[];
    /**
     * Values of the counters, in the order of their names.
     */
    statistic_values(): Float64Array;
    /**
     * Executes an instruction of a core; `true` when the chip stopped for good.
     */
    step(core: number): boolean;
    /**
     * A WebAssembly module of code that runs often, or no bytes. It imports this module's memory as `m` of `e`.
     */
    translation(): Uint8Array;
    /**
     * What the board sent over UART0 since the last call.
     */
    uart_read(): Uint8Array;
    /**
     * Puts bytes in line for UART0.
     */
    uart_write(bytes: Uint8Array | number[]): void;
    /**
     * What the board sent over USB since the last call.
     */
    usb_read(): Uint8Array;
    /**
     * Puts bytes in line for the board's USB port.
     */
    usb_write(bytes: Uint8Array | number[]): void;
    /**
     * What was not an error, but should not be.
     */
    warnings(): string[];
    /**
     * Instructions of both cores.
     */
    readonly instructions: number;
    /**
     * Emulated seconds since power-on.
     */
    readonly seconds: number;
    /**
     * Those that translated code ran since the last reset.
     */
    readonly translated_instructions: number;
    /**
     * Bytes in line for UART0.
     */
    readonly uart_waiting: number;
    /**
     * Bytes in line for the USB port.
     */
    readonly usb_waiting: number;
}

/**
 * The chip that this module emulates.
 */
export function chip(): string;

/**
 * The table through which this module calls functions; translated code is put into it.
 */
export function functions(): any;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_emulator_free: (a: number, b: number) => void;
    readonly chip: () => [number, number];
    readonly emulator_adopt_translation: (a: number, b: number, c: number) => void;
    readonly emulator_core: (a: number, b: number) => [number, number];
    readonly emulator_cycles: (a: number, b: number) => number;
    readonly emulator_hold_pin: (a: number, b: number, c: number) => void;
    readonly emulator_instructions: (a: number) => number;
    readonly emulator_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number, number];
    readonly emulator_pins: (a: number) => [number, number];
    readonly emulator_read_memory: (a: number, b: number, c: number) => [number, number];
    readonly emulator_report: (a: number) => [number, number];
    readonly emulator_reset: (a: number) => void;
    readonly emulator_run: (a: number, b: number) => number;
    readonly emulator_seconds: (a: number) => number;
    readonly emulator_set_symbols: (a: number, b: number, c: number) => void;
    readonly emulator_set_temperature: (a: number, b: number) => void;
    readonly emulator_set_translating: (a: number, b: number) => void;
    readonly emulator_statistic_names: (a: number) => [number, number];
    readonly emulator_statistic_values: (a: number) => [number, number];
    readonly emulator_step: (a: number, b: number) => number;
    readonly emulator_translated_instructions: (a: number) => number;
    readonly emulator_translation: (a: number) => [number, number];
    readonly emulator_uart_read: (a: number) => [number, number];
    readonly emulator_uart_waiting: (a: number) => number;
    readonly emulator_uart_write: (a: number, b: number, c: number) => void;
    readonly emulator_usb_read: (a: number) => [number, number];
    readonly emulator_usb_waiting: (a: number) => number;
    readonly emulator_usb_write: (a: number, b: number, c: number) => void;
    readonly emulator_warnings: (a: number) => [number, number];
    readonly functions: () => any;
    readonly __wbindgen_export: WebAssembly.Table;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __externref_drop_slice: (a: number, b: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
