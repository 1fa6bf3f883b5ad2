// The peer of the conversion: llama.cpp's quantizer, fed with a GGUF file of the same BF16 tensors.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { writeGguf } from './gguf-writer.mjs';

/** Raised when what is written changes, so that files of an older version are made anew. */
const VERSION = 2;

/** The program named by LLAMA_QUANTIZE, `null` when it is not set. @throws {Error} when it is not a program */
export function findQuantizer() {
  const program = process.env.LLAMA_QUANTIZE;
  if (!program) return null;
  const { error } = spawnSync(program, ['--help'], { stdio: 'ignore' });
  if (error) throw new Error(`LLAMA_QUANTIZE is ${program}, which cannot be started: ${error.message}`);
  return program;
}

/**
 * The GGUF file of a synthetic folder, made when it is not there yet.
 * @returns {string} its path
 */
export function ggufOf(folder) {
  const file = `${folder}-v${VERSION}.gguf`;
  if (!existsSync(file)) writeGguf(folder, file, 'stored');
  return file;
}

/**
 * One run of BF16 to Q8_0 with one thread.
 * @returns {{seconds: number, wallSeconds: number}} what the program says of itself, and from outside
 * @throws {Error} with its last output when it fails
 */
export function runQuantizer(program, input) {
  const output = path.join(path.dirname(input), 'peer-q8_0.gguf');
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(program, [input, output, 'Q8_0', '1'], { encoding: 'utf8' });
  const wallSeconds = (performance.now() - begin) / 1000;
  rmSync(output, { force: true });
  const text = `${stdout}${stderr}`;
  const match = /quantize time\s*=\s*([\d.]+) ms/.exec(text);
  if (status !== 0 || match === null) throw new Error(`${program} failed:\n${text.slice(-2000)}`);
  return { seconds: Number(match[1]) / 1000, wallSeconds };
}
