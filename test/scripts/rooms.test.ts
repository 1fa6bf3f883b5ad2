/** The rule that keeps the rooms apart: each kind of violation is planted in every room and must be caught. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ESLint, Linter } from 'eslint';
import ts from 'typescript';
import { parser } from 'typescript-eslint';
import { listFiles } from '../../scripts/lib/files.mjs';
import { EXCEPTIONS, importFault, ROOMS, roomRules, STRANGERS } from '../../scripts/lib/rooms.mjs';
import { ROOT } from '../../scripts/lib/run.mjs';

/** Every way in which one module names another. */
const KINDS: Record<string, (address: string) => string> = {
  import: (address) => `import { x } from '${address}'; x();`,
  'import for its effects': (address) => `import '${address}';`,
  'import type': (address) => `import type { X } from '${address}'; export const x: X = 1;`,
  'import namespace': (address) => `import * as x from '${address}'; x.y();`,
  'import()': (address) => `export const x = async () => (await import('${address}')).x;`,
  'import() in backquotes': (address) => `export const x = import(\`${address}\`);`,
  'typeof import()': (address) => `export type X = typeof import('${address}');`,
  'type of import()': (address) => `export function x(y: import('${address}').Y) { return y; }`,
  'export … from': (address) => `export { x } from '${address}';`,
  'export type … from': (address) => `export type { X } from '${address}';`,
  'export * from': (address) => `export * from '${address}';`,
  'export * as … from': (address) => `export * as x from '${address}';`,
  'import = require': (address) => `import x = require('${address}'); x();`,
  require: (address) => `export const x = require('${address}');`,
};

/** Of a calculated configuration: each rule with its severity first. */
type Rules = Readonly<Record<string, readonly [number, ...unknown[]] | undefined>>;

const linter = new Linter({ cwd: ROOT });
const config = [
  // Suppressions count for nothing here.
  { files: ['**/*.ts'], languageOptions: { parser }, linterOptions: { noInlineConfig: true } },
  ...roomRules(),
] as Linter.Config[];

test('an import to the right is caught in every room and in every form', () => {
  for (const [index, room] of ROOMS.entries()) {
    const others = ROOMS.filter((other) => other !== room);
    expectCaught(
      `src/${room}/x.ts`,
      others.map((other) => `../${other}/y.js`),
      others.map((other) => closed(room, other)),
    );
    const next = ROOMS[index + 1];
    if (next !== undefined) expectCaught(`src/${room}/in/x.ts`, [`../../${next}/in/y.js`], [true]);
  }
});

test('the page and the command line are closed to each other, the floor is open to all', () => {
  assert.notEqual(importFault('src/cli/x.ts', '../element/y.js'), null);
  assert.notEqual(importFault('src/element/x.ts', '../cli/y.js'), null);
  for (const room of ROOMS.slice(1)) {
    assert.equal(importFault(`src/${room}/x.ts`, '../shared/y.js'), null);
    assert.notEqual(importFault('src/shared/x.ts', `../${room}/y.js`), null);
  }
});

test('what no room may import is caught in every room and in every form', () => {
  const addresses = [
    '../index.js',
    '../../demo/y.js',
    '../../kernels/crates/kernels/y.js',
    '/y.js',
    'https://example.org/y.js',
    'data:text/javascript,0',
    'esp32-llm-converter/pipeline',
    '../loft/y.js',
  ];
  for (const room of ROOMS) {
    expectCaught(
      `src/${room}/x.ts`,
      addresses,
      addresses.map(() => true),
    );
  }
});

test('Node is for the command line alone', () => {
  const addresses = ['node:fs', 'fs', 'node:fs/promises'];
  for (const room of ROOMS) {
    expectCaught(
      `src/${room}/x.ts`,
      addresses,
      addresses.map(() => room !== 'cli'),
    );
  }
});

test('the page is for the element alone', () => {
  for (const room of ROOMS) {
    for (const text of [`document.title = '';`, `globalThis.document.title = '';`]) {
      const expected = room === 'element' ? [] : ['no-restricted-globals'];
      assert.deepEqual(caught(`src/${room}/x.ts`, text), expected, room);
    }
  }
});

