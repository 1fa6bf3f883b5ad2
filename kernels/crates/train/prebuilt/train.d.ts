/* tslint:disable */
/* eslint-disable */

/**
 * The sum of the gradients of a step's leaves.
 */
export class GradientTree {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * See [`Tree::add`].
     */
    add(level: number, node: Float32Array | number[]): void;
    /**
     * Adds the gradient of a training as the next leaf.
     */
    add_leaf(training: Training): void;
    /**
     * The sum of all leaves; the tree is used up.
     */
    finish(): Float32Array;
    /**
     * Leaves taken so far.
     */
    leaves(): number;
    /**
     * For gradients of so many numbers.
     */
    constructor(length: number);
}

/**
 * A matrix on its grid.
 */
export class RoundedMatrix {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * One a weight.
     */
    codes(): Int8Array;
    /**
     * One a group, or none.
     */
    offsets(): Int8Array;
    /**
     * One a group, or none.
     */
    scales(): Uint8Array;
    /**
     * One a row.
     */
    units(): Float32Array;
}

/**
 * A model on its way onto grids.
 */
export class Rounding {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A bias that was changed.
     */
    bias(name: string): Float32Array;
    /**
     * Names of the biases that were changed.
     */
    bias_names(): string[];
    /**
     * Takes a matrix that was rounded out.
     */
    take(name: string): RoundedMatrix | undefined;
    /**
     * Does the next piece of work: multiply-adds that are done, and all of them; nothing when all is done.
     */
    work(): Float64Array;
}

/**
 * Texts that a model writes.
 */
export class TextWriter {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The texts one behind the other, each behind its length; the writer is used up.
     */
    finish(): Uint32Array;
    /**
     * See [`Writer::new`].
     */
    constructor(prefix: Uint32Array | number[], stops: Uint32Array | number[], most: number, seeds: Float64Array | number[], temperatures: Float64Array | number[]);
    /**
     * See [`Writer::step`].
     */
    step(training: Training): number;
}

/**
 * A model in training, and one gradient.
 */
export class Training {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Begins the rounding of matrices onto grids, by name, word of an encoding, columns of a group (0 for none) and word
     * of a kind of input; the training, which trains nothing, is used up.
     */
    begin_rounding(names: string[], encodings: string[], groups: Uint32Array | number[], inputs: string[], int8_cache: boolean, ids: Uint32Array | number[], lengths: Uint32Array | number[]): Rounding;
    /**
     * The codes of a quantized tensor, none of another.
     */
    codes(name: string): Int8Array;
    /**
     * Numbers that are trained.
     */
    count(): number;
    /**
     * The gradient of a leaf against the tokens that follow; gives the sum of the losses, and the positions.
     */
    gradient(ids: Uint32Array | number[], lengths: Uint32Array | number[], next: Int32Array | number[], weight: number): Float64Array;
    /**
     * Where the gradient begins.
     */
    gradient_address(): number;
    /**
     * See [`Trainer::gradient_to`].
     */
    gradient_from(teacher: Training, ids: Uint32Array | number[], lengths: Uint32Array | number[], weight: number): Float64Array;
    /**
     * The same against the logits of another model.
     */
    gradient_to(ids: Uint32Array | number[], lengths: Uint32Array | number[], logits: Float32Array | number[], weight: number): Float64Array;
    /**
     * The same for the minimums of groups, if there are.
     */
    group_minimums(name: string): Int8Array;
    /**
     * The same for the scales of groups.
     */
    group_scales(name: string): Uint8Array;
    /**
     * Logits after each token.
     */
    logits(ids: Uint32Array | number[], lengths: Uint32Array | number[]): Float32Array;
    /**
     * The loss alone against the tokens that follow.
     */
    loss(ids: Uint32Array | number[], lengths: Uint32Array | number[], next: Int32Array | number[]): Float64Array;
    /**
     * See [`Trainer::loss_to`].
     */
    loss_from(teacher: Training, ids: Uint32Array | number[], lengths: Uint32Array | number[]): Float64Array;
    /**
     * The same against the logits of another model.
     */
    loss_to(ids: Uint32Array | number[], lengths: Uint32Array | number[], logits: Float32Array | number[]): Float64Array;
    /**
     * Where its means of gradients and of their squares begin.
     */
    moments_addresses(): Uint32Array;
    /**
     * The scales of rows of a tensor whose scales are whole numbers, none of another.
     */
    row_scales(name: string): Float32Array;
    /**
     * See [`Trainer::seen_bytes`].
     */
    seen_bytes(): number;
    /**
     * See [`Trainer::set_moments`].
     */
    set_moments(first: Float32Array | number[], second: Float32Array | number[], steps: number): void;
    /**
     * See [`Trainer::set_rate`].
     */
    set_rate(slice: number, rate: number, decays: boolean): void;
    /**
     * See [`Trainer::set_values`].
     */
    set_values(values: Float32Array | number[]): void;
    /**
     * The tensor of each run of trained numbers.
     */
    slice_names(): string[];
    /**
     * For each run: 0 for elements, 1 for scales, 2 for minimums; and its length.
     */
    slice_parts(): Uint32Array;
    /**
     * A step along the gradient; gives the gradient's norm.
     */
    step(learning_rate: number, beta1: number, beta2: number, epsilon: number, weight_decay: number, clip: number): number;
    /**
     * The optimizer's steps so far.
     */
    steps(): number;
    /**
     * Takes the sum of a tree as the gradient; the tree is used up.
     */
    take(tree: GradientTree): void;
    /**
     * Elements of a tensor as products use them.
     */
    tensor(name: string): Float32Array;
    /**
     * Where the trained numbers begin.
     */
    values_address(): number;
    /**
     * Logits a token.
     */
    vocabulary(): number;
}

