/* tslint:disable */
/* eslint-disable */

/**
 * Rows on their way out.
 */
export class Block {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Where the codes begin.
     */
    codes_address(): number;
    /**
     * Where the offsets of groups begin.
     */
    group_offsets_address(): number;
    /**
     * Where the scales of groups begin.
     */
    group_scales_address(): number;
    /**
     * See [`OutputBlock::new`].
     */
    constructor(rows: number, stride: number, scales_per_row: number, group_scales_per_row: number, group_offsets_per_row: number);
    /**
     * Where the scales begin.
     */
    scales_address(): number;
}

/**
 * A buffer that TypeScript fills.
 */
export class Buffer {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Where it begins.
     */
    address(): number;
    /**
     * Continues a CRC-32 over its first `length` bytes.
     */
    crc32(previous: number, length: number): number;
    /**
     * `length` zero bytes.
     */
    constructor(length: number);
}

/**
 * A model with its weights and its cache.
 */
export class Reference {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Supplies the rows in the buffer.
     */
    add_rows(name: string, input: Buffer, length: number): void;
    /**
     * What was observed, step by step and then at the head, for each site: the step (-1 for the head), the site's code,
     * the count, amax, clip, folded amax and folded clip; then the sum of squares and that of the errors of each kind of
     * input, and both folded.
     */
    calibration(percent: number): Float64Array;
    /**
     * Refuses rows of so many bytes before the first of them is taken; else gives the bytes of one row.
     */
    check_rows(name: string, bytes: number): number;
    /**
     * Limit of positions.
     */
    context(): number;
    /**
     * Appends tokens; logits after all of them, or after the last.
     */
    forward(ids: Uint32Array | number[], all: boolean): Float32Array;
    /**
     * Names of the incomplete tensors.
     */
    missing(): string[];
    /**
     * `description` is the decoder's in CBOR; `context` 0 stands for the model's own limit.
     */
    constructor(description: Uint8Array | number[], context: number);
    /**
     * Tokens in the cache.
     */
    position(): number;
    /**
     * Empties the cache.
     */
    reset(): void;
    /**
     * Rounds the input of one site: the step (-1 for the head), the code of the site, that of the kind of input.
     */
    round_input(step: number, site: number, kind: number): void;
    /**
     * Rounds nothing.
     */
    round_nothing(): void;
    /**
     * Sums of the squares of each element of a site's inputs since calibration began: `step` -1 for the head, the site's
     * word.
     */
    squares(step: number, site: string, folded: boolean): Float64Array;
    /**
     * Observes activations from now on.
     */
    start_calibration(): void;
    /**
     * All tensors, in order of first use.
     */
    tensor_names(): string[];
    /**
     * Logits a token.
     */
    vocabulary(): number;
}

/**
 * The conversion of one tensor.
 */
export class TensorQuantizer {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Refuses rows of so many bytes before the first of them is converted.
     */
    check(bytes: number, block: Block, first: number, step: number): void;
    /**
     * Refuses rows of so many bytes before the first of them is measured.
     */
    check_measure(bytes: number): void;
    /**
     * The bins before, after, and of the codes, one after the other.
     */
    histograms(): Uint32Array;
    /**
     * First pass over the rows in the buffer.
     */
    measure(input: Buffer, length: number): void;
    /**
     * `encoding` is a word of [`EncodingKind`]; `group` counts for those in groups only, and `gain` and `importance` may be
     * empty.
     */
    constructor(dtype: string, rows: number, cols: number, encoding: string, group: number, gain: Float32Array | number[], multiplier: number, importance: Float32Array | number[]);
    /**
     * Converts the rows in the buffer.
     */
    quantize(input: Buffer, length: number, block: Block, first: number, step: number): number;
    /**
     * The one scale, or NaN while it is not known.
     */
    tensor_scale(): number;
    /**
     * Count, non-finite, row and column of the first (-1 for none), zeros, min, max, amax, signal, error, limit.
     */
    totals(): Float64Array;
}

/**
 * Compares positions; gives of each, in the order in which `src/quantize/logit-comparator.ts` reads it: the divergence, whether
 * both have the same most likely token, and the next token's negative log-likelihoods before and after (NaN where it is
 * not known).
 */
export function compare_logits(vocabulary: number, reference: Float32Array | number[], quantized: Float32Array | number[], targets: Int32Array | number[]): Float64Array;

/**
 * Continues a CRC-32 over `length` bytes at `address` of the memory.
 */
export function crc32_at(previous: number, address: number, length: number): number;

/**
 * Decodes a vector; `gain` may be empty.
 */
export function decode_vector(dtype: string, bytes: Uint8Array | number[], gain: Float32Array | number[], multiplier: number): Float32Array;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_block_free: (a: number, b: number) => void;
    readonly __wbg_buffer_free: (a: number, b: number) => void;
    readonly __wbg_reference_free: (a: number, b: number) => void;
    readonly __wbg_tensorquantizer_free: (a: number, b: number) => void;
    readonly block_codes_address: (a: number) => number;
    readonly block_group_offsets_address: (a: number) => number;
    readonly block_group_scales_address: (a: number) => number;
    readonly block_new: (a: number, b: number, c: number, d: number, e: number) => [number, number, number];
    readonly block_scales_address: (a: number) => number;
    readonly buffer_address: (a: number) => number;
    readonly buffer_crc32: (a: number, b: number, c: number) => number;
    readonly buffer_new: (a: number) => [number, number, number];
    readonly compare_logits: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly crc32_at: (a: number, b: number, c: number) => [number, number, number];
    readonly decode_vector: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly reference_add_rows: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly reference_calibration: (a: number, b: number) => [number, number, number, number];
    readonly reference_check_rows: (a: number, b: number, c: number, d: number) => [number, number, number];
    readonly reference_context: (a: number) => number;
    readonly reference_forward: (a: number, b: number, c: number, d: number) => [number, number, number, number];
    readonly reference_missing: (a: number) => [number, number];
    readonly reference_new: (a: number, b: number, c: number) => [number, number, number];
    readonly reference_position: (a: number) => number;
    readonly reference_reset: (a: number) => void;
    readonly reference_round_input: (a: number, b: number, c: number, d: number) => void;
    readonly reference_round_nothing: (a: number) => void;
    readonly reference_squares: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly reference_start_calibration: (a: number) => void;
    readonly reference_tensor_names: (a: number) => [number, number];
    readonly reference_vocabulary: (a: number) => number;
    readonly tensorquantizer_check: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly tensorquantizer_check_measure: (a: number, b: number) => [number, number];
    readonly tensorquantizer_histograms: (a: number) => [number, number];
    readonly tensorquantizer_measure: (a: number, b: number, c: number) => [number, number];
    readonly tensorquantizer_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number) => [number, number, number];
    readonly tensorquantizer_quantize: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number];
    readonly tensorquantizer_tensor_scale: (a: number) => number;
    readonly tensorquantizer_totals: (a: number) => [number, number];
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
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
