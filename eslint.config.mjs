// What the linter insists on beyond the compiler: typed promises, no default exports, accessible templates,
// and that every room imports only rooms to its left.
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import lit from 'eslint-plugin-lit';
import wc from 'eslint-plugin-wc';
import litA11y from 'eslint-plugin-lit-a11y';
import { roomRules } from './scripts/lib/rooms.mjs';

export default tseslint.config(
  { ignores: ['dist/', 'build/', '**/target/', '**/pkg/', '**/prebuilt/', 'models/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: nodeGlobals() },
  },
  {
    // Scripts of the demo pages: what a page's globals are is not known here.
    files: ['**/*.js'],
    rules: { 'no-undef': 'off' },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Numbers in messages are what most messages here are about.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // An interface may promise a promise that one implementation has no need to wait for.
      '@typescript-eslint/require-await': 'off',
      // Names out of hostile files are checked for control characters.
      'no-control-regex': 'off',
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: a name is found by search.' },
      ],
    },
  },
  {
    files: ['src/element/**/*.ts'],
    plugins: { lit, wc, 'lit-a11y': litA11y },
    rules: {
      ...lit.configs['flat/recommended'].rules,
      ...wc.configs['flat/recommended'].rules,
      ...litA11y.configs.recommended.rules,
    },
  },
  ...roomRules(),
  {
    // Commands write through streams that show what a terminal would obey.
    files: ['src/cli/**/*.ts'],
    ignores: ['src/cli/supervisor.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'stdout' },
        { object: 'process', property: 'stderr' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // node:test returns promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [nodeTest()] }],
      // chai's `expect(x).to.be.true` is a property.
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['test/**/*.browser.ts'],
    // The accessibility plugin types every chai assertion as a promise, also those that are none.
    rules: { '@typescript-eslint/no-floating-promises': 'off' },
  },
);

function nodeTest() {
  const name = ['test', 'it', 'describe', 'suite', 'before', 'after', 'beforeEach', 'afterEach'];
  return { from: 'package', package: 'node:test', name };
}

/** Names that Node gives every module, without a package only for that list. */
function nodeGlobals() {
  const names = [
    'process',
    'console',
    'URL',
    'Buffer',
    'setTimeout',
    'clearTimeout',
    'WebAssembly',
    'performance',
    'structuredClone',
  ];
  return Object.fromEntries(
    [...names, 'fetch', 'TextDecoder', 'TextEncoder'].map((name) => [name, 'readonly']),
  );
}
