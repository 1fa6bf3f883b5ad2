/** A cause of failure is declared once, by the leftmost room that meets it, and every room's causes are known to types alone. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ROOMS } from '../../scripts/lib/rooms.mjs';
import { enAll } from '../../src/element/strings/en/all.js';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

function read(file: string): string {
  return readFileSync(path.join(SRC, file), 'utf8');
}

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => file.endsWith('.ts') && file.includes('/'));

const DECLARATIONS = FILES.filter((file) => /interface FailureCodes \{/.test(read(file)));

/** Room of each code. */
const declared = new Map<string, string>();
for (const file of DECLARATIONS) {
  const room = file.split('/')[0] ?? '';
  const [, body = ''] = /interface FailureCodes \{([^}]*)\}/.exec(read(file)) ?? [];
  for (const [, quoted, plain] of body.matchAll(/^\s+(?:'([^']+)'|(\w+)): true;$/gm)) {
    const code = quoted ?? plain ?? '';
    test(`${code} is declared once`, () => assert.equal(declared.get(code) ?? room, room));
    declared.set(code, room);
  }
}

/** Rooms that name a code, the dictionaries of the element aside. */
function roomsThatName(code: string): Set<string> {
  const naming = FILES.filter(
    (file) =>
      !DECLARATIONS.includes(file) &&
      !file.startsWith('element/strings/') &&
      read(file).includes(`'${code}'`),
  );
  return new Set(naming.map((file) => file.split('/')[0] ?? ''));
}

test('every code is met by the room that declares it', () => {
  assert.ok(declared.size > 30);
  for (const [code, room] of declared) {
    const rooms = room === 'shared' ? new Set([...roomsThatName(code), 'shared']) : roomsThatName(code);
    assert.ok(rooms.has(room), `${code} of ${room} is named by ${[...rooms].join(', ') || 'nobody'}`);
  }
});

test('a code that is given to an error comes from the same room or from its left', () => {
  for (const file of FILES) {
    const room = file.split('/')[0] ?? '';
    assert.ok(ROOMS.includes(room), room);
    // Notes and a plan's advice have codes too, which are the words of no failure or those of this very room.
    for (const [, code = ''] of read(file).matchAll(/\bcode: '([^']+)'/g)) {
      const home = declared.get(code);
      if (home !== undefined)
        assert.ok(ROOMS.indexOf(home) <= ROOMS.indexOf(room), `${file}: ${code} of ${home}`);
    }
  }
});

test('the dictionaries help with exactly what is declared', () => {
  const kinds = ['format', 'unsupported', 'usage', 'other'];
  assert.deepEqual(Object.keys(enAll.help).sort(), [...declared.keys(), ...kinds].sort());
});

test('whoever reads the types of the pipeline or of the element knows the codes of every room', () => {
  const listed = [...read('pipeline/failures.ts').matchAll(/import '\.\.\/(\w+)\/failures\.js'/g)].map(
    ([, room]) => room,
  );
  const rooms = new Set(declared.values());
  assert.deepEqual(new Set(['shared', 'worker', ...listed]), rooms);
  assert.match(read('pipeline/types.ts'), /import '\.\/failures\.js'/);
  assert.match(read('worker/jobs.ts'), /import '\.\/failures\.js'/);
});
