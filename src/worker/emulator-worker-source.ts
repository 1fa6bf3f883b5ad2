/**
 * The emulator worker's program as text. The build replaces this module by one that carries it; in source form there is
 * none, and the worker is started as a module.
 */
export const emulatorWorkerSource: string | null = null as string | null;
