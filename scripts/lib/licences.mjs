// The licences of the packages that are bundled into dist/: their terms ask that the text travels along.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * @param {Iterable<string>} modules absolute paths of bundled files
 * @returns {Promise<string>} one section for each package, by name
 * @throws {Error} for a package that names no licence: it may not be bundled
 */
export async function thirdPartyLicences(modules) {
  const packages = new Map();
  for (const module of modules) {
    const folder = packageFolder(module);
    if (folder !== null && !packages.has(folder)) packages.set(folder, await describe(folder));
  }
  const sections = [...packages.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
  return sections.map(({ title, text }) => `${title}\n${'='.repeat(title.length)}\n\n${text}\n`).join('\n\n');
}

/** The nearest folder above, inside node_modules, whose package.json has a version; `null` for our own files. */
function packageFolder(module) {
  const file = module.replace(/^\0/, '').replace(/\?.*$/, '');
  if (!file.includes(`${path.sep}node_modules${path.sep}`)) return null;
  for (
    let folder = path.dirname(file);
    path.basename(folder) !== 'node_modules';
    folder = path.dirname(folder)
  ) {
    const inside = path.basename(path.dirname(folder));
    const isTop = inside === 'node_modules' || (inside.startsWith('@') && inside.length > 1);
    if (isTop && existsSync(path.join(folder, 'package.json'))) return folder;
  }
  return null;
}

async function describe(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${name} names no licence and cannot be bundled.`);
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e(\.(md|txt))?$/i.test(entry));
  const text =
    file === undefined ? 'The package has no licence file.' : await readFile(path.join(folder, file), 'utf8');
  return { title: `${name} ${version} (${license})`, text: text.trim() };
}
