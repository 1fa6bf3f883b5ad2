// The manifest beside prebuilt artefacts: which sources and tools they came from, and their own hashes.
// It lets a build decide what to do. It proves nothing by itself: whoever changes an artefact can change it, too.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * @typedef {object} NativeManifest
 * @property {string} sources SHA-256 over the source files, see {@link hashSources}
 * @property {Record<string, string>} toolchain program name → version line
 * @property {string[]} flags what the compilers were told beyond the build files
 * @property {Record<string, {bytes: number, sha256: string}>} artefacts file name → size and hash
 */

/** SHA-256 as lower-case hexadecimal. */
export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * One hash for a set of files. For each file, in the order given: the path's length in bytes, the path, the
 * content's length, the content (lengths as 64-bit little-endian). The lengths keep "ab"+"c" apart from "a"+"bc".
 * @param {string} root folder that the names are relative to
 * @param {string[]} names sorted, with forward slashes
 * @returns {Promise<string>} hexadecimal
 */
export async function hashSources(root, names) {
  const hash = createHash('sha256');
  for (const name of names) {
    for (const part of [Buffer.from(name, 'utf8'), await readFile(path.join(root, name))]) {
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(part.length));
      hash.update(length).update(part);
    }
  }
  return hash.digest('hex');
}

/**
 * Size and hash of each artefact.
 * @param {string} folder
 * @param {string[]} names
 * @returns {Promise<NativeManifest['artefacts']>}
 */
export async function describeArtefacts(folder, names) {
  const described = {};
  for (const name of [...names].sort()) {
    const bytes = await readFile(path.join(folder, name));
    described[name] = { bytes: bytes.length, sha256: sha256(bytes) };
  }
  return described;
}

/**
 * How two sets of artefacts differ, one sentence each; empty when they are the same to the byte.
 * @param {NativeManifest['artefacts']} expected
 * @param {NativeManifest['artefacts']} actual
 * @returns {string[]}
 */
export function compareArtefacts(expected, actual) {
  const differences = [];
  for (const name of [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort()) {
    const was = expected[name];
    const is = actual[name];
    if (was === undefined) differences.push(`${name} is not in the manifest`);
    else if (is === undefined) differences.push(`${name} is missing`);
    else if (was.sha256 !== is.sha256) {
      differences.push(
        `${name} differs: ${was.bytes} bytes ${was.sha256.slice(0, 12)}… expected, ${is.bytes} bytes ${is.sha256.slice(0, 12)}… found`,
      );
    }
  }
  return differences;
}
