/**
 * The emulator worker's program: its file here, where it is started as a module. The build replaces this module by one that
 * carries the program as text.
 */
export const emulatorWorkerSource: string | URL = new URL('./emulator-worker.ts', import.meta.url);
