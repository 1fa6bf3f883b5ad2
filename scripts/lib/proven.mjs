// What has been rebuilt and compared before, as far as the history tells: what is as it was then need not be built again.
// Decision 0021 says why these commits and no others.
import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from './run.mjs';

/** Where the main line is, in a clone. */
const MAIN = ['refs/remotes/origin/HEAD', 'refs/remotes/origin/main', 'refs/remotes/origin/master'];

/**
 * The newest commit below this one whose prebuilt files have been proven: where this line left the main line, whose own check
 * proves what is on it; on the main line itself the last release, for which everything is rebuilt.
 * @param {string} root of the working tree
 * @returns {Promise<{commit: string, name: string} | null>} `null` when the history knows none
 */
export async function provenCommit(root) {
  const head = await ask(root, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
  if (head === null) return null;
  for (const name of MAIN) {
    const main = await ask(root, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`);
    if (main === null) continue;
    const fork = await ask(root, 'merge-base', 'HEAD', main);
    if (fork !== null && fork !== head) return { commit: fork, name: 'the main line' };
    break;
  }
  // A tag on this very commit is what is to be proven.
  const tag = await ask(root, 'describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', 'HEAD^');
  const commit = tag && (await ask(root, 'rev-parse', '--verify', '--quiet', `refs/tags/${tag}^{commit}`));
  return commit ? { commit, name: tag } : null;
}

/**
 * Files that are not what they were, looked at one by one: neither what git believes of the working tree nor how it was told
 * to compare counts.
 * @param {string} root of the working tree
 * @param {string} commit
 * @param {(name: string) => boolean} wanted
 * @param {readonly string[]} present names of the wanted files that there are now
 * @returns {Promise<string[]>} changed, new and missing ones, with forward slashes
 */
export async function changedSince(root, commit, wanted, present) {
  const listing = await run('git', ['ls-tree', '-r', '-z', '--full-tree', commit], {
    cwd: root,
    quiet: true,
  });
  if (listing.code !== 0) throw new Error(`git ls-tree ${commit} failed: ${listing.output.trim()}`);
  const before = new Map();
  for (const line of listing.output.split('\0')) {
    const [, id, name] = /^\d+ \w+ ([0-9a-f]+)\t([^]*)$/.exec(line) ?? [];
    if (name !== undefined && wanted(name)) before.set(name, id);
  }
  const changed = [];
  for (const name of [...new Set([...before.keys(), ...present])].sort()) {
    const id = before.get(name);
    if (id === undefined || (await blobId(path.join(root, name), id.length)) !== id) changed.push(name);
  }
  return changed;
}

/** The id that git gives a file's content; `null` when there is no such file. */
async function blobId(file, digits) {
  const facts = await lstat(file).catch(() => null);
  if (facts?.isFile() !== true) return null;
  const bytes = await readFile(file);
  return createHash(digits === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}

/** One line of git's answer; `null` when it has none. */
async function ask(root, ...args) {
  const { code, output } = await run('git', args, { cwd: root, quiet: true });
  return code === 0 && output.trim() !== '' ? output.trim() : null;
}
