/** Loads the WebAssembly kernels (`kernels/prebuilt`) and gives them the typed interface of `kernel-types.ts`. */
export * from './kernel-types.js';
