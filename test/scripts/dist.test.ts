/** What `npm run build` leaves in dist/ can be used as it is meant to be. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = path.join(root, 'dist');
const skip = existsSync(dist) ? false : 'dist/ is not built: npm run build';

test('every file that package.json points at is there', { skip }, () => {
  const { exports, bin } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | Record<string, string>>;
    bin: Record<string, string>;
  };
  const targets = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  for (const target of [...targets, ...Object.values(bin)]) {
    assert.ok(existsSync(path.join(root, target)), target);
  }
});

test('the command line is a program that starts', { skip }, () => {
  const cli = path.join(dist, 'cli.js');
  assert.match(readFileSync(cli, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  if (process.platform !== 'win32') assert.equal(statSync(cli).mode & 0o111, 0o111);
  assert.match(execFileSync(process.execPath, [cli, '--help'], { encoding: 'utf8' }), /convert/);
});

test('the worker is one classic script', { skip }, () => {
  const text = readFileSync(path.join(dist, 'worker.js'), 'utf8');
  // Only parsed: a module statement is a syntax error in a script.
  assert.doesNotThrow(() => new Script(text));
  assert.doesNotMatch(text, /import\.meta/);
});

test('the element carries the very worker that stands beside it', { skip }, async () => {
  const worker = readFileSync(path.join(dist, 'worker.js'), 'utf8');
  const chunks = readdirSync(path.join(dist, 'chunks')).filter((name) => /^worker-source-.*\.js$/.test(name));
  assert.equal(chunks.length, 1);
  const chunk = (await import(pathToFileURL(path.join(dist, 'chunks', chunks[0] ?? '')).href)) as Record<
    string,
    unknown
  >;
  // Compared as a truth: a difference would print two whole programs.
  assert.ok(Object.values(chunk).length === 1 && Object.values(chunk)[0] === worker);
});

test('what pages load knows nothing of Node', { skip }, () => {
  const names = readdirSync(dist, { recursive: true, encoding: 'utf8' });
  const scripts = names.filter((name) => name.endsWith('.js') && name !== 'cli.js');
  assert.ok(scripts.length > 3);
  for (const name of scripts) {
    assert.doesNotMatch(readFileSync(path.join(dist, name), 'utf8'), /(from|import)\s*\(?\s*["']node:/, name);
  }
});

test('the licences of what was bundled travel along', { skip }, () => {
  const text = readFileSync(path.join(dist, 'THIRD-PARTY-LICENCES.txt'), 'utf8');
  for (const name of ['lit ', '@huggingface/jinja '])
    assert.ok(text.includes(`\n${name}`) || text.startsWith(name), name);
});
