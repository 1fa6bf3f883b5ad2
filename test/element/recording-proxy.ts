/** A proxy between a browser and the world: knows every request of pages and workers, and lets only chosen servers be reached. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordingProxy {
  readonly port: number;
  /** Origins that were asked for, with the first address of each. */
  readonly asked: Map<string, string>;
  /** Pages that the proxy gives itself, by address. */
  readonly pages: Map<string, string>;
  /** Addresses that cannot be reached while this says so. */
  refuse: (url: URL) => boolean;
  close(): Promise<void>;
}

/** @param reached the only origins that are reached */
export async function recordingProxy(...reached: readonly string[]): Promise<RecordingProxy> {
  const asked = new Map<string, string>();
  const pages = new Map<string, string>();
  const record = (url: URL): void => {
    if (!asked.has(url.origin)) asked.set(url.origin, url.href);
  };
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? '', reached[0]);
    record(url);
    const page = pages.get(url.href);
    if (page !== undefined) {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
      return;
    }
    if (!reached.includes(url.origin) || proxy.refuse(url)) {
      request.socket.destroy();
      return;
    }
    const { method, headers } = request;
    http
      .get(url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      })
      .on('error', () => response.destroy());
  });
  server.on('connect', (request, socket) => {
    record(new URL(`https://${request.url ?? ''}`));
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: RecordingProxy = {
    port: (server.address() as AddressInfo).port,
    asked,
    pages,
    refuse: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
