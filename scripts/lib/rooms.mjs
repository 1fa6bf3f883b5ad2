// The order of the rooms under src/ and the lint rule that keeps it: a room imports only rooms to its left.
import { isBuiltin } from 'node:module';
import path from 'node:path';

/** Left to right, as the work flows: each room may import those before it. */
export const ROOMS = [
  'shared',
  'schema',
  'chips',
  'source',
  'checkpoint',
  'input',
  'model',
  'tokenizer',
  'edit',
  'plan',
  'quantize',
  'package',
  'tflite',
  'image',
  'device',
  'report',
  'kit',
  'pipeline',
  'worker',
  'element',
  'cli',
];

/** The two faces of the product stand beside each other: neither imports the other. */
export const STRANGERS = [['element', 'cli']];

/** The room that runs under Node; every other runs in the page too. */
const NODE_ROOM = 'cli';

/** The room that knows the page. */
const PAGE_ROOM = 'element';

/** Names of the page that only its own room may know. */
const PAGE_GLOBALS = [
  'window',
  'document',
  'customElements',
  'HTMLElement',
  'localStorage',
  'sessionStorage',
];

/** Imports that the rules below refuse and that stand all the same, each with its reason. */
export const EXCEPTIONS = [
  // A folder on the disk is a source like the others, for programs that run under Node.
  { file: 'src/source/node-folder.ts', imports: 'node:fs' },
  { file: 'src/source/node-folder.ts', imports: 'node:fs/promises' },
  { file: 'src/source/node-folder.ts', imports: 'node:path' },
];

/**
 * What is wrong with an import, or `null`.
 * @param {string} file path of the importing file from the root of the repository, with forward slashes
 * @param {string} specifier the address as written
 * @param {{file: string, imports: string}[]} [exceptions]
 * @returns {string | null}
 */
export function importFault(file, specifier, exceptions = EXCEPTIONS) {
  const target = targetOf(file, specifier);
  if (exceptions.some((exception) => exception.file === file && exception.imports === target)) return null;
  const room = roomOf(file);
  if (room !== null && !ROOMS.includes(room))
    return `src/${room} has no place in the order of rooms (scripts/lib/rooms.mjs).`;
  if (isBuiltin(target))
    return room === NODE_ROOM ? null : `Rooms run in the page too; Node belongs in src/${NODE_ROOM}.`;
  if (/^[a-z]+:/i.test(target))
    return 'Code comes from the repository and its packages, never from an address.';
  if (/^esp32-llm-converter(\/|$)/.test(target)) return 'The sources do not import their own built package.';
  if (!isPath(specifier)) return null;
  return pathFault(room, target);
}

/** @returns {string | null} */
function pathFault(room, target) {
  // What the Rust and C sources are compiled to, with its bindings, is the only neighbour of src/.
  if (!target.startsWith('src/'))
    return target.includes('/prebuilt/') ? null : `${target} lies outside src/, which stands on its own.`;
  const other = roomOf(target);
  if (other === room || room === null) return null;
  if (other === null) return `${target} hands out what the rooms give: no room imports it.`;
  if (!ROOMS.includes(other))
    return `src/${other} has no place in the order of rooms (scripts/lib/rooms.mjs).`;
  if (STRANGERS.some((pair) => pair.includes(room) && pair.includes(other)))
    return `src/${room} and src/${other} stand beside each other: what both need belongs to their left.`;
  if (ROOMS.indexOf(other) > ROOMS.indexOf(room))
    return `src/${room} stands to the left of src/${other}: hand the value over instead.`;
  return null;
}

/** The room of a path under src/; `null` for files that lie in src/ itself. */
function roomOf(file) {
  return /^src\/([^/]+)\//.exec(file)?.[1] ?? null;
}

function isPath(specifier) {
  return /^[./]/.test(specifier);
}

function targetOf(file, specifier) {
  const bare = specifier.replace(/[?#].*$/, '');
  return bare.startsWith('.') ? path.posix.join(path.posix.dirname(file), bare) : bare;
}

/** `import`, `import()`, `import type`, `typeof import()`, `export … from` and `require()`, wherever they stand. */
const order = {
  meta: { type: 'problem', schema: [], messages: { fault: '{{ fault }}' } },
  create(context) {
    const file = path.relative(context.cwd, context.filename).split(path.sep).join('/');
    const check = (node, source) => {
      const specifier = textOf(source);
      const fault =
        specifier === null
          ? 'An import whose address is computed cannot be checked: write the address out.'
          : importFault(file, specifier);
      if (fault !== null) context.report({ node, messageId: 'fault', data: { fault } });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => node.source && check(node, node.source),
      TSImportType: (node) => check(node, node.source),
      TSExternalModuleReference: (node) => check(node, node.expression),
      'CallExpression[callee.name="require"]': (node) => check(node, node.arguments[0]),
    };
  },
};

/** The text of a literal, also of one in backquotes; `null` for what is only known at run time. */
function textOf(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return null;
}

/** Lint configurations for all of src/. */
export function roomRules() {
  return [
    { files: ['src/**/*.ts'], plugins: { rooms: { rules: { order } } }, rules: { 'rooms/order': 'error' } },
    {
      files: ['src/**/*.ts'],
      ignores: [`src/${PAGE_ROOM}/**`],
      rules: { 'no-restricted-globals': ['error', { globals: PAGE_GLOBALS, checkGlobalObject: true }] },
    },
  ];
}
