// What goes with a model for TensorFlow Lite Micro: the engine's tokenizer and sampler as they are, and device-runtime/tflm.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from './files.mjs';
import { ROOT } from './run.mjs';

/** Of the engine: what turns text into tokens and back, what picks tokens, and the headers that these name. */
const ENGINE =
  /^device-runtime\/engine\/(tokenizer\w*|unicode\w*|chat|float64|sampler|bytes|numerics|kernels|grammar|s3lm(_format|_generation|_status)?)\.[ch]$/;

/** Sources of the engine that the folder has something else for. */
const LEFT_OUT = /\/grammar\.c$/;

const OWN = /^device-runtime\/tflm\/\w+\.(c|h|cpp)$/;

/**
 * Texts by their names.
 * @returns {Promise<Record<string, string>>}
 */
export async function tflmSources() {
  const names = await listFiles(
    ROOT,
    (name) => (ENGINE.test(name) && !LEFT_OUT.test(name)) || OWN.test(name),
  );
  const texts = await Promise.all(names.sort().map((name) => readFile(path.join(ROOT, name), 'utf8')));
  const sources = names.map((name, i) => [path.basename(name), texts[i]]);
  return Object.fromEntries([...sources, ['LICENSE', await readFile(path.join(ROOT, 'LICENSE'), 'utf8')]]);
}
