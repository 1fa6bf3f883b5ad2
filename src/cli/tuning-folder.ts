/** States of tunings in a folder of the user's, so that an interrupted command goes on where it was. */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { TuningState, TuningStore } from '../quantize/tuning-types.js';

const SUFFIX = '.tuning';

/** Where command lines keep what can be made again. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: cache, LOCALAPPDATA: local } = environment;
  const base = cache || local || path.join(os.homedir(), '.cache');
  return path.join(base, 'esp32-llm-converter');
}

/** One state at a time: who begins another tuning does not come back to the one before. */
export function tuningFolder(folder: string): TuningStore {
  const place = (key: string): string => path.join(folder, key + SUFFIX);
  const clear = async (except: string): Promise<void> => {
    for (const name of await readdir(folder)) {
      if (name.endsWith(SUFFIX) && name !== except) await rm(path.join(folder, name), { force: true });
    }
  };
  return {
    get: async (key): Promise<unknown> => deserialize(await readFile(place(key))),
    put: async (key, state: TuningState) => {
      await mkdir(folder, { recursive: true });
      // A state that is being written when the command ends must not take the place of the one before.
      await writeFile(`${place(key)}.part`, serialize(state));
      await rename(`${place(key)}.part`, place(key));
      await clear(key + SUFFIX);
    },
    delete: (key) => rm(place(key), { force: true }),
  };
}
