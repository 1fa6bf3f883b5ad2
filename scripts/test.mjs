// The whole test run, from a fresh clone with nothing but Node to one line of totals.
//
//   node scripts/test.mjs [--only check|build|node|native|browser|install]... [FILE...]
//
// FILEs narrow the Node, browser and install tests. Every step adds to the totals; a step that cannot run on this
// machine says why and counts as skipped. Each step says how long it took, the Node tests also which files took longest.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { listFiles } from './lib/files.mjs';
import { exists, ROOT, run } from './lib/run.mjs';
import { addTotals, emptyTotals, parseCargoTotals, parseTotals, totalsLine } from './lib/totals.mjs';

const STEPS = ['check', 'build', 'node', 'native', 'browser', 'install'];

/** Tests that install the package somewhere: apart, because they need the package registry and dist/, and the machine for themselves. */
const INSTALL = 'test/install/';

const { only, files } = parseArguments(process.argv.slice(2));
const scratch = mkdtempSync(path.join(os.tmpdir(), 'esp32-llm-test-'));
const totals = emptyTotals();

try {
  await ensureDependencies();
  for (const step of STEPS) {
    if (!only.includes(step)) continue;
    console.log(`\n== ${step}`);
    const begin = performance.now();
    addTotals(totals, await runStep(step));
    console.log(`== ${step} took ${Math.round((performance.now() - begin) / 1000)} s`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  totals.failed += 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`\n${totalsLine(totals)}`);
process.exitCode = totals.failed === 0 ? 0 : 1;

function runStep(step) {
  switch (step) {
    case 'check':
      return scripted('scripts/check.mjs', []);
    case 'build':
      return scripted('scripts/build.mjs', []);
    case 'node':
      return nodeTests((name) => !name.startsWith(INSTALL));
    case 'native':
      return nativeTests();
    case 'browser':
      return browserTests();
    case 'install':
      return nodeTests((name) => name.startsWith(INSTALL));
    default:
      throw new Error(`unknown step ${step}`);
  }
}

/** A script that ends with a totals line of its own, or counts as one test by its exit code. */
async function scripted(script, args) {
  const { code, output } = await run(process.execPath, [script, ...args], { tee: true });
  const counted = parseTotals(output);
  if (counted === null) return { ...emptyTotals(), passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
  return believeExitCode(counted, code);
}

/** @param {(name: string) => boolean} isOfStep */
async function nodeTests(isOfStep) {
  const found = (await chosen('.test.ts')).filter(isOfStep);
  if (found.length === 0) return emptyTotals();
  const file = path.join(scratch, 'node.json');
  const { code } = await run(process.execPath, [
    '--enable-source-maps',
    '--import',
    './scripts/lib/ts-register.mjs',
    '--test',
    // Left to itself the runner leaves one core out, which of two is half.
    `--test-concurrency=${os.availableParallelism()}`,
    // What hangs fails by its name, instead of holding up the run for ever. The slowest file takes half a minute.
    '--test-timeout=600000',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/lib/count-reporter.mjs',
    `--test-reporter-destination=${file}`,
    '--test-reporter=./scripts/lib/slowest-reporter.mjs',
    '--test-reporter-destination=stdout',
    ...found,
  ]);
  return believeExitCode(readTotals(file), code);
}

async function browserTests() {
  const found = await chosen('.browser.ts');
  if (found.length === 0) return emptyTotals();
  const { ensureChrome } = await import('./lib/chrome.mjs');
  await ensureChrome();
  const file = path.join(scratch, 'browser.json');
  const runner = path.join(ROOT, 'node_modules/@web/test-runner/dist/bin.js');
  const { code } = await run(process.execPath, [runner, '--config', 'web-test-runner.config.mjs'], {
    env: { TEST_TOTALS_FILE: file, BROWSER_TESTS: found.join('\n') },
  });
  return believeExitCode(readTotals(file), code);
}

async function nativeTests() {
  const sum = emptyTotals();
  for (const crate of await listFiles(
    ROOT,
    (name) => name === 'kernels/Cargo.toml' || name === 'emulator/Cargo.toml',
  )) {
    if (!(await exists('cargo'))) {
      console.log('Skipped: the Rust tests need cargo (https://rustup.rs, or Debian’s cargo).');
      sum.skipped += 1;
      continue;
    }
    const args = ['test', '--release', '--locked', '--quiet', '--workspace', '--manifest-path', crate];
    const { code, output } = await run('cargo', args, { tee: true });
    addTotals(sum, believeExitCode(parseCargoTotals(output), code));
  }
  for (const makefile of await listFiles(ROOT, (name) => name === 'device-runtime/Makefile')) {
    if (!(await exists('make')) || !(await exists(process.env.CC ?? 'cc'))) {
      console.log('Skipped: the C tests need a C compiler and make (Debian: apt-get install gcc make).');
      sum.skipped += 1;
      continue;
    }
    const args = ['--no-print-directory', '-C', path.dirname(makefile), 'test'];
    const { code, output } = await run('make', args, { tee: true });
    addTotals(sum, believeExitCode(parseTotals(output) ?? emptyTotals(), code));
  }
  return sum;
}

/** The test files of one kind: those named on the command line, or all. */
async function chosen(suffix) {
  const all = await listFiles(ROOT, (name) => name.startsWith('test/') && name.endsWith(suffix));
  if (files.length === 0) return all;
  return all.filter((name) => files.some((wanted) => name === wanted || name.startsWith(`${wanted}/`)));
}

function readTotals(file) {
  try {
    return { ...emptyTotals(), ...JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    // The runner died before its report: the exit code is all there is.
    return emptyTotals();
  }
}

/** A run that failed without a failed test (a crash, no report) is one failure. */
function believeExitCode(counted, code) {
  if (code !== 0 && counted.failed === 0) return { ...counted, failed: 1 };
  if (code === 0 && counted.passed + counted.failed + counted.skipped === 0) return { ...counted, failed: 1 };
  return counted;
}

function parseArguments(args) {
  const wanted = { only: [], files: [] };
  for (let i = 0; i < args.length; i += 1) {
    if (args[i] === '--only') {
      i += 1;
      if (!STEPS.includes(args[i])) usage(`--only takes one of ${STEPS.join(', ')}`);
      wanted.only.push(args[i]);
    } else if (args[i].startsWith('-')) {
      usage(`unknown option ${args[i]}`);
    } else {
      wanted.files.push(path.relative(ROOT, path.resolve(args[i])).split(path.sep).join('/'));
    }
  }
  if (wanted.only.length === 0)
    wanted.only = wanted.files.length === 0 ? STEPS : ['node', 'browser', 'install'];
  return wanted;
}

function usage(problem) {
  console.error(`${problem}\nusage: node scripts/test.mjs [--only ${STEPS.join('|')}]... [FILE...]`);
  process.exit(2);
}
