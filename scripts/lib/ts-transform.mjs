// The one way TypeScript becomes JavaScript here, so that the build, the Node tests and the benchmarks
// run the same code. Types are erased, never checked: `npm run typecheck` is who checks them.
import { transform } from 'esbuild';

/** Compiler settings that change what the code does; they must equal tsconfig.json's. */
const tsconfigRaw = {
  compilerOptions: {
    target: 'ES2022',
    experimentalDecorators: true,
    useDefineForClassFields: false,
    verbatimModuleSyntax: true,
  },
};

/**
 * Erases the types of one module.
 * @param {string} source TypeScript text
 * @param {string} file its path, for messages and the source map
 * @param {boolean | 'inline'} sourcemap `'inline'` appends the map to the code, `true` returns it beside
 * @returns {Promise<{code: string, map: string}>}
 */
export async function eraseTypes(source, file, sourcemap) {
  return transform(source, {
    loader: 'ts',
    format: 'esm',
    target: 'es2022',
    sourcefile: file,
    sourcemap,
    tsconfigRaw,
  });
}
