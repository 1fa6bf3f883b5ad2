// The worker's program in pieces: what every conversion needs, and a part for each `import()` in it, which a page fetches for the
// first conversion that needs it. Code that several parts share is a part as well.
import path from 'node:path';
import { rollup } from 'rollup';
import { ROOT } from './run.mjs';

/** Says how `import()` is written: `part-loader.ts` has the function. */
function importsParts() {
  return { name: 'imports-parts', renderDynamicImport: () => ({ left: 'importPart__(', right: ')' }) };
}

/**
 * @param {string} entry place of the program's module in the source tree
 * @param {object[]} plugins for its source
 * @param {object[]} shrinkers for what is made of it
 * @param {(warning: object) => void} onwarn
 * @returns {Promise<{ base: string, parts: Map<string, { needs: string[], text: string }>, watched: string[] }>}
 */
export async function workerInParts(entry, plugins, shrinkers, onwarn) {
  const loader = await rollup({
    input: path.join(ROOT, 'src/worker/part-loader.ts'),
    plugins: [...plugins, ...shrinkers],
    onwarn,
  });
  const {
    output: [{ code: loaderText }],
  } = await loader.generate({ format: 'iife' });
  await loader.close();
  const program = await rollup({
    input: path.join(ROOT, entry),
    preserveEntrySignatures: 'allow-extension',
    plugins: [...plugins, importsParts(), ...shrinkers],
    onwarn,
  });
  const { output } = await program.generate({
    format: 'amd',
    amd: { autoId: true },
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    minifyInternalExports: true,
    generatedCode: { constBindings: true, arrowFunctions: true, objectShorthand: true },
  });
  const watched = [...loader.watchFiles, ...program.watchFiles];
  await program.close();
  const [first, ...others] = output;
  const within = new Set([first.fileName, ...first.imports]);
  const inBase = output.filter(({ fileName }) => within.has(fileName));
  const nameOf = (fileName) => fileName.replace(/\.js$/, '');
  const parts = new Map(
    others
      .filter(({ fileName }) => !within.has(fileName))
      .map(({ fileName, imports, code }) => [
        nameOf(fileName),
        { needs: imports.filter((name) => !within.has(name)).map(nameOf), text: code },
      ]),
  );
  return { base: [loaderText, ...inBase.map(({ code }) => code)].join('\n'), parts, watched };
}
