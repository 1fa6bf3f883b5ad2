/** Limits of what a config may say. */

/** Most layers; several times those of the largest published models, so that a typing error does not run for ever. */
export const MAX_LAYERS = 1024;

/** Largest width of anything: 2^24 is a hundred times the widest published models. */
export const MAX_WIDTH = 2 ** 24;

/** Most positions. */
export const MAX_POSITIONS = 2 ** 31;
