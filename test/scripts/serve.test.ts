/** The demo server: what it hands out, in parts too, and what it never hands out. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { parseRange, serve } from '../../scripts/lib/serve.mjs';

let base = '';
let folder = '';
let server: Awaited<ReturnType<typeof serve>>;

before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'serve-test-'));
  base = path.join(folder, 'root');
  await mkdir(path.join(base, 'demo'), { recursive: true });
  await writeFile(path.join(folder, 'secret.txt'), 'outside');
  await writeFile(path.join(base, 'demo/index.html'), '<p>hello</p>');
  await writeFile(path.join(base, 'bytes.bin'), '0123456789');
  await writeFile(path.join(base, 'k.wasm'), '');
  await writeFile(path.join(base, '.hidden'), 'hidden');
  await symlink(path.join(folder, 'secret.txt'), path.join(base, 'link.txt'));
  await mkdir(path.join(base, 'dist'));
  await writeFile(path.join(base, 'dist/x.js'), 'x');
  server = await serve(base, 0, { 'X-Test': 'yes' }, ['/dist/']);
});

after(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

test('a file comes with its type, its length and the extra headers', async () => {
  const wasm = await ask('/k.wasm');
  assert.equal(wasm.status, 200);
  assert.equal(wasm.headers['content-type'], 'application/wasm');
  assert.equal(wasm.headers['x-test'], 'yes');
  assert.equal((await ask('/bytes.bin')).body, '0123456789');
});

test('a folder is its index page, after a redirect to its slash', async () => {
  assert.equal((await ask('/demo/')).body, '<p>hello</p>');
  const bare = await ask('/demo?x=1');
  assert.equal(bare.status, 301);
  assert.equal(bare.headers.location, '/demo/?x=1');
});

test('a range is answered with that part', async () => {
  const part = await ask('/bytes.bin', { Range: 'bytes=2-4' });
  assert.equal(part.status, 206);
  assert.equal(part.headers['content-range'], 'bytes 2-4/10');
  assert.equal(part.body, '234');
  assert.equal((await ask('/bytes.bin', { Range: 'bytes=10-' })).status, 416);
});

test('nothing outside the folder is handed out, and nothing hidden', async () => {
  for (const target of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/demo/..%2f..%2fsecret.txt',
    '/link.txt',
    '/.hidden',
    '/bytes.bin%00',
    '/%ff',
    '/missing',
  ]) {
    const { status, body } = await ask(target);
    assert.equal(status, 404, target);
    assert.equal(body, '', target);
  }
});

test('other methods are refused', async () => {
  assert.equal((await ask('/bytes.bin', {}, 'POST')).status, 405);
  const head = await ask('/bytes.bin', {}, 'HEAD');
  assert.equal(head.headers['content-length'], '10');
  assert.equal(head.body, '');
});

test('only this machine’s own names are answered to, whatever the port', async () => {
  for (const host of ['localhost', 'LOCALHOST:9', '127.0.0.1:1234', '[::1]:80']) {
    assert.equal((await ask('/bytes.bin', { Host: host })).status, 200, host);
  }
  for (const host of [
    'evil.example',
    'evil.example:8000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.2',
    'localhost:8000@evil.example',
    'xlocalhost',
  ]) {
    const { status, body } = await ask('/bytes.bin', { Host: host });
    assert.equal(status, 421, host);
    assert.match(body, /ask for it by one of these names/);
    assert.doesNotMatch(body, /0123/);
  }
});

test('pages of other origins read only what is shared, and only from this machine', async () => {
  const allowed = async (target: string, origin: string): Promise<string | undefined> =>
    (await ask(target, { Origin: origin })).headers['access-control-allow-origin'];
  for (const origin of ['http://localhost:8000', 'http://127.0.0.1:1'])
    assert.equal(await allowed('/dist/x.js', origin), origin);
  for (const origin of [
    'null',
    'http://evil.example',
    'https://localhost',
    'http://localhost.evil.example',
    'http://localhost:1@evil.example',
  ])
    assert.equal(await allowed('/dist/x.js', origin), undefined, origin);
  for (const target of [
    '/bytes.bin',
    '/demo/',
    '/dist/../bytes.bin',
    '/dist/%2e%2e/bytes.bin',
    '/dist\\..\\bytes.bin',
    '/distant',
  ])
    assert.equal(await allowed(target, 'http://localhost:8000'), undefined, target);
  assert.equal((await ask('/dist/x.js')).headers.vary, 'Origin');
});

test('a taken port is passed over', async () => {
  const second = await serve(base, server.port);
  try {
    assert.ok(second.port > server.port);
  } finally {
    await second.close();
  }
});

test('ranges are read as HTTP defines them', () => {
  assert.deepEqual(parseRange('bytes=0-0', 10), { begin: 0, end: 1 });
  assert.deepEqual(parseRange('bytes=5-', 10), { begin: 5, end: 10 });
  assert.deepEqual(parseRange('bytes=-3', 10), { begin: 7, end: 10 });
  assert.deepEqual(parseRange('bytes=-30', 10), { begin: 0, end: 10 });
  assert.deepEqual(parseRange('bytes=5-99', 10), { begin: 5, end: 10 });
  assert.equal(parseRange('bytes=-0', 10), 'unsatisfiable');
  for (const ignored of [undefined, '', 'bytes=-', 'bytes=4-2', 'bytes=0-1,3-4', 'lines=0-1']) {
    assert.equal(parseRange(ignored, 10), null, String(ignored));
  }
});

/** A raw request: fetch would tidy the target before sending it. */
function ask(
  target: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port: server.port, path: target, headers, method },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    request.on('error', reject).end();
  });
}
