/**
 * The folder of a class kit on the disk. A kit is written whole into a folder of its own in there, and its files are moved to
 * their places when the last byte is on the disk: what ends the work before leaves an earlier kit as it was, and no half one.
 */
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PRESET, listedFiles, type KitFile } from '../kit/kit.js';
import { TransportError, UsageError, throwIfAborted } from '../shared/errors.js';
import { FileSink, makeFolders, removeFolders, syncFolder } from './file-sink.js';
import { isUnfinished, removeStale, track, unfinishedName, untrack } from './unfinished.js';

/** A file that every kit has and hardly anything else. */
const MARK = 'kit.js';

/** What the folder of an unfinished kit is named after. */
const STAGE = '.kit';

/** Longest list of an earlier kit that is read: some hundred bytes for each of a thousand files. */
const MAX_PRESET_BYTES = 1024 * 1024;

export class KitFolder {
  private constructor(
    private readonly output: string,
    private readonly stage: string,
    /** Folders that were not there before. */
    private readonly made: readonly string[],
  ) {}

  /**
   * Makes the folder ready to be written into, which finds out before the work that it cannot be.
   * @throws UsageError when it has other files in it; TransportError when nothing can be written
   */
  static async create(output: string): Promise<KitFolder> {
    const present = await readdir(output).catch((error: NodeJS.ErrnoException): string[] => {
      if (error.code === 'ENOENT') return [];
      throw new UsageError(`${output} is not a folder that can be written into. Name another one.`);
    });
    const others = present.filter((name) => !isUnfinished(name, STAGE));
    if (others.length > 0 && !others.includes(MARK))
      throw new UsageError(`${output} has other files in it. Name a new folder for the kit.`);
    const made = await makeFolders(output);
    // Links above it are the person's own.
    const root = await realpath(output);
    await removeStale(root, STAGE);
    const folder = new KitFolder(output, join(root, unfinishedName(STAGE)), made);
    track(folder.stage);
    try {
      await mkdir(folder.stage);
    } catch (cause) {
      await folder.discard();
      throw failure(output, cause);
    }
    return folder;
  }

  /**
   * Writes the kit in place of an earlier one. Files that are neither's stay.
   * @throws TransportError; the signal's reason
   */
  async write(files: readonly KitFile[], signal: AbortSignal): Promise<void> {
    for (const file of files) await this.stageFile(file, signal);
    // An earlier kit's list is gone when the new one has its place.
    const earlier = await this.listed();
    const paths = files.map(({ path }) => path);
    for (const path of paths) await this.refuseFolder(path);
    throwIfAborted(signal);
    for (const path of paths) await this.move(path);
    const kept = new Set(paths);
    for (const path of earlier) if (!kept.has(path)) await this.remove(path);
    for (const path of new Set(paths.map((name) => dirname(join(this.root, name))))) await syncFolder(path);
    await this.removeStage();
  }

  /** Leaves all as it was. */
  async discard(): Promise<void> {
    await this.removeStage();
    await removeFolders(this.made);
  }

  private get root(): string {
    return dirname(this.stage);
  }

  private async removeStage(): Promise<void> {
    await rm(this.stage, { recursive: true, force: true }).catch(() => undefined);
    untrack(this.stage);
  }

  private async stageFile(kitFile: KitFile, signal: AbortSignal): Promise<void> {
    const { path } = kitFile;
    const place = join(this.stage, path);
    await makeFolders(dirname(place));
    const file = new FileSink(place, { shownAs: join(this.output, path) });
    try {
      await file.begin(0);
      for (const piece of kitFile.pieces()) {
        throwIfAborted(signal);
        await file.append(piece);
      }
      await file.close();
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  /** Found out before the first file is moved. */
  private async refuseFolder(path: string): Promise<void> {
    const facts = await lstat(join(this.root, path)).catch(() => null);
    if (facts?.isDirectory() === true)
      throw new TransportError(`Cannot write ${join(this.output, path)}: it is a folder. Remove it.`);
    for (const folder of foldersOf(path)) {
      const above = await lstat(join(this.root, folder)).catch(() => null);
      if (above !== null && !above.isDirectory() && !above.isSymbolicLink())
        throw new TransportError(`Cannot write ${join(this.output, path)}: ${folder} is a file. Remove it.`);
    }
  }

  /** To its place, which no link leads away from: one that is there is replaced. */
  private async move(path: string): Promise<void> {
    try {
      for (const folder of foldersOf(path)) {
        const place = join(this.root, folder);
        const facts = await lstat(place).catch(() => null);
        if (facts?.isSymbolicLink() === true) await unlink(place);
        if (facts?.isDirectory() !== true) await mkdir(place);
      }
      await rename(join(this.stage, path), join(this.root, path));
    } catch (cause) {
      throw failure(join(this.output, path), cause);
    }
  }

  /** What the kit in the folder is made of; nothing where there is none. */
  private async listed(): Promise<readonly string[]> {
    const preset = join(this.root, PRESET);
    try {
      // Neither a link nor a pipe that nobody writes to.
      const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
      const file = await open(preset, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
        const facts = await file.stat();
        if (!facts.isFile() || facts.size > MAX_PRESET_BYTES) return [];
        return listedFiles(await file.readFile('utf8'));
      } finally {
        await file.close();
      }
    } catch {
      return [];
    }
  }

  /**
   * Takes away what an earlier kit wrote and this one does not, and its folder when that is empty then: a class would find the
   * image of another model.
   */
  private async remove(path: string): Promise<void> {
    const folder = dirname(join(this.root, path));
    // A folder in the kit may be a link that leads out of it.
    if ((await realpath(folder).catch(() => null)) !== folder) return;
    await unlink(join(this.root, path)).catch(() => undefined);
    if (folder !== this.root) await rmdir(folder).catch(() => undefined);
  }
}

/** The folders that lead to a file of a kit, the outermost first. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

function failure(path: string, cause: unknown): TransportError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TransportError(`Cannot write ${path}: ${reason}. Check the permissions and the free space.`, {
    cause,
  });
}
