/** The program of the worker that studies a frontier. */
import { serveFrontier, type FrontierAnswer, type FrontierTask } from './frontier-study.js';
import { PROTOCOL, type ToPage } from './protocol.js';

// In a worker the global scope is the port to the page; TypeScript's page library types it as a window.
const scope = globalThis as unknown as {
  postMessage(message: ToPage | FrontierAnswer): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
};
scope.addEventListener('message', ({ data }) => {
  void serveFrontier(data as FrontierTask, (message) => {
    scope.postMessage(message);
  });
});
scope.postMessage({ type: 'hello', protocol: PROTOCOL });
