/**
 * The tuning thread's program: its file here, where it is started as a module. The build replaces this module by one that
 * carries the program as text.
 */
export const tunerWorkerSource: string | URL = new URL('./tuner-worker.ts', import.meta.url);
