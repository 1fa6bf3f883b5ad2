/** The worker's program. */
import { serve } from './serve.js';
import { createWork } from './work.js';

// In a worker the global scope is the port to the page; TypeScript's page library types it as a window.
serve(globalThis as unknown as Parameters<typeof serve>[0], createWork);
