// Writes what is generated from the schema of the model package and the console protocol (src/schema): the engine's and
// the console's headers, the float reference's kinds, and the tables of the documents that explain them.
// `--check` writes nothing and fails when a committed file says something else.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import './lib/ts-register.mjs';
import { ROOT } from './lib/run.mjs';
import * as cHeader from './lib/schema/c-header.mjs';
import * as consoleHeader from './lib/schema/console-header.mjs';
import * as consoleTables from './lib/schema/console-tables.mjs';
import * as documentTables from './lib/schema/document-tables.mjs';
import * as rustKinds from './lib/schema/rust-kinds.mjs';
import * as sectionHeaders from './lib/schema/section-headers.mjs';

/** Each gives its files: `generate({ schema, read }) -> [[file, text], ...]`. */
const GENERATORS = [cHeader, consoleHeader, consoleTables, documentTables, rustKinds, sectionHeaders];

try {
  const schema = await import('../src/schema/index.ts');
  const read = (name) => readFile(path.join(ROOT, name), 'utf8');
  for (const { generate } of GENERATORS) {
    for (const [name, text] of await generate({ schema, read })) await put(name, text);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function put(name, text) {
  const file = path.join(ROOT, name);
  const old = await readFile(file, 'utf8').catch(() => '');
  if (old === text) return;
  if (process.argv.includes('--check')) {
    throw new Error(`${name} does not say what src/schema says. Run: npm run schema`);
  }
  await writeFile(file, text);
  console.log(`Written: ${name}`);
}
