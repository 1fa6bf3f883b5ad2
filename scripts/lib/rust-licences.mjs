// The licences of what kernels.wasm, emulator.wasm and train.wasm are compiled from: crates, and the Rust standard library with the
// crates that it takes along. The texts are committed, as the WebAssembly is: a build has no crates at hand to read
// them from. Names and versions are compared with the lock file, which needs no compiler.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { section } from './licences.mjs';
import { cargoHome, compiledCrates, registryFolders } from './native-rust.mjs';
import { ROOT, runOrThrow } from './run.mjs';
import { CARGO, RUST_COPYRIGHT, RUST_LIBRARY, RUSTC } from './toolchain.mjs';

/** Where the texts are, from the root. */
export const RUST_LICENCES = 'kernels/THIRD-PARTY-LICENCES.txt';
const LOCK = 'kernels/Cargo.lock';

/** The packages of the workspace that are programs. */
const PROGRAMS = ['kernels', 'emulator-wasm', 'train'];

const WITH_STANDARD_LIBRARY = ', with the Rust standard library';
const NOT_IN_PROGRAMS = 'They build or test the others: ';

/** Crates of the standard library that only pass its other crates on. */
const PLACEHOLDERS = /^rustc-std-workspace-/;

/** Parts of the standard library with a holder of their own that are for another system. */
const OTHER_SYSTEMS = /fuchsia/;

/**
 * The crates of a lock file that are not of its own workspace.
 * @param {string} lock text of a Cargo.lock
 * @returns {string[]} `NAME VERSION`, in the file's order
 */
export function lockedCrates(lock) {
  return lock
    .replaceAll('\r\n', '\n')
    .split('[[package]]\n')
    .filter((entry) => /^source = /m.test(entry))
    .map((entry) => `${field(entry, 'name')} ${field(entry, 'version')}`);
}

/**
 * @param {string} text as {@link rustLicences} makes it
 * @param {string} lock text of a Cargo.lock
 * @returns {string[]} a sentence for each difference
 */
