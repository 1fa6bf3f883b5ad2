/**
 * The download cache of huggingface_hub: `models--OWNER--NAME/{blobs,refs,snapshots/REVISION}`. A model lies in a snapshot;
 * who names the entry of a model, or the cache with one model in it, means that.
 */

/** Folders of a cache that are looked into however deep they lie: an entry, its snapshots, and each of them. */
const CACHE_FOLDERS = /^(?:models--[^/]+\/)?(?:models--[^/]+|snapshots(?:\/[^/]+)?)$/;

/** Whether a folder, by its path from the one that was chosen, may lead to a snapshot. */
export function isCacheFolder(path: string): boolean {
  return CACHE_FOLDERS.test(path);
}

/** A snapshot in a cache. */
export interface Snapshot {
  /** Path from the folder that was chosen, without a `/` at its end. */
  readonly path: string;
  /** The model's name, `null` when no folder on the way tells it. */
  readonly model: string | null;
}

/**
 * The snapshots with a model below a folder that has none itself.
 * @param names paths of files from the chosen folder
 */
export function snapshotsIn(names: readonly string[]): readonly Snapshot[] {
  if (names.includes('config.json')) return [];
  return names.flatMap((name) => {
    const found = /^((?:models--([^/]+)\/)?snapshots\/[^/]+)\/config\.json$/.exec(name);
    return found === null ? [] : [{ path: found[1] as string, model: modelOf(found[2]) }];
  });
}

/** The name in an entry's own (`models--OWNER--NAME`), `null` when it is none. */
export function entryName(folder: string): string | null {
  return folder.startsWith('models--') ? modelOf(folder.slice('models--'.length)) : null;
}

function modelOf(entry: string | undefined): string | null {
  return entry?.split('--').at(-1) ?? null;
}
