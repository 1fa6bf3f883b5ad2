// Lists files of the tree in one fixed order, without the folders that builds fill.
import { readdir } from 'node:fs/promises';
import path from 'node:path';

const BUILT = new Set(['node_modules', 'dist', 'build', 'target', 'pkg', '.git', '__pycache__', '.venv']);

/**
 * Files under `root` that `wanted` accepts, as paths relative to `root` with forward slashes, sorted by
 * UTF-16 code unit so that the order is the same on every machine and in every language setting.
 * @param {string} root
 * @param {(name: string) => boolean} wanted
 * @returns {Promise<string[]>}
 */
export async function listFiles(root, wanted) {
  const found = [];
  await walk('');
  return found.sort();

  async function walk(folder) {
    const entries = await readdir(path.join(root, folder), { withFileTypes: true });
    for (const entry of entries) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!BUILT.has(entry.name)) await walk(name);
      } else if (entry.isFile() && wanted(name)) {
        found.push(name);
      }
    }
  }
}
