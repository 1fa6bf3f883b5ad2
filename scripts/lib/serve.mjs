// A static file server for the demo page and for tests: Node's own HTTP, one folder, this machine only.
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

/**
 * Names under which a page on this machine asks for another one on it. Any other name that leads here was made to lead here
 * (DNS rebinding), by a page that would then read what this server has as its own. Whatever the port: tunnels change it.
 */
const OWN_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** The same as the origin of a page. */
const OWN_ORIGIN = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/** Ports to try after the first before giving up. */
const PORTS_TO_TRY = 100;

/**
 * Serves a folder on the loopback interface.
 * @param {string} root absolute path
 * @param {number} firstPort the first port to try; the next free one is taken. 0 lets the system choose
 * @param {Record<string, string>} [headers] added to every answer
 * @param {readonly string[]} [shared] folders, as `/dist/`, that pages from this machine's other names and ports may read
 * @returns {Promise<{port: number, close: () => Promise<void>}>}
 * @throws {Error} when no port is free
 */
export async function serve(root, firstPort, headers = {}, shared = []) {
  const realRoot = await realpath(root);
  const server = createServer((request, response) => {
    answer(realRoot, { ...headers, ...sharing(shared, request) }, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  for (let port = firstPort; port <= firstPort + PORTS_TO_TRY; port += 1) {
    if (await listen(server, port)) {
      const close = () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        });
      return { port: server.address().port, close };
    }
  }
  throw new Error(`No free port from ${firstPort} to ${firstPort + PORTS_TO_TRY}.`);
}

/** `false` when the port is taken. */
function listen(server, port) {
  return new Promise((resolve, reject) => {
    const onError = (error) => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError).once('listening', onListening).listen(port, '127.0.0.1');
  });
}

/** Headers by which a page of another origin may read the answer; none for strangers, and for what is not shared. */
function sharing(shared, { url = '', headers: { origin = '' } }) {
  if (shared.length === 0) return {};
  // Caches must not give one origin what another was answered.
  const vary = { Vary: 'Origin' };
  // As it is asked for: a path that is written in another way is not shared.
  if (!OWN_ORIGIN.test(origin) || /\.\.|%|\\/.test(url) || !shared.some((folder) => url.startsWith(folder)))
    return vary;
  return {
    ...vary,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': 'Content-Range, ETag',
  };
}

async function answer(root, headers, request, response) {
  const send = (status, more = {}, text = '') => {
    response.writeHead(status, { ...headers, ...more });
    response.end(text);
  };
  if (!OWN_HOST.test(request.headers.host ?? '')) {
    const text =
      'This server answers only to localhost, 127.0.0.1 and [::1]: ask for it by one of these names.\n';
    return send(421, { 'Content-Type': 'text/plain; charset=utf-8' }, text);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, { Allow: 'GET, HEAD' });
  const found = await findFile(root, request.url ?? '/');
  if (found === null) return send(404);
  if (found.redirect !== undefined) return send(301, { Location: found.redirect });

  const range = parseRange(request.headers.range, found.size);
  if (range === 'unsatisfiable') return send(416, { 'Content-Range': `bytes */${found.size}` });
  const { begin, end } = range ?? { begin: 0, end: found.size };
  response.writeHead(range === null ? 200 : 206, {
    ...headers,
    'Content-Type': TYPES[path.extname(found.file)] ?? 'application/octet-stream',
    'Content-Length': end - begin,
    'Accept-Ranges': 'bytes',
    // A page under work must never be an old one.
    'Cache-Control': 'no-cache',
    ...(range === null ? {} : { 'Content-Range': `bytes ${begin}-${end - 1}/${found.size}` }),
  });
  if (request.method === 'HEAD' || begin === end) return response.end();
  // Errors after the header mean that the page went away or the file did: the connection just ends.
  return pipeline(createReadStream(found.file, { start: begin, end: end - 1 }), response, () => {});
}

/** The file behind a request target, `null` when there is none inside the root. */
async function findFile(root, target) {
  let name;
  let search;
  try {
    const url = new URL(target, 'http://localhost');
    name = decodeURIComponent(url.pathname);
    search = url.search;
  } catch {
    return null;
  }
  if (name.includes('\0') || name.split('/').some((part) => part.startsWith('.'))) return null;
  try {
    let file = await realpath(path.join(root, name));
    // A link may lead out of the folder: what counts is where it ends.
    if (file !== root && !file.startsWith(root + path.sep)) return null;
    let facts = await stat(file);
    if (facts.isDirectory()) {
      if (!name.endsWith('/')) return { redirect: `${encodeURI(name)}/${search}` };
      file = path.join(file, 'index.html');
      facts = await stat(file);
    }
    return facts.isFile() ? { file, size: facts.size } : null;
  } catch {
    return null;
  }
}

/**
 * One `bytes=` range as begin (included) and end (excluded); `null` means: answer with the whole file.
 * @returns {{begin: number, end: number} | 'unsatisfiable' | null}
 */
export function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return null;
  if (match[1] === '') {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? 'unsatisfiable' : { begin: size - length, end: size };
  }
  const begin = Number(match[1]);
  const last = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (begin >= size) return 'unsatisfiable';
  if (last < begin) return null;
  return { begin, end: last + 1 };
}
