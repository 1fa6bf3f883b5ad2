/* @ts-self-types="./kernels.d.ts" */

/**
 * Rows on their way out.
 */
export class Block {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        BlockFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_block_free(ptr, 0);
    }
    /**
     * Where the codes begin.
     * @returns {number}
     */
    codes_address() {
        const ret = wasm.block_codes_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Where the offsets of groups begin.
     * @returns {number}
     */
    group_offsets_address() {
        const ret = wasm.block_group_offsets_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Where the scales of groups begin.
     * @returns {number}
     */
    group_scales_address() {
        const ret = wasm.block_group_scales_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * See [`OutputBlock::new`].
     * @param {number} rows
     * @param {number} stride
     * @param {number} scales_per_row
     * @param {number} group_scales_per_row
     * @param {number} group_offsets_per_row
     */
    constructor(rows, stride, scales_per_row, group_scales_per_row, group_offsets_per_row) {
        const ret = wasm.block_new(rows, stride, scales_per_row, group_scales_per_row, group_offsets_per_row);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        BlockFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Where the scales begin.
     * @returns {number}
     */
    scales_address() {
        const ret = wasm.block_scales_address(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) Block.prototype[Symbol.dispose] = Block.prototype.free;

/**
 * A buffer that TypeScript fills.
 */
export class Buffer {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        BufferFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_buffer_free(ptr, 0);
    }
    /**
     * Where it begins.
     * @returns {number}
     */
    address() {
        const ret = wasm.buffer_address(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Continues a CRC-32 over its first `length` bytes.
     * @param {number} previous
     * @param {number} length
     * @returns {number}
     */
    crc32(previous, length) {
        const ret = wasm.buffer_crc32(this.__wbg_ptr, previous, length);
        return ret >>> 0;
    }
    /**
     * `length` zero bytes.
     * @param {number} length
     */
    constructor(length) {
        const ret = wasm.buffer_new(length);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        BufferFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
}
if (Symbol.dispose) Buffer.prototype[Symbol.dispose] = Buffer.prototype.free;

/**
 * A model with its weights and its cache.
 */
export class Reference {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        ReferenceFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_reference_free(ptr, 0);
    }
    /**
     * Supplies the rows in the buffer.
     * @param {string} name
     * @param {Buffer} input
     * @param {number} length
     */
    add_rows(name, input, length) {
        _assertClass(input, Buffer);
        const val2 = +length;
        const ptr0 = passStringToWasm0(name, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.reference_add_rows(this.__wbg_ptr, ptr0, len0, input.__wbg_ptr, val2);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * What was observed, step by step and then at the head, for each site: the step (-1 for the head), the site's code,
     * the count, amax, clip, folded amax and folded clip; then the sum of squares and that of the errors of each kind of
     * input, and both folded.
     * @param {number} percent
     * @returns {Float64Array}
     */
    calibration(percent) {
        const ret = wasm.reference_calibration(this.__wbg_ptr, percent);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
    /**
     * Refuses rows of so many bytes before the first of them is taken; else gives the bytes of one row.
     * @param {string} name
     * @param {number} bytes
     * @returns {number}
     */
    check_rows(name, bytes) {
        const val2 = +bytes;
        const ptr0 = passStringToWasm0(name, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.reference_check_rows(this.__wbg_ptr, ptr0, len0, val2);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return ret[0] >>> 0;
    }
    /**
     * Limit of positions.
     * @returns {number}
     */
    context() {
        const ret = wasm.reference_context(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Appends tokens; logits after all of them, or after the last.
     * @param {Uint32Array | number[]} ids
     * @param {boolean} all
     * @returns {Float32Array}
     */
    forward(ids, all) {
        const val2 = +all;
        const ptr0 = passArray32ToWasm0(ids, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.reference_forward(this.__wbg_ptr, ptr0, len0, val2);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v3 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v3;
    }
    /**
     * Names of the incomplete tensors.
     * @returns {string[]}
     */
    missing() {
        const ret = wasm.reference_missing(this.__wbg_ptr);
        var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * `description` is the decoder's in CBOR; `context` 0 stands for the model's own limit.
     * @param {Uint8Array | number[]} description
     * @param {number} context
     */
    constructor(description, context) {
        const val2 = +context;
        const ptr0 = passArray8ToWasm0(description, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.reference_new(ptr0, len0, val2);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        ReferenceFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Tokens in the cache.
     * @returns {number}
     */
    position() {
        const ret = wasm.reference_position(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Empties the cache.
     */
    reset() {
        wasm.reference_reset(this.__wbg_ptr);
    }
    /**
     * Rounds the input of one site: the step (-1 for the head), the code of the site, that of the kind of input.
     * @param {number} step
     * @param {number} site
     * @param {number} kind
     */
    round_input(step, site, kind) {
        wasm.reference_round_input(this.__wbg_ptr, step, site, kind);
    }
    /**
     * Rounds nothing.
     */
    round_nothing() {
        wasm.reference_round_nothing(this.__wbg_ptr);
    }
    /**
     * Sums of the squares of each element of a site's inputs since calibration began: `step` -1 for the head, the site's
     * word.
     * @param {number} step
     * @param {string} site
     * @param {boolean} folded
     * @returns {Float64Array}
     */
    squares(step, site, folded) {
        const val2 = +step;
        const val3 = +folded;
        const ptr0 = passStringToWasm0(site, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.reference_squares(this.__wbg_ptr, val2, ptr0, len0, val3);
        var v4 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v4;
    }
    /**
     * Observes activations from now on.
     */
    start_calibration() {
        wasm.reference_start_calibration(this.__wbg_ptr);
    }
    /**
     * All tensors, in order of first use.
     * @returns {string[]}
     */
    tensor_names() {
        const ret = wasm.reference_tensor_names(this.__wbg_ptr);
        var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Logits a token.
     * @returns {number}
     */
    vocabulary() {
        const ret = wasm.reference_vocabulary(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) Reference.prototype[Symbol.dispose] = Reference.prototype.free;

/**
 * The conversion of one tensor.
 */
export class TensorQuantizer {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        TensorQuantizerFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_tensorquantizer_free(ptr, 0);
    }
    /**
     * Refuses rows of so many bytes before the first of them is converted.
     * @param {number} bytes
     * @param {Block} block
     * @param {number} first
     * @param {number} step
     */
    check(bytes, block, first, step) {
        _assertClass(block, Block);
        const ret = wasm.tensorquantizer_check(this.__wbg_ptr, bytes, block.__wbg_ptr, first, step);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Refuses rows of so many bytes before the first of them is measured.
     * @param {number} bytes
     */
    check_measure(bytes) {
        const ret = wasm.tensorquantizer_check_measure(this.__wbg_ptr, bytes);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * The bins before, after, and of the codes, one after the other.
     * @returns {Uint32Array}
     */
    histograms() {
        const ret = wasm.tensorquantizer_histograms(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * First pass over the rows in the buffer.
     * @param {Buffer} input
     * @param {number} length
     */
    measure(input, length) {
        _assertClass(input, Buffer);
        const ret = wasm.tensorquantizer_measure(this.__wbg_ptr, input.__wbg_ptr, length);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * `encoding` is a word of [`EncodingKind`]; `group` counts for those in groups only, and `gain` and `importance` may be
     * empty.
     * @param {string} dtype
     * @param {number} rows
     * @param {number} cols
     * @param {string} encoding
     * @param {number} group
     * @param {Float32Array | number[]} gain
     * @param {number} multiplier
     * @param {Float32Array | number[]} importance
     */
    constructor(dtype, rows, cols, encoding, group, gain, multiplier, importance) {
        const val5 = +rows;
        const val6 = +cols;
        const val7 = +group;
        const val8 = +multiplier;
        let ptr0, len0, ptr1, len1, ptr2, len2, ptr3, len3;
        try {
            ptr0 = passStringToWasm0(dtype, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(encoding, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passArrayF32ToWasm0(gain, wasm.__wbindgen_malloc);
            len2 = WASM_VECTOR_LEN;
            ptr3 = passArrayF32ToWasm0(importance, wasm.__wbindgen_malloc);
            len3 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr3) { wasm.__wbindgen_free(ptr3, len3 * 4, 4); }
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.tensorquantizer_new(ptr0, len0, val5, val6, ptr1, len1, val7, ptr2, len2, val8, ptr3, len3);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        TensorQuantizerFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Converts the rows in the buffer.
     * @param {Buffer} input
     * @param {number} length
     * @param {Block} block
     * @param {number} first
     * @param {number} step
     * @returns {number}
     */
    quantize(input, length, block, first, step) {
        _assertClass(input, Buffer);
        _assertClass(block, Block);
        const ret = wasm.tensorquantizer_quantize(this.__wbg_ptr, input.__wbg_ptr, length, block.__wbg_ptr, first, step);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return ret[0] >>> 0;
    }
    /**
     * The one scale, or NaN while it is not known.
     * @returns {number}
     */
    tensor_scale() {
        const ret = wasm.tensorquantizer_tensor_scale(this.__wbg_ptr);
        return ret;
    }
    /**
     * Count, non-finite, row and column of the first (-1 for none), zeros, min, max, amax, signal, error, limit.
     * @returns {Float64Array}
     */
    totals() {
        const ret = wasm.tensorquantizer_totals(this.__wbg_ptr);
        var v1 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
        return v1;
    }
}
if (Symbol.dispose) TensorQuantizer.prototype[Symbol.dispose] = TensorQuantizer.prototype.free;

/**
 * Compares positions; gives of each, in the order in which `src/quantize/logit-comparator.ts` reads it: the divergence, whether
 * both have the same most likely token, and the next token's negative log-likelihoods before and after (NaN where it is
 * not known).
 * @param {number} vocabulary
 * @param {Float32Array | number[]} reference
 * @param {Float32Array | number[]} quantized
 * @param {Int32Array | number[]} targets
 * @returns {Float64Array}
 */
export function compare_logits(vocabulary, reference, quantized, targets) {
    const val4 = +vocabulary;
    let ptr0, len0, ptr1, len1, ptr2, len2;
    try {
        ptr0 = passArrayF32ToWasm0(reference, wasm.__wbindgen_malloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArrayF32ToWasm0(quantized, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
        ptr2 = passArray32ToWasm0(targets, wasm.__wbindgen_malloc);
        len2 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 4, 4); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 4, 4); }
        throw e;
    }
    const ret = wasm.compare_logits(val4, ptr0, len0, ptr1, len1, ptr2, len2);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v5 = getArrayF64FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 8, 8);
    return v5;
}

/**
 * Continues a CRC-32 over `length` bytes at `address` of the memory.
 * @param {number} previous
 * @param {number} address
 * @param {number} length
 * @returns {number}
 */
export function crc32_at(previous, address, length) {
    const ret = wasm.crc32_at(previous, address, length);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return ret[0] >>> 0;
}

/**
 * Decodes a vector; `gain` may be empty.
 * @param {string} dtype
 * @param {Uint8Array | number[]} bytes
 * @param {Float32Array | number[]} gain
 * @param {number} multiplier
 * @returns {Float32Array}
 */
export function decode_vector(dtype, bytes, gain, multiplier) {
    const val4 = +multiplier;
    let ptr0, len0, ptr1, len1, ptr2, len2;
    try {
        ptr0 = passStringToWasm0(dtype, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray8ToWasm0(bytes, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
        ptr2 = passArrayF32ToWasm0(gain, wasm.__wbindgen_malloc);
        len2 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 4, 4); }
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.decode_vector(ptr0, len0, ptr1, len1, ptr2, len2, val4);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v5 = getArrayF32FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
    return v5;
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
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
        "./kernels_bg.js": import0,
    };
}

const BlockFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_block_free(ptr, 1));
const BufferFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_buffer_free(ptr, 1));
const ReferenceFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_reference_free(ptr, 1));
const TensorQuantizerFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_tensorquantizer_free(ptr, 1));

function _assertClass(instance, klass) {
    if (!(instance instanceof klass)) {
        throw new Error(`expected instance of ${klass.name}`);
    }
}

function getArrayF32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getFloat32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

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

function getArrayU32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

let cachedFloat32ArrayMemory0 = null;
function getFloat32ArrayMemory0() {
    if (cachedFloat32ArrayMemory0 === null || cachedFloat32ArrayMemory0.byteLength === 0) {
        cachedFloat32ArrayMemory0 = new Float32Array(wasm.memory.buffer);
    }
    return cachedFloat32ArrayMemory0;
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

function passArrayF32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getFloat32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
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

const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

let WASM_VECTOR_LEN = 0;

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    cachedDataViewMemory0 = null;
    cachedFloat32ArrayMemory0 = null;
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
