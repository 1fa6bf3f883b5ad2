/** The program of a tuning thread of a page. */
import { PROTOCOL, type ToPage } from './protocol.js';
import { tuningStore } from './tuning-store.js';
import { serveTuner, type TunerRole } from './tuner.js';

// In a worker the global scope is the port to the page; TypeScript's page library types it as a window.
const scope = globalThis as unknown as {
  postMessage(message: ToPage): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  close(): void;
};
scope.addEventListener('message', ({ data }) => {
  serveTuner(data as TunerRole, tuningStore(), () => {
    scope.close();
  });
});
scope.postMessage({ type: 'hello', protocol: PROTOCOL });
