/** The whole schema in one value, for what is generated from it. The product imports the single files. */
export * as actions from './actions.js';
export * as console from './console.js';
export * as consoleBoard from './console-board.js';
export * as encodings from './encodings.js';
export * as grammar from './grammar.js';
export * as kinds from './kinds.js';
export * as layout from './package.js';
export * as record from './record.js';
export * as roles from './roles.js';
