// The native builds that the generation benchmark needs: the engine as a program, and the measure of the memory.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../scripts/lib/run.mjs';
import { cacheFolder } from './synthetic-model.mjs';

/** Runs per measurement at most; tiny models are done with one in milliseconds. */
const MOST_RUNS = 40;
const LEAST_SECONDS = 0.4;

/** The builds to compare: compiler flags beside those of the Makefile's own, `null` for its own. */
const BUILDS = [
  { name: 'native', flags: null },
  ...(process.arch === 'x64' ? [{ name: 'sse4.1', flags: '-O3 -msse4.1' }] : []),
];

/**
 * Builds the engine for this machine, once with all of its vector instructions and once with 128-bit ones.
 * @returns {{name: string, program: string}[]} empty when there is no compiler
 */
export function buildHosts() {
  const folder = path.join(ROOT, 'device-runtime/host');
  return BUILDS.flatMap(({ name, flags }) => {
    const out = path.join(cacheFolder(), `host-${name}`);
    const args = ['-C', folder, `OUT=${out}`, ...(flags === null ? [] : [`CFLAGS=${flags}`]), 's3lm-host'];
    const { status, stderr } = spawnSync('make', args, { encoding: 'utf8' });
    if (status !== 0) {
      console.log(
        `The host build (${name}) failed and is left out: ${(stderr ?? 'no make').trim().split('\n').at(-1)}`,
      );
      return [];
    }
    return [{ name, program: path.join(out, 's3lm-host') }];
  });
}

/**
 * Tokens per second of greedy generations, as the program reports them.
 * @param {'simd' | 'scalar'} kernels
 * @returns {{tokensPerSecond: number, tokens: number, kernels: string}}
 */
export function measureHost(program, packageFile, kernels, first, tokens) {
  let seconds = 0;
  let made = 0;
  let name = kernels;
  for (let run = 0; run < MOST_RUNS && seconds < LEAST_SECONDS; run += 1) {
    const args = [
      '--ids',
      String(first),
      '--tokens',
      String(tokens),
      '--temperature',
      '0',
      '--kernels',
      kernels,
      '--json',
    ];
    const { status, stdout, stderr } = spawnSync(program, [packageFile, ...args], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} failed:\n${stderr.slice(-2000)}`);
    const answer = JSON.parse(stdout);
    if (answer.ids.length !== tokens)
      throw new Error(`the host made ${answer.ids.length} of ${tokens} tokens`);
    // Its rate counts the first token, which comes out of the prompt before the clock starts.
    seconds += tokens / answer.tokensPerSecond;
    made += tokens - 1;
    name = answer.kernels;
  }
  return { tokensPerSecond: made / seconds, tokens: made, kernels: name };
}

/** Builds the program that reads memory; `null` without a compiler. */
export function buildBandwidth() {
  mkdirSync(cacheFolder(), { recursive: true });
  const program = path.join(cacheFolder(), 'bandwidth');
  const source = path.join(ROOT, 'bench/lib/bandwidth.c');
  for (const flag of ['-march=native', '-mcpu=native']) {
    const { status } = spawnSync(process.env.CC ?? 'cc', ['-O3', flag, source, '-o', program], {
      stdio: 'ignore',
    });
    if (status === 0) return program;
  }
  return null;
}

/** Bytes per second at which one core reads a buffer of `bytes` over and over. */
export function measureBandwidth(program, bytes) {
  const { status, stdout, stderr } = spawnSync(program, [String(Math.ceil(bytes))], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout.split(' ')[0]);
}
