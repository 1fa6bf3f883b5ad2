// The licences of the packages that are bundled into dist/: their terms ask that the text travels along.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** esptool-js carries programs for chips, one file each, which are not its own code. */
const STUBS = '/esptool-js/lib/targets/stub_flasher/';
/** What esptool-js's sources say of their origin. */
const STUBS_ORIGIN = 'esptool stub_flasher/2';

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
  const stubs = [...modules]
    .map((module) => module.replaceAll('\\', '/'))
    .filter((name) => name.includes(STUBS));
  for (const folder of packages.keys()) {
    if (path.basename(folder) === 'esptool-js' && stubs.length > 0)
      packages.set(STUBS, await describeStubs(folder, stubs));
  }
  const sections = [...packages.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
  return sections.map(({ title, text }) => section(title, text)).join('\n\n');
}

/** A title, underlined, and a text. */
export function section(title, text) {
  return `${title}\n${'='.repeat(title.length)}\n\n${text}\n`;
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

/** In the package's own words: it has neither sources nor a separate licence text for these programs. */
async function describeStubs(folder, stubs) {
  const read = (name) => readFile(path.join(folder, name), 'utf8');
  const { version } = JSON.parse(await read('package.json'));
  const licence = /^## License\s+([^]*?)\s*(^#|$(?![^]))/m.exec(await read('README.md'))?.[1];
  const isKnown = (await read('lib/stubFlasher.js')).includes(STUBS_ORIGIN);
  if (!isKnown || licence === undefined)
    throw new Error(
      `esptool-js ${version} says something else of its flasher stubs: ${STUBS_ORIGIN} is not it.`,
    );
  const names = stubs.map((name) => path.posix.basename(name)).sort();
  return {
    title: `esptool-js ${version}, flasher stubs`,
    text: [
      'Programs that run on a chip while it is flashed. The package carries them as data:',
      `${names.join(', ')}.`,
      '',
      `As their origin it names "${STUBS_ORIGIN}". It has no separate licence text for them;`,
      'its own stands above, and it says of all that it contains:',
      '',
      licence,
    ].join('\n'),
  };
}
