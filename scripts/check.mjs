// Formats and lints everything: TypeScript and scripts, Rust, C. `--fix` writes what can be written.
//
// Every part is one test in the totals line; a part whose tool is not on the machine says so and is skipped.
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { listFiles } from './lib/files.mjs';
import { exists, ROOT, run } from './lib/run.mjs';
import { hasToolchain, PACKAGES } from './lib/toolchain.mjs';
import { emptyTotals, totalsLine } from './lib/totals.mjs';

/** Other versions break lines elsewhere, so only this one may judge. */
const CLANG_FORMAT = 'clang-format-22';

/** What a script wrote, in the layout that the script chose. */
const GENERATED = /(_tables|\/(s3lm|actions|grammar)_format|\/console_protocol)\.[ch]$/;

const fix = process.argv.includes('--fix');
const totals = emptyTotals();

await ensureDependencies();
await part(
  'prettier',
  nodeTool('prettier/bin/prettier.cjs', ['--log-level=warn', fix ? '--write' : '--check', '.']),
);
await part('eslint', nodeTool('eslint/bin/eslint.js', ['--max-warnings=0', ...(fix ? ['--fix'] : []), '.']));
await part('tsc', nodeTool('typescript/bin/tsc', ['-p', 'tsconfig.json']));
await generated('custom-elements.json', 'scripts/manifest.mjs');
await generated('schema', 'scripts/schema.mjs');
if (await hasToolchain('xtensa'))
  await generated('the component’s vector loops', 'scripts/vector-kernels.mjs');
else skip('the component’s vector loops', `no compilers (${PACKAGES.xtensa.join(' ')})`);
await rust();
await c();
console.log(totalsLine(totals));
process.exitCode = totals.failed === 0 ? 0 : 1;

async function part(name, work) {
  const code = await work();
  totals[code === 0 ? 'passed' : 'failed'] += 1;
  console.log(`${code === 0 ? 'ok     ' : 'FAILED '} ${name}`);
}

function skip(name, why) {
  totals.skipped += 1;
  console.log(`skipped ${name}: ${why}`);
}

function nodeTool(program, args) {
  return async () => (await run(process.execPath, [path.join(ROOT, 'node_modules', program), ...args])).code;
}

/** Files that a script of this project writes; it looks instead with `--check`. */
async function generated(name, program) {
  const script = path.join(ROOT, program);
  await part(name, async () => {
    return (await run(process.execPath, [script, ...(fix ? [] : ['--check'])])).code;
  });
}

async function rust() {
  const crates = await listFiles(ROOT, (name) => /^(kernels|scripts\/bindgen)\/Cargo\.toml$/.test(name));
  if (!(await exists('cargo', ['fmt', '--version']))) {
    skip('cargo fmt', 'no rustfmt (rustup component add rustfmt)');
  } else {
    for (const crate of crates) {
      const args = ['fmt', '--all', '--manifest-path', crate, ...(fix ? [] : ['--check'])];
      await part(`cargo fmt ${crate}`, async () => (await run('cargo', args)).code);
    }
  }
  if (!(await exists('cargo', ['clippy', '--version']))) {
    skip('cargo clippy', 'no clippy (rustup component add clippy)');
  } else {
    for (const crate of crates.filter((name) => name.startsWith('kernels/'))) {
      const args = [
        'clippy',
        '--quiet',
        '--locked',
        '--workspace',
        '--all-targets',
        '--manifest-path',
        crate,
      ];
      await part(`cargo clippy ${crate}`, async () => (await run('cargo', args)).code);
    }
  }
}

async function c() {
  const sources = await listFiles(
    ROOT,
    (name) => name.startsWith('device-runtime/') && /\.[ch]$/.test(name) && !GENERATED.test(name),
  );
  if (sources.length === 0) return;
  if (!(await exists(CLANG_FORMAT))) {
    skip('clang-format', `no ${CLANG_FORMAT} (Debian: apt-get install ${CLANG_FORMAT})`);
    return;
  }
  await part('clang-format', async () => {
    if (fix) return (await run(CLANG_FORMAT, ['-i', ...sources])).code;
    const { code, output } = await run(CLANG_FORMAT, ['--dry-run', '--Werror', ...sources], { quiet: true });
    const files = new Set([...output.matchAll(/^([^:\n]+):\d+:\d+: error/gm)].map((match) => match[1]));
    for (const file of files) console.log(`[warn] ${file}`);
    return code;
  });
}
