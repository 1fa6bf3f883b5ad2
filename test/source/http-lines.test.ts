/** Lines that are slow, and servers that compress what they store: how far a download is, and what is read all the same. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { TransportError } from '../../src/shared/errors.js';
import type { Progress } from '../../src/shared/progress.js';
import type { ByteSource } from '../../src/source/byte-source.js';
import { DownloadMeter } from '../../src/source/download-meter.js';
import { httpFolder } from '../../src/source/http-folder.js';
import type { Fetch, HttpOptions } from '../../src/source/http-request.js';

/** Compressible, and longer than what is too short to be told of. */
const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i >> 4) % 251);

const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function openAt(base: string, options: HttpOptions = {}): Promise<ByteSource> {
  const source = await httpFolder(base, { sleep: async () => undefined, ...options }).open(
    'model.safetensors',
  );
  assert.ok(source !== null);
  return source;
}

/** A range request as begin and end, `null` for the whole. */
function asked({
  headers,
}: {
  readonly headers: { readonly range?: string | undefined };
}): [number, number] | null {
  const [, begin, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  return begin === undefined ? null : [Number(begin), Number(end) + 1];
}

/** Writes piece by piece, so that the other side sees a slow line. */
async function slowly(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  const pieces = 6;
  for (let piece = 0; piece < pieces; piece++) {
    const at = (share: number): number => Math.floor((bytes.length * share) / pieces);
    response.write(bytes.subarray(at(piece), at(piece + 1)));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  response.end();
}

function checkReports(reports: readonly Progress[], total: number): void {
  assert.ok(reports.length > 3, `${reports.length} reports`);
  assert.deepEqual(
    [...new Set(reports.map(({ stage, item, unit }) => `${stage} ${item} ${unit}`))],
    ['downloading model.safetensors bytes'],
  );
  assert.equal(reports[0]?.done, 0, 'told before the first byte');
  assert.equal(reports.at(-1)?.done, BYTES.length);
  for (const [index, { done, total: announced }] of reports.entries()) {
    assert.equal(announced, total);
    assert.ok(done >= (reports[index - 1]?.done ?? 0));
  }
  const timed = reports.filter(({ perSecond }) => perSecond !== null);
  assert.ok(timed.length > 1, 'rates');
  for (const { done, perSecond, secondsLeft } of timed) {
    assert.ok(perSecond !== null && perSecond > 50_000 && perSecond < 1_200_000, `${perSecond}`);
    if (total === 0) assert.equal(secondsLeft, null);
    else assert.ok(Math.abs((secondsLeft ?? NaN) - (total - done) / perSecond) < 1e-6);
  }
}

void test('a slow server without ranges: bytes, rate and time while the whole file comes', async () => {
  const reports: Progress[] = [];
  const base = await serve((_, response) => {
    response.writeHead(200, { 'content-length': BYTES.length });
    void slowly(response, BYTES);
  });
  const source = await openAt(base, { onProgress: (progress) => reports.push(progress) });
  assert.deepEqual(await source.read(0, source.size), BYTES);
  checkReports(reports, BYTES.length);
});

void test('the same with ranges, once through the file and once more', async () => {
  const reports: Progress[] = [];
  const base = await serve((request, response) => {
    const [begin, end] = asked(request) ?? [0, BYTES.length];
    response.writeHead(206, {
      'content-range': `bytes ${begin}-${end - 1}/${BYTES.length}`,
      'content-length': end - begin,
    });
    if (end - begin < 100) response.end(BYTES.subarray(begin, end));
    else void slowly(response, BYTES.subarray(begin, end));
  });
  const source = await openAt(base, { onProgress: (progress) => reports.push(progress) });
  await source.read(0, 8);
  assert.deepEqual(reports, [], 'a look at the header is no download');
  for (let pass = 0; pass < 2; pass++) {
    reports.length = 0;
    await source.read(0, BYTES.length);
    checkReports(reports, BYTES.length);
  }
});

void test('parts that are fetched at the same time are counted together, and come to an end', () => {
  const reports: Progress[] = [];
  const meter = new DownloadMeter('model.safetensors', (progress) => reports.push(progress));
  const first = meter.begin(100_000);
  const second = meter.begin(200_000);
  first.received(60_000);
  second.received(50_000);
  first.received(40_000);
  first.end();
  second.received(10_000);
  // The line breaks.
  second.end();
  const seen = reports.map(({ done, total }) => [done, total]);
  assert.deepEqual(seen, [
    [0, 100_000],
    [0, 300_000],
    [60_000, 300_000],
    [110_000, 300_000],
    [150_000, 300_000],
    [160_000, 300_000],
    [160_000, 160_000],
  ]);
  reports.length = 0;
  meter.begin(80_000).received(80_000);
  assert.equal(reports.at(-1)?.done, 80_000, 'what comes later begins anew');
});

void test('what an attempt got that failed is not counted twice', async () => {
  const reports: Progress[] = [];
  let large = 0;
  const base = await serve((request, response) => {
    const [begin, end] = asked(request) ?? [0, BYTES.length];
    response.writeHead(206, {
      'content-range': `bytes ${begin}-${end - 1}/${BYTES.length}`,
      'content-length': end - begin,
    });
    if (end - begin > 1 && ++large === 1) {
      response.write(BYTES.subarray(begin, begin + 100_000), () => request.socket.destroy());
    } else response.end(BYTES.subarray(begin, end));
  });
  const source = await openAt(base, { onProgress: (progress) => reports.push(progress) });
  assert.deepEqual(await source.read(0, BYTES.length), BYTES);
  assert.equal(large, 2);
  assert.ok(reports.every(({ done }) => done <= BYTES.length));
  assert.equal(reports.at(-1)?.done, BYTES.length);
});

void test('a length that nobody announced, and short files', async () => {
  const reports: Progress[] = [];
  const onProgress = (progress: Progress): void => void reports.push(progress);
  await openAt(await serve((_, response) => void slowly(response.writeHead(200), BYTES)), { onProgress });
  checkReports([{ ...(reports[0] as Progress), done: 0 }, ...reports], 0);
  reports.length = 0;
  await openAt(await serve((_, response) => response.end(new Uint8Array(1000))), { onProgress });
  assert.deepEqual(reports, []);
});

void test('a server that stores its files compressed gives parts of the code: the whole is taken instead', async () => {
  const code = gzipSync(BYTES);
  const ranges: (string | undefined)[] = [];
  const base = await serve((request, response) => {
    ranges.push(request.headers.range);
    const [begin, end] = asked(request) ?? [0, code.length];
    const headers = { 'content-encoding': 'gzip', 'content-length': end - begin };
    if (asked(request) === null) response.writeHead(200, headers);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${begin}-${end - 1}/${code.length}` });
    response.end(code.subarray(begin, end));
  });
  const source = await openAt(base);
  assert.equal(source.size, BYTES.length);
  assert.deepEqual(await source.read(1000, 2000), BYTES.slice(1000, 2000));
  assert.deepEqual(ranges, ['bytes=0-0', undefined]);
});

/** A part whose code nobody can open, as a browser gives it when the server does not show the coding. */
function broken(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull: (controller) => controller.error(new TypeError('Decoding failed.')),
  });
}

void test('the same where the server elsewhere does not show that it codes', async () => {
  const ranges: (string | undefined)[] = [];
  const hidden: Fetch = async (_url, { headers }) => {
    const { Range } = headers as Record<string, string | undefined>;
    ranges.push(Range);
    if (Range !== undefined)
      return new Response(broken(), { status: 206, headers: { 'content-range': 'bytes 0-0/1234' } });
    const response = new Response(BYTES, { headers: { 'content-length': '1234' } });
    return Object.defineProperty(response, 'type', { value: 'cors' });
  };
  const source = await openAt('http://127.0.0.1:9', { fetch: hidden });
  assert.deepEqual(await source.read(0, source.size), BYTES);
  assert.deepEqual(ranges, ['bytes=0-0', 'bytes=0-0', undefined]);
});

void test('a body that is shorter than announced is still one that ended early, also from elsewhere', async () => {
  for (const type of ['basic', 'cors']) {
    const cut: Fetch = async () => {
      const response = new Response(BYTES.subarray(0, 1000), { headers: { 'content-length': '300000' } });
      return Object.defineProperty(response, 'type', { value: type });
    };
    await assert.rejects(
      openAt('http://127.0.0.1:9', { fetch: cut }),
      (error) => error instanceof TransportError && /ended after 1000 of 300000 bytes/.test(error.message),
    );
  }
});

void test('a server that begins to code parts is told from a bad line, and a false coding is named', async () => {
  const base = await serve((request, response) => {
    const [begin, end] = asked(request) ?? [0, BYTES.length];
    response.writeHead(206, {
      'content-range': `bytes ${begin}-${end - 1}/${BYTES.length}`,
      ...(end - begin > 1 ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(end - begin > 1 ? gzipSync(BYTES.subarray(begin, end)) : BYTES.subarray(begin, end));
  });
  const source = await openAt(base);
  await assert.rejects(source.read(0, 100), /compresses parts of the file.*Turn that off/);
  const lying = await serve((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('these bytes are no code of gzip'),
  );
  await assert.rejects(openAt(lying), /sent with Content-Encoding: gzip/);
});