test('an address that is computed is caught, a folder outside the order too', () => {
  for (const room of ROOMS) {
    for (const text of [
      'import(where)',
      'import(`../${where}.js`)',
      `import('../' + where)`,
      'require(where)',
    ]) {
      assert.deepEqual(caught(`src/${room}/x.ts`, text), ['rooms/order'], `${room}: ${text}`);
    }
  }
  assert.deepEqual(caught('src/loft/x.ts', `import '../shared/y.js';`), ['rooms/order']);
});

test('a room imports itself, packages and what is compiled; the entry imports every room', () => {
  for (const room of ROOMS) {
    for (const address of ['./y.js', './in/y.js', 'lit', '../../kernels/prebuilt/kernels.js']) {
      assert.deepEqual(caught(`src/${room}/x.ts`, `import '${address}';`), [], `${room} → ${address}`);
    }
    assert.deepEqual(caught('src/index.ts', `export * from './${room}/y.js';`), []);
  }
});

test('the tree keeps the order, and every folder of src/ has its place in it', async () => {
  const files = await listFiles(ROOT, (name) => name.startsWith('src/'));
  assert.ok(files.length > 200);
  assert.deepEqual(
    files.filter((file) => !file.endsWith('.ts')),
    [],
    'the rule reads .ts alone',
  );
  for (const file of files) {
    const folders = file.split('/').slice(1, -1);
    assert.ok(folders.length === 0 || ROOMS.includes(folders[0] ?? ''), `${file} is in no room`);
  }
  // By the compiler's own scanner, so that neither a suppression nor a gap of the rule hides anything.
  const found: string[] = [];
  let imports = 0;
  for (const file of files) {
    const { importedFiles } = ts.preProcessFile(await readFile(path.join(ROOT, file), 'utf8'), true, true);
    imports += importedFiles.length;
    for (const { fileName } of importedFiles) {
      const fault = importFault(file, fileName);
      if (fault !== null) found.push(`${file} imports ${fileName}: ${fault}`);
    }
  }
  assert.ok(imports > 1000, `only ${imports} imports`);
  assert.deepEqual(found, []);
});

test('the linter holds all of src/ to the rule', async () => {
  const lint = new ESLint({ cwd: ROOT });
  for (const room of ROOMS) {
    const { rules } = (await lint.calculateConfigForFile(`src/${room}/in/x.ts`)) as { rules: Rules };
    assert.equal(rules['rooms/order']?.[0], 2, room);
    assert.equal(rules['no-restricted-globals']?.[0], room === 'element' ? undefined : 2, room);
  }
});

test('every exception is in use, and would be caught without its line', async () => {
  for (const exception of EXCEPTIONS) {
    const specifier = exception.imports.startsWith('src/')
      ? path.posix.relative(path.posix.dirname(exception.file), exception.imports)
      : exception.imports;
    const text = await readFile(path.join(ROOT, exception.file), 'utf8');
    assert.ok(text.includes(`'${specifier}'`), `${exception.file} no longer imports ${exception.imports}`);
    assert.equal(importFault(exception.file, specifier), null);
    assert.notEqual(importFault(exception.file, specifier, []), null);
  }
});

/** Whether `room` must not import `other`, said once more in other words than the rule's own. */
function closed(room: string, other: string): boolean {
  const beside = STRANGERS.some(([left, right]) => `${left}${right}${left}`.includes(`${room}${other}`));
  return beside || !ROOMS.slice(0, ROOMS.indexOf(room)).includes(other);
}

/** Writes an import of every kind of each address, one a line, and demands that these lines are caught, or none. */
function expectCaught(filename: string, addresses: readonly string[], refused: readonly boolean[]): void {
  const lines = addresses.flatMap((address, index) =>
    Object.entries(KINDS).map(([kind, write]) => ({
      text: write(address),
      what: `${filename}, ${kind}: ${address}`,
      refused: refused[index],
    })),
  );
  const faults = linter.verify(lines.map(({ text }) => text).join('\n'), config, { filename });
  assert.deepEqual(
    faults.filter((fault) => fault.ruleId !== 'rooms/order'),
    [],
  );
  const found = new Set(faults.map((fault) => fault.line));
  const wrong = lines.filter((line, index) => found.has(index + 1) !== line.refused);
  assert.deepEqual(
    wrong.map((line) => `${line.what} ${line.refused ? 'is not caught' : 'is refused'}`),
    [],
  );
}

function caught(filename: string, text: string): (string | null)[] {
  return linter.verify(text, config, { filename }).map((message) => message.ruleId ?? message.message);
}
