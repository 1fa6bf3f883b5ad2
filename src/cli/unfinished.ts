/**
 * Files and folders that a command has begun and not finished: their names, and that none of them stays. A command takes its
 * own away when it fails, the process's first thread (`supervisor.ts`) those that are left when it ends, and the next command
 * what was left by a process that could do neither.
 */
import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';

/** Of this process. */
const begun = new Set<string>();

/** This machine, as far as names tell: a number of a process means nothing on another. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** Bytes of a name that file systems allow. */
const MAX_NAME_BYTES = 255;

/** An unfinished output that nobody can ask about (another machine's, in a folder that both see) is stale after so long. */
const STALE_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

const OWNER = /^\.([0-9a-f]{8})-([1-9]\d{0,9})-[0-9a-f]{16}\.part$/;

/**
 * A name that nobody can have taken beforehand, beside the one that it is for.
 * @param name last part of the path of the finished output
 */
export function unfinishedName(name: string): string {
  return `${stem(name)}.${HOST}-${process.pid}-${randomBytes(8).toString('hex')}.part`;
}

/** Whether a name is one of {@link unfinishedName} for an output of the given name. */
export function isUnfinished(found: string, name: string): boolean {
  return ownerOf(found, name) !== null;
}

/** What the working thread tells the first one of a path. */
export interface UnfinishedMessage {
  readonly type: 'unfinished' | 'finished';
  readonly path: string;
}

/** Has it taken away when the process ends. */
export function track(path: string): void {
  begun.add(path);
  parentPort?.postMessage({ type: 'unfinished', path } satisfies UnfinishedMessage);
}

/** It has its name now, or is gone. */
export function untrack(path: string): void {
  begun.delete(path);
  parentPort?.postMessage({ type: 'finished', path } satisfies UnfinishedMessage);
}

/** Takes away what processes that ended without a word left of the output of this name. What cannot be removed stays. */
export async function removeStale(folder: string, name: string): Promise<void> {
  for (const found of await readdir(folder).catch(() => [])) {
    const owner = ownerOf(found, name);
    if (owner === null) continue;
    const path = join(folder, found);
    try {
      const facts = await lstat(path);
      // A link is nothing that we make, and what it leads to is not ours.
      if (facts.isSymbolicLink() || !(await isStale(path, owner, facts.mtimeMs))) continue;
      await rm(path, { recursive: true, force: true });
    } catch {
      continue;
    }
  }
}

interface Owner {
  readonly host: string;
  readonly pid: number;
}

function ownerOf(found: string, name: string): Owner | null {
  const start = stem(name);
  if (!found.startsWith(start)) return null;
  const [, host, pid] = OWNER.exec(found.slice(start.length)) ?? [];
  return host === undefined || pid === undefined ? null : { host, pid: Number(pid) };
}

async function isStale(path: string, { host, pid }: Owner, modified: number): Promise<boolean> {
  if (begun.has(path)) return false;
  if (Date.now() - modified > STALE_AFTER_MS) return true;
  if (host !== HOST) return false;
  // In containers every process has the same number.
  return pid === process.pid || !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is somebody else's otherwise.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The output's own name, so that people see what it is to become, where both together fit. */
function stem(name: string): string {
  const room = MAX_NAME_BYTES - '.01234567-4294967295-0123456789abcdef.part'.length;
  if (Buffer.byteLength(name) <= room) return name;
  return createHash('sha256').update(name).digest('hex');
}
