/** The version that packages and reports are stamped with; a release sets it: scripts/release.mjs. */
export const VERSION = '0.1.0';
