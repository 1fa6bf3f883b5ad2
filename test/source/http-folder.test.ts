/** Folders behind a URL, over a real server on this machine and over lines that fail. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { TransportError, UsageError } from '../../src/shared/errors.js';
import type { ByteSource } from '../../src/source/byte-source.js';
import { httpFolder, MAX_WHOLE_DOWNLOAD } from '../../src/source/http-folder.js';
import type { Fetch } from '../../src/source/http-request.js';
import { hubFolder } from '../../src/source/hub-folder.js';

const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 256);
const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers a range request as a good server does. */
function ranged(
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string> = {},
): void {
  const match = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (match === null) {
    response.writeHead(200, headers).end(BYTES);
    return;
  }
  const [begin, end] = [Number(match[1]), Math.min(Number(match[2]) + 1, BYTES.length)];
  const range = `bytes ${begin}-${end - 1}/${BYTES.length}`;
  response
    .writeHead(206, { 'content-range': range, 'content-length': end - begin, ...headers })
    .end(BYTES.subarray(begin, end));
}

async function openAt(base: string, options: Parameters<typeof httpFolder>[1] = {}): Promise<ByteSource> {
  const source = await httpFolder(base, { sleep: async () => undefined, ...options }).open(
    'model.safetensors',
  );
  assert.ok(source !== null);
  return source;
}

void test('reads parts by ranges and never the whole', async () => {
  const asked: string[] = [];
  const base = await serve((request, response) => {
    asked.push(`${request.url} ${request.headers.range}`);
    ranged(request, response, { etag: '"a"' });
  });
  const folder = httpFolder(`${base}/models/my%20model?token=1`);
  assert.equal(folder.name, 'my model');
  assert.equal(folder.names, null);
  const source = await folder.open('sub/a b.bin');
  assert.equal(source?.size, 1000);
  assert.deepEqual([...((await source?.read(10, 13)) ?? [])], [...BYTES.subarray(10, 13)]);
  assert.deepEqual([...((await source?.read(999, 1000)) ?? [])], [...BYTES.subarray(999)]);
  assert.equal((await source?.read(5, 5))?.length, 0);
  await assert.rejects(async () => source?.read(0, 1001), RangeError);
  assert.deepEqual(asked, [
    '/models/my%20model/sub/a%20b.bin?token=1 bytes=0-0',
    '/models/my%20model/sub/a%20b.bin?token=1 bytes=10-12',
    '/models/my%20model/sub/a%20b.bin?token=1 bytes=999-999',
  ]);
});

void test('a server without ranges gives the whole file once', async () => {
  let requests = 0;
  const base = await serve((_, response) => {
    requests++;
    response.writeHead(200).end(BYTES);
  });
  const source = await openAt(base);
  assert.deepEqual([...(await source.read(990, 1000))], [...BYTES.subarray(990)]);
  assert.equal(requests, 1);
});

void test('a large file from a server without ranges is announced, one beyond the cap refused unread', async () => {
  const notes: string[] = [];
  const large = await serve((_, response) => response.writeHead(200).end(new Uint8Array(2 * 1024 * 1024)));
  assert.equal((await openAt(large, { onNote: (note) => notes.push(note) })).size, 2 * 1024 * 1024);
  assert.match(notes.join(), /2097152 bytes were downloaded at once/);
  const huge = await serve((_, response) =>
    response.writeHead(200, { 'content-length': MAX_WHOLE_DOWNLOAD + 1 }).write('x'),
  );
  await assert.rejects(
    openAt(huge),
    (error) => error instanceof TransportError && /range requests/.test(error.message),
  );
});

