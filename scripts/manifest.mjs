// Writes custom-elements.json, the machine-readable description of the element, from its doc comments.
// `--check` writes nothing and fails when the committed file says something else.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ROOT } from './lib/run.mjs';

const MANIFEST = path.join(ROOT, 'custom-elements.json');

/** What an embedder sees: the element, its registration and its events. Views, styles and strings are ours. */
const PUBLIC = ['src/element/esp32-llm-converter.ts', 'src/element/define.ts', 'src/element/events/*.ts'];

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

/**
 * The analyzer's answer as text. It is called as a function because as a program it also rewrites package.json.
 * Its modules are loaded late: a fresh clone has none before the packages are installed.
 */
async function analyze() {
  const { cli } = await import('@custom-elements-manifest/analyzer/cli.js');
  const argv = ['analyze', '--litelement', '--quiet', ...PUBLIC.flatMap((glob) => ['--globs', glob])];
  const manifest = await cli({ argv, cwd: ROOT, noWrite: true });
  // The order in which a folder is listed differs between systems.
  manifest.modules.sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const declaration of manifest.modules.flatMap((module) => module.declarations)) {
    if (declaration.members)
      declaration.members = declaration.members.filter(({ privacy }) => privacy !== 'private');
    // Where an event is dispatched the analyzer sees a class without a name; the doc comment names it.
    if (declaration.events) declaration.events = declaration.events.filter(({ name }) => name !== undefined);
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