export function compareWithLock(text, lock) {
  const linked = titles(text)
    .filter((title) => /^\S+ \d\S* \(/.test(title) && !title.endsWith(WITH_STANDARD_LIBRARY))
    .map((title) => title.split(' ').slice(0, 2).join(' '));
  const others = text.split('\n').find((line) => line.startsWith(NOT_IN_PROGRAMS)) ?? NOT_IN_PROGRAMS;
  const named = new Set([...linked, ...others.slice(NOT_IN_PROGRAMS.length).split(', ').filter(Boolean)]);
  const locked = new Set(lockedCrates(lock));
  return [
    ...[...locked].filter((crate) => !named.has(crate)).map((crate) => `${crate} is not in the texts`),
    ...[...named].filter((crate) => !locked.has(crate)).map((crate) => `${crate} is not in the lock file`),
  ];
}

/**
 * @param {string} text as {@link rustLicences} makes it
 * @returns {string | undefined} the version of the standard library whose texts these are
 */
export function standardLibraryVersion(text) {
  return titles(text)
    .map((title) => /^Rust standard library (\S+) /.exec(title)?.[1])
    .find(Boolean);
}

/**
 * The files of a crate whose texts must travel along. Where there is a choice it falls on MIT, the shortest.
 * @param {string[]} names of the crate's files
 * @param {string} expression the licence that its Cargo.toml names
 * @returns {string[]} sorted
 */
export function licenceFiles(names, expression) {
  const files = names.filter((name) => /^(un)?licen[cs]e|^copying|^notice/i.test(name)).sort();
  const mayChoose = /\bMIT\b *(OR|\/)|(OR|\/) *MIT\b/.test(expression);
  if (!mayChoose || !files.some((name) => /-MIT\b/.test(name))) return files;
  return files.filter((name) => !/-(apache|zlib|0bsd)\b|^unlicense|^licen[cs]e$|^copying$/i.test(name));
}

/**
 * Makes the texts anew.
 * @returns {Promise<string>}
 */
export async function rustLicences() {
  const crates = new Map();
  for (const program of PROGRAMS) {
    for (const crate of await compiledCrates(program)) crates.set(`${crate.name} ${crate.version}`, crate);
  }
  const all = [...crates.values()].sort((a, b) => (title(a) < title(b) ? -1 : 1));
  const own = all.filter(({ ofRegistry, isStd }) => ofRegistry && !isStd);
  const taken = all.filter(({ ofRegistry, isStd }) => ofRegistry && isStd);
  const builtins = all.find(({ name }) => name === 'compiler_builtins');
  if (builtins === undefined) throw new Error('The programs are compiled without compiler_builtins.');
  // Debian's sources have these two without their licence files.
  const math = await readFile(path.join(RUST_LIBRARY, 'compiler-builtins/libm/Cargo.toml'), 'utf8');
  taken.push(builtins, { name: 'libm', version: field(math, 'version') });
  await fetchCrates(taken.slice(-2));

  const texts = [];
  for (const crate of own) texts.push(await describe(crate, ''));
  const parts = all
    .filter((crate) => crate.isStd && !crate.ofRegistry && crate !== builtins)
    .map(({ name }) => name)
    .filter((name) => !PLACEHOLDERS.test(name));
  texts.push(await describeStandardLibrary(parts));
  for (const crate of taken) texts.push(await describe(crate, WITH_STANDARD_LIBRARY));

  const linked = new Set(own.map(title));
  const others = lockedCrates(await readFile(path.join(ROOT, LOCK), 'utf8')).filter(
    (crate) => !linked.has(crate),
  );
  texts.push(section('Crates that no program contains', NOT_IN_PROGRAMS + others.join(', ')));
  return texts.join('\n\n');
}

/** Writes {@link RUST_LICENCES}. */
export async function writeRustLicences() {
  await writeFile(path.join(ROOT, RUST_LICENCES), await rustLicences());
}

/**
 * @throws {Error} when {@link RUST_LICENCES} is not what its sources say
 */
export async function checkRustLicences() {
  const present = await readFile(path.join(ROOT, RUST_LICENCES), 'utf8');
  if (present !== (await rustLicences()))
    throw new Error(`${RUST_LICENCES} is not what the crates say: node scripts/rust-licences.mjs`);
}

function title({ name, version }) {
  return `${name} ${version}`;
}

/** The lines that are underlined with `=`. */
function titles(text) {
  const lines = text.split('\n');
  return lines.filter((line, index) => line !== '' && lines[index + 1] === '='.repeat(line.length));
}

/** A string of a TOML table, the first of its name. */
function field(toml, name) {
  const value = new RegExp(`^${name} = "([^"]*)"`, 'm').exec(toml)?.[1];
  if (value === undefined) throw new Error(`A crate has no ${name}.`);
  return value;
}

async function describe(crate, suffix) {
  const folder = registryFolders(cargoHome())
    .map((registry) => path.join(registry, `${crate.name}-${crate.version}`))
    .find((candidate) => existsSync(candidate));
  if (folder === undefined) throw new Error(`${title(crate)} is not unpacked in cargo's registry.`);
  const licence = field(await readFile(path.join(folder, 'Cargo.toml'), 'utf8'), 'license');
  const files = licenceFiles(await readdir(folder), licence);
  if (files.length === 0) throw new Error(`${title(crate)} has no licence file.`);
  const texts = [];
  for (const file of files) texts.push(tidy(await readFile(path.join(folder, file), 'utf8')));
  return section(`${title(crate)} (${licence})${suffix}`, texts.join('\n\n'));
}

/** The standard library's own crates, by Debian's account of its holders. */
async function describeStandardLibrary(parts) {
  const version = /^rustc (\S+)/.exec(await runOrThrow(RUSTC, ['--version'], { quiet: true }))?.[1];
  const account = (await readFile(RUST_COPYRIGHT, 'utf8')).split(/\n\n+/);
  const holders = account
    .map((paragraph) => /^Files:([^]*?)\nCopyright:([^]*?)\nLicense: (.*)/.exec(paragraph))
    .filter((found) => found !== null && /(^|\s)library\//.test(found[1]) && !OTHER_SYSTEMS.test(found[1]))
    .map(([, files, copyright, licence]) => ({
      files: files
        .trim()
        .split(/\s+/)
        .filter((name) => name.startsWith('library/')),
      copyright: copyright.trim().split(/\n\s*/),
      licence,
    }));
  const licences = [...new Set(holders.map(({ licence }) => (/\bMIT\b/.test(licence) ? 'MIT' : licence)))];
  const texts = licences.map((licence) => {
    const paragraph = account.find((candidate) => candidate.startsWith(`License: ${licence}\n`));
    if (paragraph === undefined) throw new Error(`The text of ${licence} is missing.`);
    return `${licence}:\n\n${tidy(
      paragraph
        .split('\n')
        .slice(1)
        .join('\n')
        .replace(/^ (\.$)?/gm, ''),
    )}`;
  });
  return section(
    `Rust standard library ${version} (MIT OR Apache-2.0)`,
    [
      `The crates ${parts.join(', ')}.`,
      ...holders.map(
        ({ files, copyright, licence }) =>
          `${files.join(' ')} (${licence}):\n${copyright.map((line) => `  Copyright ${line}`).join('\n')}`,
      ),
      ...texts,
    ].join('\n\n'),
  );
}

/** Has cargo unpack crates of the standard library that are also published. */
async function fetchCrates(crates) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rust-licences-'));
  try {
    const dependencies = crates.map(({ name, version }) => `${name} = "=${version}"\n`).join('');
    const manifest = path.join(folder, 'Cargo.toml');
    await mkdir(path.join(folder, 'src'));
    await writeFile(path.join(folder, 'src/lib.rs'), '');
    await writeFile(
      manifest,
      `[package]\nname = "texts"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n[dependencies]\n${dependencies}`,
    );
    await runOrThrow(CARGO, ['fetch', '--manifest-path', manifest], {
      env: { RUSTC, RUSTUP_TOOLCHAIN: undefined, CARGO_HOME: cargoHome() },
      quiet: true,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One kind of line ending, and no blanks at the ends. */
function tidy(text) {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[ \t]+$/gm, '')
    .trim();
}
