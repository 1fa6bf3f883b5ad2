// The type declarations in dist/types: of what the package exports and what that is made of, and nothing else.
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from './files.mjs';

/** The one file is a script without exports: importing it makes the tag known, and nothing more. */
const BUNDLE_TYPES = "import './element/esp32-llm-converter.js';\nexport {};\n";

/**
 * Brings the compiler's declarations, one for each source file, down to those that the package's exports lead to.
 * @param {string} dist absolute folder, with the declarations in `types/`
 * @param {Record<string, unknown>} exports of package.json
 * @throws {Error} when a declaration that is needed is missing
 */
export async function shipTypes(dist, exports) {
  await writeFile(path.join(dist, 'types/bundle.d.ts'), BUNDLE_TYPES);
  const entries = Object.values(exports).flatMap((entry) => entry.types ?? []);
  const needed = new Set();
  for (const entry of entries) await follow(path.join(dist, '..', entry), needed);
  const types = path.join(dist, 'types');
  for (const name of await listFiles(types, (file) => file.endsWith('.d.ts'))) {
    const file = path.join(types, name);
    if (!needed.has(file)) await rm(file);
  }
}

/** Adds a declaration and all that it imports. */
async function follow(file, found) {
  if (found.has(file)) return;
  found.add(file);
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Error(`The type declarations need ${file}, which is not there.`, { cause });
  });
  for (const [, target] of text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)\.js['"]/g)) {
    await follow(path.resolve(path.dirname(file), `${target}.d.ts`), found);
  }
}