void test('absent files are null: 404, 410, and a page for every address', async () => {
  for (const handler of [
    (_, response) => response.writeHead(404).end('no'),
    (_, response) => response.writeHead(410).end(),
    (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>'),
    (_, response) =>
      response
        .writeHead(206, {
          'content-type': 'text/html',
          'content-range': 'bytes 0-0/600',
          'content-length': 1,
        })
        .end('<'),
  ] satisfies Handler[]) {
    assert.equal(await httpFolder(await serve(handler)).open('config.json'), null);
  }
});

void test('an empty file is empty', async () => {
  const base = await serve((_, response) => response.writeHead(416, { 'content-range': 'bytes */0' }).end());
  assert.equal((await openAt(base)).size, 0);
});

void test('refused access and hidden lengths are explained', async () => {
  const refusing = await serve((_, response) => response.writeHead(403).end());
  await assert.rejects(
    openAt(refusing),
    (error) =>
      error instanceof TransportError && error.status === 403 && /Download the folder/.test(error.message),
  );
  const hiding = await serve((_, response) => response.writeHead(206).end('x'));
  await assert.rejects(openAt(hiding), /Content-Range/);
});

void test('a file that changes between two parts is noticed, by tag and by length', async () => {
  for (const change of [{ etag: '"b"' }, { etag: '"a"', 'content-range': 'bytes 0-9/1001' }]) {
    let requests = 0;
    const base = await serve((request, response) =>
      ranged(request, response, requests++ === 0 ? { etag: 'W/"a"' } : change),
    );
    const source = await openAt(base);
    await assert.rejects(source.read(0, 10), /changed on the server/);
  }
});

void test('tries again when the line fails, waiting longer each time', async () => {
  const waits: number[] = [];
  const notes: string[] = [];
  let requests = 0;
  const base = await serve((request, response) => {
    requests++;
    if (requests === 2) request.socket.destroy();
    else if (requests === 3) response.writeHead(503, { 'retry-after': '3' }).end();
    else if (requests === 4)
      response.writeHead(206, { 'content-range': 'bytes 0-9/1000' }).end(BYTES.subarray(0, 4));
    else ranged(request, response);
  });
  const sleep = async (milliseconds: number): Promise<void> => void waits.push(milliseconds);
  const source = await openAt(base, { sleep, onNote: (note) => notes.push(note) });
  assert.deepEqual([...(await source.read(0, 10))], [...BYTES.subarray(0, 10)]);
  assert.deepEqual(waits, [500, 3000, 2000]);
  assert.match(notes[1] ?? '', /503; trying again/);
  assert.match(notes[2] ?? '', /4 of 10 bytes/);
});

void test('gives up after some tries, with the last reason', async () => {
  let requests = 0;
  const failing: Fetch = async () => {
    requests++;
    throw new TypeError('fetch failed');
  };
  await assert.rejects(
    openAt('http://127.0.0.1:9', { fetch: failing }),
    (error) => error instanceof TransportError && /fetch failed.*4 times/.test(error.message),
  );
  assert.equal(requests, 4);
  const overloaded = await serve((_, response) => response.writeHead(500).end());
  await assert.rejects(
    openAt(overloaded),
    (error) => error instanceof TransportError && error.status === 500,
  );
});

void test('does not believe a server that sends other bytes than asked for', async () => {
  let probe = true;
  const base = await serve((request, response) => {
    if (probe) ranged(request, response);
    else response.writeHead(206, { 'content-range': 'bytes 5-14/1000' }).end(BYTES.subarray(5, 15));
    probe = false;
  });
  const source = await openAt(base);
  await assert.rejects(source.read(0, 10), /bytes 5 to 15 for 0 to 10/);
  const long: Fetch = async (_url, init) =>
    (init.headers as Record<string, string>).Range === 'bytes=0-0'
      ? new Response('x', { status: 206, headers: { 'content-range': 'bytes 0-0/1000' } })
      : new Response(BYTES, { status: 206 });
  await assert.rejects((await openAt(base, { fetch: long })).read(0, 10), /more than was asked for/);
});

/** Answers every range request with `bytes`, whatever was asked for, as RFC 9110 §15.3.7 lets a server do. */
function answering(choose: (begin: number, end: number) => readonly [begin: number, end: number]): Handler {
  return (request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const [begin, end] = choose(Number(first), Number(last) + 1);
    response
      .writeHead(206, {
        'content-range': `bytes ${begin}-${end - 1}/${BYTES.length}`,
        'content-length': end - begin,
      })
      .end(BYTES.subarray(begin, end));
  };
}

void test('takes its bytes out of a part that is larger than was asked for', async () => {
  const notes: string[] = [];
  const onNote = (note: string): void => void notes.push(note);
  for (const handler of [
    // Vite's file server takes the 0 at the end of 0-0 for an absent one.
    answering((begin, end) => (end === 1 ? [begin, BYTES.length] : [begin, end])),
    answering(() => [0, BYTES.length]),
    answering((begin, end) => [Math.max(0, begin - 3), Math.min(BYTES.length, end + 100)]),
  ]) {
    const source = await openAt(await serve(handler), { onNote });
    assert.equal(source.size, 1000);
    for (const [begin, end] of [
      [0, 1],
      [0, 10],
      [500, 600],
      [999, 1000],
      [0, 1000],
    ] as const)
      assert.deepEqual(await source.read(begin, end), BYTES.slice(begin, end), `${begin}-${end}`);
  }
  assert.deepEqual(notes, []);
});

void test('asks on where a server gives the beginning of what was asked for', async () => {
  const asked: string[] = [];
  const short = answering((begin, end) => [begin, Math.min(end, begin + 300)]);
  const base = await serve((request, response) => {
    asked.push(request.headers.range ?? '');
    short(request, response);
  });
  const source = await openAt(base);
  assert.deepEqual(await source.read(100, 900), BYTES.slice(100, 900));
  assert.deepEqual(asked, ['bytes=0-0', 'bytes=100-899', 'bytes=400-899', 'bytes=700-899']);
});

void test('does not wait for what it has no use for', async () => {
  const closed: Promise<void>[] = [];
  const base = await serve((_, response) => {
    // The rest never comes: whoever waits for it waits for ever.
    response.writeHead(206, { 'content-range': 'bytes 0-999/1000' }).write(BYTES.subarray(0, 20));
    closed.push(new Promise((resolve) => response.once('close', resolve)));
  });
  const source = await openAt(base);
  assert.deepEqual(await source.read(0, 10), BYTES.slice(0, 10));
  assert.equal(closed.length, 2);
  await Promise.all(closed);
});

void test('files whose addresses are known one by one are read from there, and no others are asked for', async () => {
  const asked: string[] = [];
  const base = await serve((request, response) => {
    asked.push(request.url ?? '');
    ranged(request, response);
  });
  const folder = httpFolder(
    `${base}/tiny/`,
    {},
    {
      'model.safetensors': `${base}/assets/model-1a2b.bin`,
      'config.json': `data:application/json;base64,${btoa('{"a":1}')}`,
      'plain.txt': 'data:,a%20b%2C%C3%A9',
      'broken.json': 'data:application/json;base64,***',
    },
  );
  assert.equal(folder.name, 'tiny');
  assert.deepEqual(folder.names, ['broken.json', 'config.json', 'model.safetensors', 'plain.txt']);
  const text = async (name: string): Promise<string> => {
    const source = await folder.open(name);
    assert.ok(source !== null);
    return new TextDecoder().decode(await source.read(0, source.size));
  };
  assert.equal(await text('config.json'), '{"a":1}');
  assert.equal(await text('plain.txt'), 'a b,é');
  await assert.rejects(folder.open('broken.json'), TransportError);
  for (const name of ['tokenizer.json', 'constructor']) assert.equal(await folder.open(name), null);
  const weights = await folder.open('model.safetensors');
  assert.deepEqual(await weights?.read(3, 6), BYTES.slice(3, 6));
  assert.deepEqual(new Set(asked), new Set(['/assets/model-1a2b.bin']));
});

void test('an abort ends a request and a wait', async () => {
  const silent = await serve(() => undefined);
  await assert.rejects(httpFolder(silent).open('x', AbortSignal.timeout(30)), { name: 'TimeoutError' });
  const busy = await serve((_, response) => response.writeHead(503).end());
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 30);
  await assert.rejects(httpFolder(busy).open('x', controller.signal), { name: 'AbortError' });
});

