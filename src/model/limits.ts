/**
 * Limits of what a config may say: those of the float reference, which computes any model that is read
 * (`kernels/crates/kernels/src/reference/description.rs` and `quantize/mod.rs`; a test compares them). What a package holds
 * is less, and the plan's concern.
 */

/** Most layers; several times those of the largest published models, so that a typing error does not run for ever. */
export const MAX_LAYERS = 1024;

/** Widest hidden state. */
export const MAX_HIDDEN = 2 ** 16;

/** Most heads of a block. */
export const MAX_HEADS = 2 ** 12;

/** Widest head. */
export const MAX_HEAD_DIM = 2 ** 12;

/** Widest feed-forward. */
export const MAX_MLP_WIDTH = 2 ** 20;

/** Largest vocabulary. */
export const MAX_VOCAB = 2 ** 24;

/** Most positions. */
export const MAX_POSITIONS = 2 ** 31;
