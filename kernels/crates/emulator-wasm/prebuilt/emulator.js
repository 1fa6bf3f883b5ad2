/* @ts-self-types="./emulator.d.ts" */

/**
 * An emulated board, powered up.
 */
export class Emulator {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        EmulatorFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_emulator_free(ptr, 0);
    }
    /**
     * Where the functions `0` and so on of that module stand in this module's table; none when it was not compiled.
     * @param {Uint32Array | number[]} slots
     */
    adopt_translation(slots) {
        const ptr0 = passArray32ToWasm0(slots, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.emulator_adopt_translation(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * A core where it stands, as JSON.
     * @param {number} core
     * @returns {string}
     */
    core(core) {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.emulator_core(this.__wbg_ptr, core);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * Cycles of a core.
     * @param {number} core
     * @returns {number}
     */
    cycles(core) {
        const ret = wasm.emulator_cycles(this.__wbg_ptr, core);
        return ret;
    }
    /**
     * Holds a pin low (0) or high (1) from outside, or lets go of it (any other number).
     * @param {number} pin
     * @param {number} level
     */
    hold_pin(pin, level) {
        wasm.emulator_hold_pin(this.__wbg_ptr, pin, level);
    }
    /**
     * Instructions of both cores.
     * @returns {number}
     */
    get instructions() {
        const ret = wasm.emulator_instructions(this.__wbg_ptr);
        return ret;
    }
    /**
     * Powers a board up.
     *
     * `psram_kind`: 0 none, 1 quad, 2 octal.
     *
     * # Errors
     * A sentence, when the image is longer than the flash or there is no such board.
     * @param {Uint8Array | number[]} flash
     * @param {number} flash_bytes
     * @param {number} psram_kind
     * @param {number} psram_bytes
     * @param {boolean} timed
     * @param {boolean} single_core
     * @param {number} seed
     */
    constructor(flash, flash_bytes, psram_kind, psram_bytes, timed, single_core, seed) {
        const val2 = +flash_bytes;
        const val3 = +psram_kind;
        const val4 = +psram_bytes;
        const val5 = +timed;
        const val6 = +single_core;
        const val7 = +seed;
        const ptr0 = passArray8ToWasm0(flash, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.emulator_new(ptr0, len0, val2, val3, val4, val5, val6, val7);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        EmulatorFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * The pins that are outputs and what they give out, as JSON.
     * @returns {string}
     */
    pins() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.emulator_pins(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * Memory as a debugger sees it; nothing where nothing answers.
     * @param {number} address
     * @param {number} length
     * @returns {Uint8Array | undefined}
     */
    read_memory(address, length) {
        const ret = wasm.emulator_read_memory(this.__wbg_ptr, address, length);
        let v1;
        if (ret[0] !== 0) {
            v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * Why the chip stopped, as JSON; nothing while it runs.
     * @returns {string | undefined}
     */
    report() {
        const ret = wasm.emulator_report(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getStringFromWasm0(ret[0], ret[1]);
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * The reset button.
     */
    reset() {
        wasm.emulator_reset(this.__wbg_ptr);
    }
    /**
     * Runs for so many emulated seconds; `true` when the chip stopped for good.
     * @param {number} seconds
     * @returns {boolean}
     */
    run(seconds) {
        const ret = wasm.emulator_run(this.__wbg_ptr, seconds);
        return ret !== 0;
    }
    /**
     * Emulated seconds since power-on.
     * @returns {number}
     */
    get seconds() {
        const ret = wasm.emulator_seconds(this.__wbg_ptr);
        return ret;
    }
    /**
     * Names for reports, from the firmware's ELF file.
     * @param {Uint8Array | number[]} elf
     */
    set_symbols(elf) {
        const ptr0 = passArray8ToWasm0(elf, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.emulator_set_symbols(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * How warm the chip is from now on, -40 to 125 degrees Celsius; anything else changes nothing.
     * @param {number} celsius
     */
    set_temperature(celsius) {
        wasm.emulator_set_temperature(this.__wbg_ptr, celsius);
    }
    /**
     * Whether code that runs often is noted, so that `translation` has something to give.
     * @param {boolean} enabled
     */
    set_translating(enabled) {
        wasm.emulator_set_translating(this.__wbg_ptr, enabled);
    }
    /**
     * Names of the counters.
     * @returns {string[]}
     */
    statistic_names() {
        const ret = wasm.emulator_statistic_names(this.__wbg_ptr);
        var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Values of the counters, in the order of their names.
     * @returns {Float64Array}
     */
    statistic_values() {
        const ret = wasm.emulator_statistic_values(this.__wbg_ptr);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Executes an instruction of a core; `true` when the chip stopped for good.
     * @param {number} core
     * @returns {boolean}
     */
    step(core) {
        const ret = wasm.emulator_step(this.__wbg_ptr, core);
        return ret !== 0;
    }
    /**
     * Those that translated code ran since the last reset.
     * @returns {number}
     */
    get translated_instructions() {
        const ret = wasm.emulator_translated_instructions(this.__wbg_ptr);
        return ret;
    }
    /**
     * A WebAssembly module of code that runs often, or no bytes. It imports this module's memory as `m` of `e`.
     * @returns {Uint8Array}
     */
    translation() {
        const ret = wasm.emulator_translation(this.__wbg_ptr);
        var v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * What the board sent over UART0 since the last call.
     * @returns {Uint8Array}
     */
    uart_read() {
        const ret = wasm.emulator_uart_read(this.__wbg_ptr);
        var v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * Bytes in line for UART0.
     * @returns {number}
     */
    get uart_waiting() {
        const ret = wasm.emulator_uart_waiting(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Puts bytes in line for UART0.
     * @param {Uint8Array | number[]} bytes
     */
    uart_write(bytes) {
        const ptr0 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.emulator_uart_write(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * What the board sent over USB since the last call.
     * @returns {Uint8Array}
     */
    usb_read() {
        const ret = wasm.emulator_usb_read(this.__wbg_ptr);
        var v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * Bytes in line for the USB port.
     * @returns {number}
     */
    get usb_waiting() {
        const ret = wasm.emulator_usb_waiting(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Puts bytes in line for the board's USB port.
     * @param {Uint8Array | number[]} bytes
     */
    usb_write(bytes) {
        const ptr0 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.emulator_usb_write(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * What was not an error, but should not be.
     * @returns {string[]}
     */
    warnings() {
        const ret = wasm.emulator_warnings(this.__wbg_ptr);
        var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
}
if (Symbol.dispose) Emulator.prototype[Symbol.dispose] = Emulator.prototype.free;

/**
 * The chip that this module emulates.
 * @returns {string}
 */
export function chip() {
    let deferred1_0;
    let deferred1_1;
    try {
        const ret = wasm.chip();
        deferred1_0 = ret[0];
        deferred1_1 = ret[1];
        return getStringFromWasm0(ret[0], ret[1]);
    } finally {
        wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
    }
}

/**
 * The table through which this module calls functions; translated code is put into it.
 * @returns {any}
 */
export function functions() {
    const ret = wasm.functions();
    return ret;
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_Error_208446807d0d1e30: function(arg0, arg1) {
            const ret = Error(getStringFromWasm0(arg0, arg1));
            return ret;
        },
        __wbg___wbindgen_function_table_dd9abe976e6c95f6: function() {
            const ret = wasm.__wbindgen_export;
            return ret;
        },
        __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbindgen_generic_0000000000000001: function(arg0, arg1) {
            // Cast intrinsic for `Ref(String) -> Externref`.
            const ret = getStringFromWasm0(arg0, arg1);
            return ret;
        },
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            table.set(0, undefined);
            table.set(1024, undefined);
            table.set(1025, null);
            table.set(1026, true);
            table.set(1027, false);
        },
    };
    return {
        __proto__: null,
        "./emulator_bg.js": import0,
    };
}

const EmulatorFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_emulator_free(ptr, 1));

function getArrayF64FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getFloat64ArrayMemory0().subarray(ptr / 8, ptr / 8 + len);
}

function getArrayJsValueFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    const mem = getDataViewMemory0();
    const result = [];
    for (let i = ptr; i < ptr + 4 * len; i += 4) {
        result.push(wasm.__wbindgen_externrefs.get(mem.getUint32(i, true)));
    }
    wasm.__externref_drop_slice(ptr, len);
    return result;
}

function getArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

let cachedFloat64ArrayMemory0 = null;
function getFloat64ArrayMemory0() {
    if (cachedFloat64ArrayMemory0 === null || cachedFloat64ArrayMemory0.byteLength === 0) {
        cachedFloat64ArrayMemory0 = new Float64Array(wasm.memory.buffer);
    }
    return cachedFloat64ArrayMemory0;
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint32ArrayMemory0 = null;
function getUint32ArrayMemory0() {
    if (cachedUint32ArrayMemory0 === null || cachedUint32ArrayMemory0.byteLength === 0) {
        cachedUint32ArrayMemory0 = new Uint32Array(wasm.memory.buffer);
    }
    return cachedUint32ArrayMemory0;
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function passArray32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getUint32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArray8ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 1, 1) >>> 0;
    getUint8ArrayMemory0().set(arg, ptr / 1);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function takeFromExternrefTable0(idx) {
    const value = wasm.__wbindgen_externrefs.get(idx);
    wasm.__externref_table_dealloc(idx);
    return value;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}

let WASM_VECTOR_LEN = 0;

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    cachedDataViewMemory0 = null;
    cachedFloat64ArrayMemory0 = null;
    cachedUint32ArrayMemory0 = null;
    cachedUint8ArrayMemory0 = null;
    wasm.__wbindgen_start();
    return wasm;
}

async function __wbg_load(module, imports) {
    if (typeof Response === 'function' && module instanceof Response) {
        if (!module.ok) {
            throw new Error(`failed to fetch Wasm: ${module.status} ${module.statusText} fetching '${module.url}'`);
        }

        if (typeof WebAssembly.instantiateStreaming === 'function') {
            try {
                return await WebAssembly.instantiateStreaming(module, imports);
            } catch (e) {
                const validResponse = expectedResponseType(module.type);

                if (validResponse && module.headers.get('Content-Type') !== 'application/wasm') {
                    console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n", e);

                } else { throw e; }
            }
        }

        const bytes = await module.arrayBuffer();
        return await WebAssembly.instantiate(bytes, imports);
    } else {
        const instance = await WebAssembly.instantiate(module, imports);

        if (instance instanceof WebAssembly.Instance) {
            return { instance, module };
        } else {
            return instance;
        }
    }

    function expectedResponseType(type) {
        switch (type) {
            case 'basic': case 'cors': case 'default': return true;
        }
        return false;
    }
}

function initSync(module) {
    if (wasm !== undefined) return wasm;


    if (module !== undefined) {
        if (Object.getPrototypeOf(module) === Object.prototype) {
            ({module} = module)
        } else {
            console.warn('using deprecated parameters for `initSync()`; pass a single object instead')
        }
    }

    const imports = __wbg_get_imports();
    if (!(module instanceof WebAssembly.Module)) {
        module = new WebAssembly.Module(module);
    }
    const instance = new WebAssembly.Instance(module, imports);
    return __wbg_finalize_init(instance, module);
}

let __wbg_init_promise;
async function __wbg_init(module_or_path) {
    if (wasm !== undefined) return wasm;
    if (__wbg_init_promise === undefined) {
        __wbg_init_promise = __wbg_init_once(module_or_path);
        __wbg_init_promise.catch(() => { __wbg_init_promise = undefined; });
    }
    return __wbg_init_promise;
}

async function __wbg_init_once(module_or_path) {

    if (module_or_path !== undefined) {
        if (Object.getPrototypeOf(module_or_path) === Object.prototype) {
            ({module_or_path} = module_or_path)
        } else {
            console.warn('using deprecated parameters for the initialization function; pass a single object instead')
        }
    }


    const imports = __wbg_get_imports();

    if (typeof module_or_path === 'string' || (typeof Request === 'function' && module_or_path instanceof Request) || (typeof URL === 'function' && module_or_path instanceof URL)) {
        module_or_path = fetch(module_or_path);
    }

    const { instance, module } = await __wbg_load(await module_or_path, imports);

    return __wbg_finalize_init(instance, module);
}

export { initSync, __wbg_init as default };
