// The ESP-IDF component and Arduino library `esp32-llm`: one folder for both, of the engine's sources and those of
// device-runtime/component.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from './files.mjs';
import { ROOT } from './run.mjs';
import { VECTOR_SOURCES } from './vector-assembly.mjs';

export const COMPONENT_NAME = 'esp32-llm';

/** What is only for this repository's own checks. */
const LEFT_OUT = /^check\//;

/**
 * Arduino has no flags of a library's own, so that each source says by itself what decides the bits of results: GCC would
 * join multiplications and additions. clang takes the same from its command line.
 */
const EXACT = `#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O2", "fp-contract=off", "no-strict-aliasing")
#endif
`;

/** What is the ESP32-S3's alone; the headers of it are only included there. Their assembler is a file of the component's. */
const forVectors = (text) => `#include "../../../llm_kernels.h"\n#if LLM_VECTOR_KERNELS\n${text}#endif\n`;

/**
 * The files by their names in the component.
 * @returns {Promise<Map<string, Uint8Array>>}
 */
export async function componentFiles() {
  const files = new Map();
  const add = async (name, source) => {
    const bytes = await readFile(path.join(ROOT, source));
    const isC = name.startsWith('src/') && name.endsWith('.c');
    const text = bytes.toString('utf8');
    const whole = source.startsWith(VECTOR_SOURCES) ? forVectors(text) : text;
    files.set(name, isC ? Buffer.from(EXACT + whole) : bytes);
  };
  for (const source of await listFiles(ROOT, (name) => /^device-runtime\/engine\/\w+\.[ch]$/.test(name)))
    await add(`src/engine/${path.basename(source)}`, source);
  // Beside the engine as in this repository, so that they find each other.
  for (const source of await listFiles(
    ROOT,
    (name) => name.startsWith(VECTOR_SOURCES) && /\.[ch]$/.test(name),
  ))
    await add(source.replace('device-runtime/', 'src/'), source);
  const own = 'device-runtime/component/';
  for (const source of await listFiles(ROOT, (name) => name.startsWith(own))) {
    const name = source.slice(own.length);
    if (!LEFT_OUT.test(name)) await add(name, source);
  }
  await add('LICENSE', 'LICENSE');
  return files;
}

/**
 * Writes the component's folder anew.
 * @param {string} folder absolute
 * @returns {Promise<Map<string, Uint8Array>>} its files
 */
export async function writeComponent(folder) {
  const files = await componentFiles();
  await rm(folder, { recursive: true, force: true });
  for (const [name, bytes] of files) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), bytes);
  }
  return files;
}

/** The same bytes whenever it is made: the earliest time that a ZIP can name. */
const TIME = new Date(1980, 0, 1);

/**
 * What the Arduino IDE takes as a library, and unpacked ESP-IDF as a component.
 * @param {ReadonlyMap<string, Uint8Array>} files
 */
export async function componentArchive(files) {
  // Loaded late: a fresh clone does not have it before the build's first step.
  const { zipSync } = await import('fflate');
  const entries = [...files].map(([name, bytes]) => [`${COMPONENT_NAME}/${name}`, bytes]);
  return zipSync(Object.fromEntries(entries), { mtime: TIME, level: 9 });
}
