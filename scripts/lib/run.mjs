// Child processes for the scripts: output goes through, failures keep their exit code.
import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {string[]} args
 * @param {{cwd?: string, env?: Record<string, string | undefined>, quiet?: boolean, tee?: boolean}} [options]
 *   `quiet` only collects the output, `tee` collects and shows it; otherwise it is only shown
 * @returns {Promise<{code: number, output: string}>} code 127 when the program does not exist
 */
export function run(program, args, options = {}) {
  const collect = options.quiet === true || options.tee === true;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', collect ? 'pipe' : 'inherit', collect ? 'pipe' : 'inherit'],
      // npm and npx are batch files on Windows, which only a shell starts.
      shell: process.platform === 'win32' && /^(npm|npx)$/.test(program),
    });
    let output = '';
    const take = (stream) => (chunk) => {
      output += chunk;
      if (options.tee === true) stream.write(chunk);
    };
    child.stdout?.setEncoding('utf8').on('data', take(process.stdout));
    child.stderr?.setEncoding('utf8').on('data', take(process.stderr));
    child.on('error', (error) => resolve({ code: 127, output: output + error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * As {@link run}, but a failure is an exception that carries the collected output.
 * @returns {Promise<string>} the collected output
 */
export async function runOrThrow(program, args, options = {}) {
  const { code, output } = await run(program, args, options);
  if (code !== 0)
    throw new Error(`${program} ${args.join(' ')} failed with exit code ${code}\n${output}`.trim());
  return output;
}

/** More than any program prints that is run for its output. */
const MOST_OUTPUT_BYTES = 1 << 28;

/**
 * Runs a program to its end with its two streams apart.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{cwd?: string}} [options]
 * @returns {Promise<{code: number, output: string, errors: string}>}
 * @throws {Error} when it could not be started or was ended by a signal, and has no exit code
 */
export function runApart(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const settings = { cwd: options.cwd ?? ROOT, maxBuffer: MOST_OUTPUT_BYTES };
    execFile(program, args, settings, (error, output, errors) => {
      if (error === null) resolve({ code: 0, output, errors });
      else if (typeof error.code === 'number') resolve({ code: error.code, output, errors });
      else reject(error);
    });
  });
}

/** Whether a program is on the PATH and answers `--version`. */
export async function exists(program, args = ['--version']) {
  return (await run(program, args, { quiet: true })).code === 0;
}
