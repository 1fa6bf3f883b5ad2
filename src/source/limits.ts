/** Limits of model folders that are also looked at before one is read. */

/** Files looked at in one folder. A model folder has tens; this is a whole disk picked by mistake. */
export const MAX_FILES = 10_000;