void test('refuses addresses that are not http', () => {
  for (const url of ['file:///etc/', 'ftp://x/', 'data:,x', 'not a url', '']) {
    assert.throws(() => httpFolder(url), TransportError, url);
  }
});

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** A hub with one repository. */
function hub(asked: string[], answer?: (path: string) => Response | null): Fetch {
  return async (url, init) => {
    const path = new URL(url).pathname;
    asked.push(path);
    const special = answer?.(path) ?? null;
    if (special !== null) return special;
    if (path.startsWith('/api/models/owner/tiny/revision/')) {
      return Response.json({
        sha: COMMIT,
        siblings: [{ rfilename: 'config.json' }, { rfilename: '../evil' }, { rfilename: 7 }],
      });
    }
    const range = (init.headers as Record<string, string>).Range ?? '';
    const [, begin, end] = /bytes=(\d+)-(\d+)/.exec(range) ?? [];
    const part = BYTES.subarray(Number(begin), Number(end) + 1);
    return new Response(part, { status: 206, headers: { 'content-range': `bytes ${begin}-${end}/1000` } });
  };
}

void test('the Hub: pins the commit, lists the files, asks only for what is there', async () => {
  const asked: string[] = [];
  const folder = await hubFolder('owner/tiny', { revision: 'v1/x', fetch: hub(asked) });
  assert.deepEqual([folder.name, folder.names], ['owner/tiny', ['config.json']]);
  assert.equal(await folder.open('model.safetensors'), null);
  const source = await folder.open('config.json');
  assert.deepEqual([...((await source?.read(2, 4)) ?? [])], [...BYTES.subarray(2, 4)]);
  assert.deepEqual(asked, [
    '/api/models/owner/tiny/revision/v1%2Fx',
    `/owner/tiny/resolve/${COMMIT}/config.json`,
    `/owner/tiny/resolve/${COMMIT}/config.json`,
  ]);
});

