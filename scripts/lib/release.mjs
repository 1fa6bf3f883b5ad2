// What must hold before a version is published: checks over the tree, each giving problems as sentences, and the two edits
// that a release makes.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Most bytes of the package as it travels: what `npm install` downloads. A page loads a tenth of it; the one file has both chips. */
export const MAX_PACKED_BYTES = 9_400_000;

/** Most bytes of the package on a disk, a quarter of them source maps. */
export const MAX_UNPACKED_BYTES = 23_200_000;

/** Names at the top of the package. What is not among them was packed by mistake. */
const SHIPPED = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'SECURITY.md',
  'custom-elements.json',
  'dist',
  'editors',
  'package.json',
];

/** Fields of package.json that a registry's page links to. */
const METADATA = ['repository', 'homepage', 'bugs', 'author'];

/** Hosts under this name belong to nobody (RFC 2606): fields that a maintainer has still to fill have them. */
const PLACEHOLDER = /\.example\b/;

const SEMANTIC = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** The crates of the workspace, whose versions its lock file repeats. */
const CRATES = ['emulator', 'emulator-wasm', 'kernels', 'soc', 'train'];

/**
 * Every place that has the version, as a pattern whose second group is it.
 * @returns {Promise<{file: string, pattern: RegExp}[]>}
 */
async function versionPlaces(root) {
  const boards = await readdir(path.join(root, 'device-runtime/boards'), { withFileTypes: true });
  return [
    { file: 'package.json', pattern: /^( {2}"version": ")([^"]*)/m },
    { file: 'package-lock.json', pattern: /^( {2}"version": ")([^"]*)/m },
    { file: 'package-lock.json', pattern: /^( {4}"": \{\n(?: {6}.*\n)*? {6}"version": ")([^"]*)/m },
    { file: 'src/shared/version.ts', pattern: /(\bVERSION = ')([^']*)/ },
    { file: 'editors/web-types.json', pattern: /^( {2}"version": ")([^"]*)/m },
    { file: 'kernels/Cargo.toml', pattern: /(\[workspace\.package\]\nversion = ")([^"]*)/ },
    ...CRATES.map((crate) => ({
      file: 'kernels/Cargo.lock',
      pattern: new RegExp(`(\\nname = "${crate}"\\nversion = ")([^"]*)`),
    })),
    ...boards
      // Of other processors there are kernels alone.
      .filter(
        (entry) =>
          entry.isDirectory() && existsSync(path.join(root, 'device-runtime/boards', entry.name, 'board.h')),
      )
      .map(({ name }) => ({
        file: `device-runtime/boards/${name}/board.h`,
        pattern: /(#define FIRMWARE_VERSION ")([^"]*)/,
      })),
  ];
}

/** @returns {Promise<string[]>} the places whose version is not that of package.json */
export async function versionProblems(root) {
  const found = await Promise.all(
    (await versionPlaces(root)).map(async ({ file, pattern }) => {
      const text = await readFile(path.join(root, file), 'utf8').catch(() => '');
      return { file, version: pattern.exec(text)?.[2] };
    }),
  );
  const version = found[0].version;
  if (version === undefined || !SEMANTIC.test(version)) return ['package.json has no version such as 1.2.3.'];
  return found
    .filter((place) => place.version !== version)
    .map(({ file, version: other }) =>
      other === undefined
        ? `${file} has no version where one is looked for.`
        : `${file} has version ${other}, package.json ${version}.`,
    );
}

/**
 * Writes a version into every place.
 * @throws {Error} when it is none, or a place is not found
 */
export async function setVersion(root, version) {
  if (!SEMANTIC.test(version)) throw new Error(`"${version}" is not a version such as 1.2.3.`);
  for (const { file, pattern } of await versionPlaces(root)) {
    const name = path.join(root, file);
    const text = await readFile(name, 'utf8');
    if (!pattern.test(text)) throw new Error(`${file} has no version where one is looked for.`);
    await writeFile(
      name,
      text.replace(pattern, (_, before) => before + version),
    );
  }
}

/** @returns {string[]} what the changelog lacks for this version */
export function changelogProblems(changelog, version) {
  const unreleased = section(changelog, 'Unreleased');
  if (unreleased === null) return ['CHANGELOG.md has no section [Unreleased].'];
  const released = section(changelog, version);
  if (released === null && !/^- /m.test(unreleased))
    return [`CHANGELOG.md says nothing under [Unreleased], so there is nothing to say of ${version}.`];
  if (released !== null && !/^- /m.test(released)) return [`CHANGELOG.md says nothing under [${version}].`];
  if (released !== null && /^- /m.test(unreleased))
    return [`CHANGELOG.md has [${version}] already, and more under [Unreleased]: raise the version first.`];
  return [];
}

/**
 * The changelog with what is unreleased under this version; as it is where that has a section.
 * @param {string} changelog
 * @param {string} version
 * @param {string} date year, month and day
 * @returns {string}
 */
export function releaseChangelog(changelog, version, date) {
  if (section(changelog, version) !== null) return changelog;
  return changelog.replace(/^## \[Unreleased\]$/m, `## [Unreleased]\n\n## [${version}] - ${date}`);
}

/** The text under a heading, `null` where there is none. */
function section(changelog, name) {
  const parts = changelog.split(/^## (?=\[)/m).slice(1);
  const part = parts.find((text) => text.startsWith(`[${name}]`));
  return part === undefined ? null : part.slice(part.indexOf('\n') + 1);
}

/** @returns {string[]} what a registry's page would lack */
export function metadataProblems(manifest) {
  const problems = METADATA.flatMap((field) => {
    const text = JSON.stringify(manifest[field] ?? '');
    if (text === '""') return [`package.json has no ${field}.`];
    return PLACEHOLDER.test(text) ? [`package.json: ${field} is still a placeholder: ${text}.`] : [];
  });
  for (const field of ['description', 'license'])
    if (!manifest[field]) problems.push(`package.json has no ${field}.`);
  if (manifest.private) problems.push('package.json says that the package is private.');
  return problems;
}

/**
 * @param {{size: number, unpackedSize: number, files: {path: string}[]}} packed what `npm pack --json` says
 * @param {object} manifest package.json
 * @returns {string[]} what is too large, missing or there by mistake
 */
export function packedProblems(packed, manifest) {
  const problems = [];
  if (packed.size > MAX_PACKED_BYTES)
    problems.push(`The package has ${packed.size} bytes, ${MAX_PACKED_BYTES} at most.`);
  if (packed.unpackedSize > MAX_UNPACKED_BYTES)
    problems.push(`The package unpacks to ${packed.unpackedSize} bytes, ${MAX_UNPACKED_BYTES} at most.`);
  const names = new Set(packed.files.map((file) => file.path));
  for (const name of names)
    if (!SHIPPED.includes(name.split('/')[0])) problems.push(`${name} is in the package and should not be.`);
  const exported = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  const named = [
    ...exported,
    ...Object.values(manifest.bin),
    manifest.customElements,
    manifest['web-types'],
    ...SHIPPED.filter((name) => name.includes('.') || name === 'LICENSE'),
  ];
  for (const name of new Set(named.map((place) => place.replace(/^\.\//, ''))))
    if (!names.has(name)) problems.push(`${name} is not in the package.`);
  return problems;
}
