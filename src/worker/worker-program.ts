/**
 * The worker's program as this page has put it together: what every conversion needs, and the parts that were asked for. They
 * are fetched once for all elements of a page, and a worker that is started later has them from the beginning.
 */
import { partNotLoaded } from './failure.js';
import { ownStart, type WorkerStart } from './start.js';
import type * as Source from './worker-source.js';

/** A piece of the program that is fetched by the first conversion that needs it. */
export interface WorkerPart {
  /** Parts without which it does not run. */
  readonly needs: readonly string[];
  readonly load: () => Promise<string>;
}

/** The texts of the parts that are there, by their names. */
const fetched = new Map<string, string>();

/**
 * A worker with the program as far as it is there.
 * @throws TransportError when the program cannot be loaded
 */
export async function programStart(): Promise<WorkerStart> {
  const { workerSource } = await source();
  return ownStart(
    typeof workerSource === 'string' ? [workerSource, ...fetched.values()].join('\n') : workerSource,
  );
}

/**
 * Does work in a worker, and once more for each part that its worker turns out not to have.
 * @throws what the work throws; TransportError when a part cannot be loaded
 */
export async function withParts<T>(work: () => Promise<T>): Promise<T> {
  for (const had = new Set<string>(); ;) {
    try {
      return await work();
    } catch (error) {
      const name = missingPart(error);
      if (name === null || had.has(name)) throw error;
      had.add(name);
      await addPart(name);
    }
  }
}

/** The part that a worker failed for want of, `null` when it failed otherwise. */
export function missingPart(error: unknown): string | null {
  return error instanceof Error && error.name === 'PartMissing' ? error.message : null;
}

/**
 * Gives a part to the workers that are started from now on.
 * @throws TransportError when it cannot be loaded; the next try may
 */
export async function addPart(name: string): Promise<void> {
  const { workerParts } = await source();
  const part = workerParts[name];
  if (part === undefined || fetched.has(name)) return;
  for (const need of part.needs) await addPart(need);
  fetched.set(name, await part.load().catch(notLoaded));
}

async function source(): Promise<typeof Source> {
  return import('./worker-source.js').catch(notLoaded);
}

function notLoaded(cause: unknown): never {
  throw partNotLoaded(cause);
}