/**
 * A model whose training has not begun.
 */
export class TrainingDraft {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Supplies the next rows of a tensor.
     */
    add_rows(name: string, bytes: Uint8Array | number[]): void;
    /**
     * Begins the training; the draft is used up.
     */
    begin(): Training;
    /**
     * See [`Draft::freeze`].
     */
    freeze(name: string): void;
    /**
     * See [`Draft::initialize`].
     */
    initialize(seed: number, deviation: number): void;
    /**
     * Names of the incomplete tensors.
     */
    missing(): string[];
    /**
     * `description` is the decoder's in CBOR.
     */
    constructor(description: Uint8Array | number[]);
    /**
     * See [`Draft::quantize`]; `group` counts for groups of columns only.
     */
    quantize(name: string, bits: number, sharing: string, group: number, minimum: boolean, whole: boolean, follows: string): void;
    /**
     * The same with codes, scales and minimums that exist.
     */
    set_codes(name: string, bits: number, sharing: string, group: number, whole: boolean, follows: string, codes: Int8Array | number[], scales: Float32Array | number[], minimums: Float32Array | number[]): void;
    /**
     * See [`Draft::set_input`]; the words are those of [`Input::from_word`].
     */
    set_input(name: string, input: string): void;
    /**
     * See [`Draft::set_int8_cache`].
     */
    set_int8_cache(on: boolean): void;
    /**
     * See [`Draft::take_over`].
     */
    take_over(name: string, from: Training): void;
    /**
     * All tensors, in order of first use.
     */
    tensor_names(): string[];
}

/**
 * See [`crate::work_tiles`].
 */
export function work_tiles(rounds: number): number;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_gradienttree_free: (a: number, b: number) => void;
    readonly __wbg_roundedmatrix_free: (a: number, b: number) => void;
    readonly __wbg_rounding_free: (a: number, b: number) => void;
    readonly __wbg_textwriter_free: (a: number, b: number) => void;
    readonly __wbg_training_free: (a: number, b: number) => void;
    readonly __wbg_trainingdraft_free: (a: number, b: number) => void;
    readonly gradienttree_add: (a: number, b: number, c: number, d: number) => [number, number];
    readonly gradienttree_add_leaf: (a: number, b: number) => [number, number];
    readonly gradienttree_finish: (a: number) => [number, number];
    readonly gradienttree_leaves: (a: number) => number;
    readonly gradienttree_new: (a: number) => number;
    readonly roundedmatrix_codes: (a: number) => [number, number];
    readonly roundedmatrix_offsets: (a: number) => [number, number];
    readonly roundedmatrix_scales: (a: number) => [number, number];
    readonly roundedmatrix_units: (a: number) => [number, number];
    readonly rounding_bias: (a: number, b: number, c: number) => [number, number];
    readonly rounding_bias_names: (a: number) => [number, number];
    readonly rounding_take: (a: number, b: number, c: number) => number;
    readonly rounding_work: (a: number) => [number, number, number, number];
    readonly textwriter_finish: (a: number) => [number, number];
    readonly textwriter_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => [number, number, number];
    readonly textwriter_step: (a: number, b: number) => [number, number, number];
    readonly training_begin_rounding: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number, n: number) => [number, number, number];
    readonly training_codes: (a: number, b: number, c: number) => [number, number];
    readonly training_count: (a: number) => number;
    readonly training_gradient: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number, number, number];
    readonly training_gradient_address: (a: number) => number;
    readonly training_gradient_from: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly training_gradient_to: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number, number, number];
    readonly training_group_minimums: (a: number, b: number, c: number) => [number, number];
    readonly training_group_scales: (a: number, b: number, c: number) => [number, number];
    readonly training_logits: (a: number, b: number, c: number, d: number, e: number) => [number, number, number, number];
    readonly training_loss: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly training_loss_from: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly training_loss_to: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number, number];
    readonly training_moments_addresses: (a: number) => [number, number];
    readonly training_row_scales: (a: number, b: number, c: number) => [number, number];
    readonly training_seen_bytes: (a: number) => number;
    readonly training_set_moments: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly training_set_rate: (a: number, b: number, c: number, d: number) => [number, number];
    readonly training_set_values: (a: number, b: number, c: number) => [number, number];
    readonly training_slice_names: (a: number) => [number, number];
    readonly training_slice_parts: (a: number) => [number, number];
    readonly training_step: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number];
    readonly training_steps: (a: number) => number;
    readonly training_take: (a: number, b: number) => [number, number];
    readonly training_tensor: (a: number, b: number, c: number) => [number, number, number, number];
    readonly training_values_address: (a: number) => number;
    readonly training_vocabulary: (a: number) => number;
    readonly trainingdraft_add_rows: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly trainingdraft_begin: (a: number) => [number, number, number];
    readonly trainingdraft_freeze: (a: number, b: number, c: number) => [number, number];
    readonly trainingdraft_initialize: (a: number, b: number, c: number) => [number, number];
    readonly trainingdraft_missing: (a: number) => [number, number];
    readonly trainingdraft_new: (a: number, b: number) => [number, number, number];
    readonly trainingdraft_quantize: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number) => [number, number];
    readonly trainingdraft_set_codes: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number, n: number, o: number, p: number) => [number, number];
    readonly trainingdraft_set_input: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly trainingdraft_set_int8_cache: (a: number, b: number) => void;
    readonly trainingdraft_take_over: (a: number, b: number, c: number, d: number) => [number, number];
    readonly trainingdraft_tensor_names: (a: number) => [number, number];
    readonly work_tiles: (a: number) => number;
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __externref_drop_slice: (a: number, b: number) => void;
    readonly __externref_table_alloc: () => number;
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
