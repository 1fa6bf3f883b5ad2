/** Files and folders from a drop, with their paths: a dropped folder is walked, which a plain file list cannot do. */
import type { NamedFile } from '../source/file-list-folder.js';
import { MAX_FILES } from '../source/limits.js';
import { TransportError } from '../shared/errors.js';
import type { Dropped } from './file-drops.js';
import { showableLine } from '../shared/safe-text.js';

/** A model folder holds its files directly or one folder below; deeper ones are something else. */
const MAX_DEPTH = 3;

/**
 * Reads what was dropped.
 * @throws TransportError when a folder cannot be read
 */
export async function droppedFiles({ entries, files: plain }: Dropped): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  if (entries.length === 0 || entries.includes(null)) {
    return plain.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  }
  for (const entry of entries) {
    if (entry !== null) await walk(entry, 0, files);
  }
  return files;
}

async function walk(entry: FileSystemEntry, depth: number, files: NamedFile[]): Promise<void> {
  if (files.length > MAX_FILES || entry.name.startsWith('.')) return;
  if (isFile(entry)) {
    files.push({ path: entry.fullPath.replace(/^\/+/, ''), file: await fileOf(entry) });
  } else if (isDirectory(entry) && depth < MAX_DEPTH) {
    for (const child of await children(entry)) await walk(child, depth + 1, files);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, (cause) => {
      reject(unreadable(entry, cause));
    });
  });
}

/** All children; the browser hands them out in pieces until a piece is empty. */
async function children(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const piece = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, (cause) => {
        reject(unreadable(entry, cause));
      });
    });
    if (piece.length === 0 || all.length > MAX_FILES) return all;
    all.push(...piece);
  }
}

function unreadable(entry: FileSystemEntry, cause: DOMException): TransportError {
  return new TransportError(
    `${showableLine(entry.name)} cannot be read. Drop it again, or choose it with the button.`,
    {
      cause,
      code: 'file-changed',
    },
  );
}
