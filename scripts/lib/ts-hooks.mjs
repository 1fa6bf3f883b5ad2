// Module hooks that let Node 20 import TypeScript: `./x.js` finds `./x.ts` when only that exists.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { eraseTypes } from './ts-transform.mjs';

/** @type {import('node:module').ResolveHook} */
export async function resolve(specifier, context, nextResolve) {
  if (/^\.{0,2}\//.test(specifier) && specifier.endsWith('.js') && context.parentURL) {
    const asked = new URL(specifier, context.parentURL);
    const typed = new URL(asked.href.replace(/\.js$/, '.ts'));
    if (typed.protocol === 'file:' && !existsSync(asked) && existsSync(typed)) {
      return { url: typed.href, format: 'module', shortCircuit: true };
    }
  }
  return nextResolve(specifier, context);
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  if (url.startsWith('file:') && url.endsWith('.ts')) {
    const file = fileURLToPath(url);
    const { code } = await eraseTypes(await readFile(file, 'utf8'), file, 'inline');
    return { format: 'module', source: code, shortCircuit: true };
  }
  return nextLoad(url, context);
}
