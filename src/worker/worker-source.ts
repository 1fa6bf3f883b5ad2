/**
 * The worker's program: its file here, where it is started as a module and imports for itself. The build replaces this module by one
 * that carries the program as text, and the parts of it that only some conversions need.
 */
import type { WorkerPart } from './worker-program.js';

export const workerSource: string | URL = new URL('./worker.ts', import.meta.url);

export const workerParts: Readonly<Record<string, WorkerPart>> = {};
