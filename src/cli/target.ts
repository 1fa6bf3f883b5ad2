/** What a command line names: a file or a folder that must be there. */
import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UsageError } from '../shared/errors.js';
import { isModelFile } from '../source/model-file.js';

/** Finds what a path names. @throws UsageError when there is nothing, or it may not be looked at */
export async function findTarget(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch {
    throw new UsageError(`There is no file or folder ${path}.`);
  }
}

/** Whether what was found is a model to be converted: a folder, or a file that is a model by itself. */
export function isModel(target: Stats, path: string): boolean {
  return target.isDirectory() || isModelFile(path);
}
