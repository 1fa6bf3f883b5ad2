/** The model folder that a command names: a folder, a file that is a model by itself, or a zip archive of one. */
import { folderInside } from '../source/inner-folder.js';
import { nodeFolder, type NodeFolder } from '../source/node-folder.js';
import { shellWord } from './program-name.js';
import { nodeZipFolder } from './zip-file.js';

/**
 * Opens it; close it when the work is done.
 * @throws as `nodeFolder` and `nodeZipFolder`
 */
export async function openModelFolder(path: string, signal?: AbortSignal): Promise<NodeFolder> {
  const [, archive, inside] = /^(.*\.zip)(?:[/\\](.+))?$/i.exec(path) ?? [];
  if (archive === undefined) return nodeFolder(path);
  const folder = await nodeZipFolder(archive, signal);
  if (inside === undefined) return folder;
  try {
    return { ...folderInside(folder, inside.replaceAll('\\', '/')), close: () => folder.close() };
  } catch (error) {
    await folder.close();
    throw error;
  }
}

/** The commands that name each of the models that a folder holds, which was named by `path`. */
export function choiceLines(
  program: string,
  argv: readonly string[],
  path: string,
  choices: readonly string[],
): string[] {
  const inside = `${path.replace(/[/\\]+$/, '')}/`;
  return choices.map((choice) =>
    [program, ...argv.map((word) => shellWord(word === path ? inside + choice : word))].join(' '),
  );
}
