/** The program of a tuning thread under Node. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveTuner, type TunerRole } from '../worker/tuner.js';
import { tuningFolder } from './tuning-folder.js';

/** What the thread is started with. */
export interface TunerThreadData {
  /** Where states are kept; `null`: nowhere. */
  readonly folder: string | null;
}

const { folder } = workerData as TunerThreadData;
parentPort?.once('message', (role: TunerRole) => {
  serveTuner(role, folder === null ? undefined : tuningFolder(folder));
});