void test('the Hub: gated, private, absent and malformed are told apart', async () => {
  const answers: readonly (readonly [() => Response, RegExp])[] = [
    [() => new Response('', { status: 401, headers: { 'x-error-code': 'GatedRepo' } }), /gated.*Download/],
    [() => new Response('', { status: 403 }), /gated/],
    [
      () => new Response('', { status: 401, headers: { 'x-error-code': 'RepoNotFound' } }),
      /does not exist or is private/,
    ],
    [
      () => new Response('', { status: 404, headers: { 'x-error-code': 'RevisionNotFound' } }),
      /no revision "main"/,
    ],
    [() => new Response('', { status: 404 }), /does not exist/],
    [() => Response.json({ sha: '../x', siblings: [] }), /does not describe/],
    [() => new Response('<html>'), /does not describe/],
  ];
  for (const [answer, problem] of answers) {
    await assert.rejects(
      hubFolder('owner/tiny', { fetch: hub([], answer) }),
      (error) => error instanceof TransportError && problem.test(error.message),
    );
  }
  for (const repo of ['', 'a/b/c', '../x', 'a/..', 'https://x/y', 'a b', 'a/b?x']) {
    await assert.rejects(hubFolder(repo, { fetch: hub([]) }), UsageError, repo);
  }
  await assert.rejects(hubFolder('owner/tiny', { revision: '../x', fetch: hub([]) }), UsageError);
});

void test('a signed link has its signature behind every file, and no message repeats it', async () => {
  const asked: string[] = [];
  const base = await serve((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(500).end();
  });
  const notes: string[] = [];
  const folder = httpFolder(`${base}/m/?X-Sig=S3CRET%2Fa/b&x=1#S3CRET`, {
    sleep: async () => undefined,
    onNote: (note) => notes.push(note),
  });
  await assert.rejects(folder.open('config.json'), (error) => {
    assert.ok(error instanceof TransportError);
    return error.message.startsWith(`${base}/m/config.json: `) && !error.message.includes('S3CRET');
  });
  assert.deepEqual(new Set(asked), new Set(['/m/config.json?X-Sig=S3CRET%2Fa/b&x=1']));
  assert.ok(notes.length > 0 && !notes.join().includes('S3CRET'));
});

void test('an address with a name or a password is refused before it is asked, and not repeated', async () => {
  const asked: string[] = [];
  const fetch: Fetch = async (url) => {
    asked.push(url);
    return new Response('{}');
  };
  const refused = (error: unknown): boolean =>
    error instanceof TransportError &&
    error.code === 'address' &&
    !/S3CRET/.test(`${error.message} ${String(error.cause)}`);
  for (const address of [
    'https://user:S3CRET@b.example/m',
    'https://S3CRET@b.example/',
    'https://u:S3CRET@[/m',
    'ftp://u:S3CRET@b.example/',
  ])
    assert.throws(() => httpFolder(address, { fetch }), refused, address);
  await assert.rejects(hubFolder('owner/tiny', { fetch, endpoint: 'https://u:S3CRET@hub.example' }), refused);
  const files = { 'config.json': 'https://u:S3CRET@b.example/config.json' };
  await assert.rejects(httpFolder('https://b.example/m', { fetch }, files).open('config.json'), refused);
  assert.deepEqual(asked, []);
});
