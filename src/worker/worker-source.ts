/**
 * The worker's program: its file here, where it is started as a module. The build replaces this module by one that carries
 * the program as text.
 */
export const workerSource: string | URL = new URL('./worker.ts', import.meta.url);
