/** Files that would be written over what the work reads, or over one another: found out before the work. */
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../shared/errors.js';
import type { ConvertRequest } from './requests.js';

/** Names that say what is written. */
const OWN = /\.(bin|img|s3lm)$/i;
const PAGE = /\.html?$/i;

/** Names that promise something else, each of a kind that people have programs for. */
const OTHER =
  /\.(elf|uf2|hex|gguf|ggml|safetensors|onnx|tflite|pth?|ckpt|zip|gz|json|txt|md|csv|pdf|png|svg|js|mjs|py)$/i;

/** What an earlier conversion may have left in the model's folder; the rest there is the model. */
const WRITTEN = /(?:^|[\\/])(?!pytorch_model)[^\\/]*\.(?:bin|s3lm|html)$/i;

/**
 * Checks where `convert` writes.
 * @throws UsageError naming the file and what it would take the place of, or a name that says what is written
 */
export async function refuseClashes(request: ConvertRequest): Promise<void> {
  const { folder, output, html, parts, component } = request;
  const outputs = [output, html].filter((path) => path !== undefined);
  const places = await Promise.all(outputs.map(placeOf));
  if (places.length === 2 && places[0] === places[1])
    throw new UsageError(`${outputs[1]} would hold the report and the model. Name two files.`);
  const model = await placeOf(folder);
  const folders = new Map<string, string>();
  for (const [path, what] of [
    [parts, 'the parts'],
    [component, 'the component'],
  ] as const) {
    if (path === undefined) continue;
    const place = await placeOf(path);
    if (isWithin(place, model))
      throw new UsageError(`${path} lies in the model's own folder. Name another one for ${what}.`);
    if (folders.has(place))
      throw new UsageError(`${path} cannot hold the parts and the component. Name two folders.`);
    folders.set(place, what);
  }
  const read = [request.wire, request.grammar, request.calibrate, request.evaluate, request.firmware].filter(
    (path) => typeof path === 'string',
  );
  const inputs = new Map(await Promise.all(read.map(async (path) => [await placeOf(path), path] as const)));
  for (const [index, path] of outputs.entries()) {
    const place = places[index] as string;
    const input = inputs.get(place);
    if (input !== undefined)
      throw new UsageError(`${path} would take the place of ${input}. Name another file.`);
    if (isWithin(place, model) && !WRITTEN.test(place) && (await stat(place).catch(() => null)) !== null)
      throw new UsageError(`${path} would take the place of a file of the model. Name another one.`);
    const what = folders.get(dirname(place));
    if (what !== undefined)
      throw new UsageError(`${path} lies in the folder of ${what}. Name a file outside it.`);
  }
  if (output !== undefined && (OTHER.test(output) || PAGE.test(output))) {
    const better = output.replace(/\.\w+$/, '.bin');
    throw new UsageError(
      `convert writes images (.bin) and packages (.s3lm); give ${better} as the file's name.`,
    );
  }
  if (html !== undefined && (OTHER.test(html) || OWN.test(html)))
    throw new UsageError(`--html writes a page; give ${html.replace(/\.\w+$/, '.html')} as the file's name.`);
}

/** Where a path leads, whether something is there or not. */
export async function placeOf(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return await realpath(whole);
  } catch {
    const folder = dirname(whole);
    return folder === whole ? whole : join(await placeOf(folder), basename(whole));
  }
}

/** Whether a place is a folder or lies in it. */
export function isWithin(place: string, folder: string): boolean {
  const way = relative(folder, place);
  return way === '' || (way.split(sep)[0] !== '..' && resolve(way) !== way);
}
