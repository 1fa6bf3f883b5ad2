/**
 * What is meant when a chosen folder holds no model itself: the one folder in it that does, or a base model and an adapter,
 * each in a folder of its own or the adapter outside.
 */
import { UsageError } from '../shared/errors.js';
import type { ByteSource, ModelFolder } from './byte-source.js';
import { checkName } from './checks.js';

const CONFIG = 'config.json';
const ADAPTER = 'adapter_config.json';

/** What makes the chosen folder itself the model's, whatever lies in it. */
const MODEL_FILE = /\.(?:safetensors|bin|pth?|ckpt|gguf)$/i;

/** The model's folder: `folder` itself, or what is meant inside it. Where several may be meant, it is `folder` as well. */
export function modelFolderIn(folder: ModelFolder): ModelFolder {
  const { names } = folder;
  if (names === null || names.includes(CONFIG)) return folder;
  const isAdapter = names.includes(ADAPTER);
  if (!isAdapter && names.some((name) => !name.includes('/') && MODEL_FILE.test(name))) return folder;
  const holding = (file: string): readonly string[] =>
    names.flatMap((name) => {
      const [path = '', inside, deeper] = name.split('/');
      return inside === file && deeper === undefined ? [path] : [];
    });
  const models = holding(CONFIG);
  const adapters = holding(ADAPTER).filter((path) => !models.includes(path));
  const [model] = models;
  if (model === undefined || models.length > 1) return folder;
  if (isAdapter) return layered(folder, names, ['', model]);
  return adapters.length > 1 ? folder : layered(folder, names, [...adapters, model]);
}

/**
 * One of the folders in it, by its path.
 * @throws UsageError when there is none
 */
export function folderInside(folder: ModelFolder, path: string): ModelFolder {
  const names = folder.names ?? [];
  if (!names.some((name) => name.startsWith(`${path}/`)))
    throw new UsageError(`${folder.name} holds no folder ${path}. Choose one that it holds.`);
  return modelFolderIn(layered(folder, names, [path]));
}

/** Folders inside of one, over each other. @param paths `''` for itself; of a name that several have, the first counts */
function layered(outer: ModelFolder, names: readonly string[], paths: readonly string[]): ModelFolder {
  const places = new Map<string, string>();
  for (const path of paths) {
    const begin = path === '' ? '' : `${path}/`;
    for (const name of names) {
      const inside = name.slice(begin.length);
      if (name.startsWith(begin) && !places.has(inside)) places.set(inside, name);
    }
  }
  return {
    name: paths[0] === '' ? outer.name : (paths[0] ?? outer.name),
    names: [...places.keys()].sort(),
    async open(name, signal): Promise<ByteSource | null> {
      signal?.throwIfAborted();
      checkName(name);
      const place = places.get(name);
      const source = place === undefined ? null : await outer.open(place, signal);
      return source === null ? null : renamed(source, name);
    },
    close: async () => outer.close?.(),
  };
}

/** The same bytes under another name. */
function renamed(source: ByteSource, name: string): ByteSource {
  return {
    name,
    size: source.size,
    read: source.read.bind(source),
    ...(source.readInto === undefined ? {} : { readInto: source.readInto.bind(source) }),
    ...(source.readTaking === undefined ? {} : { readTaking: source.readTaking.bind(source) }),
  };
}
