// Writes custom-elements.json, the machine-readable description of the element, from its doc comments.
// `--check` writes nothing and fails when the committed file says something else.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ROOT, runOrThrow } from './lib/run.mjs';

const MANIFEST = path.join(ROOT, 'custom-elements.json');

try {
  await ensureDependencies();
  const fresh = await analyze();
  if (!process.argv.includes('--check')) {
    await writeFile(MANIFEST, fresh);
    console.log('custom-elements.json is written.');
  } else if ((await readFile(MANIFEST, 'utf8').catch(() => '')) !== fresh) {
    throw new Error('custom-elements.json does not say what src/element says. Run: npm run manifest');
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** The analyzer's answer as text. It can only write files, and only below the repository. */
async function analyze() {
  await mkdir(path.join(ROOT, 'build'), { recursive: true });
  const folder = await mkdtemp(path.join(ROOT, 'build/manifest-'));
  try {
    const analyzer = path.join(ROOT, 'node_modules/@custom-elements-manifest/analyzer/cem.js');
    const args = [analyzer, 'analyze', '--litelement', '--globs', 'src/element/**/*.ts'];
    await runOrThrow(process.execPath, [...args, '--outdir', path.relative(ROOT, folder)], { quiet: true });
    const text = await readFile(path.join(folder, 'custom-elements.json'), 'utf8');
    return `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
