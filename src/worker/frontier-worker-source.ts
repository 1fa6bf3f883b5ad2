/**
 * The program of the worker that studies a frontier: its file here, where it is started as a module. The build replaces this module by one that
 * carries the program as text.
 */
export const frontierWorkerSource: string | URL = new URL('./frontier-worker.ts', import.meta.url);
