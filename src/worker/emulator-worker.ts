/** The program of the emulator's own worker: a chip must not wait for a conversion, nor end with one. */
import { serveEmulator, type EmulatorScope } from '../device/emulator-link.js';
import { PROTOCOL, type ToPage } from './protocol.js';

// In a worker the global scope is the port to the page; TypeScript's page library types it as a window.
const scope = globalThis as unknown as EmulatorScope & { postMessage(message: ToPage): void };
serveEmulator(scope);
scope.postMessage({ type: 'hello', protocol: PROTOCOL });
