// Bundles the pipeline's own sources for the measuring processes, with the compiler settings of the build.
import path from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../../scripts/lib/run.mjs';

/**
 * @param {string} entry path inside the repository
 * @param {string} file where the bundle goes
 * @param {'node' | 'browser'} platform
 */
export async function bundle(entry, file, platform) {
  await build({
    entryPoints: [path.join(ROOT, entry)],
    outfile: file,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform,
    minify: true,
    logLevel: 'error',
    tsconfig: path.join(ROOT, 'tsconfig.json'),
  });
}
