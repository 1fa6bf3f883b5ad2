/** `kit`: a model folder becomes a folder for a class. */
import { mkdir, readFile, readdir, realpath, rmdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { readFirmware, type Firmware } from '../image/firmware.js';
import { planFlashImage, refuseUnbootable } from '../image/flash-image.js';
import {
  PRESET,
  listedFiles,
  makeKit,
  refuseLongFirmware,
  type GivenFile,
  type KitFile,
} from '../kit/kit.js';
import { openInput } from '../input/open-input.js';
import { readModelFiles } from '../kit/model-files.js';
import type { Chip } from '../chips/chip.js';
import { convert } from '../pipeline/convert.js';
import { makeImage } from '../pipeline/image.js';
import { findBoard } from '../plan/boards.js';
import { readScheme, writeScheme } from '../plan/scheme-text.js';
import { TransportError, UsageError } from '../shared/errors.js';
import { fileName } from '../shared/file-name.js';
import { LANGUAGES, findLanguage } from '../shared/languages.js';
import type { ModelFolder } from '../source/byte-source.js';
import { KeptFolder } from '../source/kept-folder.js';
import { nodeFile, nodeFolder } from '../source/node-folder.js';
import type { KitCommandRequest } from './requests.js';
import { FileSink } from './file-sink.js';
import { loadBundle, loadFirmware, loadRuntime } from './runtime-files.js';
import { findTarget } from './target.js';
import { ProgressLine, formatBytes, type Terminal } from './terminal.js';

/** A file that every kit has and hardly anything else. */
const MARK = 'kit.js';

/** Runs the command. @throws what the pipeline throws; FitError when the model does not fit the board */
export async function kitCommand(request: KitCommandRequest, terminal: Terminal): Promise<void> {
  await findTarget(request.folder);
  await refuseOccupied(request);
  const board = findBoard(request.board);
  const scheme = readScheme(request.scheme, '--scheme');
  const language = wantedLanguage(request.language);
  const { firmware, own } = await givenFirmware(request.firmware, board.chip, terminal.signal);
  // What cannot be started is found out before the work.
  refuseUnbootable(await planFlashImage(firmware, board, 0));
  const [runtime, script] = await Promise.all([loadRuntime(), loadBundle()]);
  const progress = new ProgressLine(terminal.stderr);
  const folder = await nodeFolder(request.folder);
  let files: KitFile[];
  try {
    const input = await openInput(folder, terminal.signal);
    const modelFiles = await readModelFiles(folder, await input.files(terminal.signal), terminal.signal);
    const name = request.name ?? folder.name;
    // Under the name of the folder in the kit, as the page will: then both give the same image. From the files that the
    // kit carries: then it carries what was converted.
    const named: ModelFolder = {
      name: fileName(name),
      names: folder.names,
      open: (file, signal) => folder.open(file, signal),
    };
    const { package: bytes } = await convert(
      new KeptFolder(named, modelFiles),
      { board, scheme, context: request.context, mustFit: true, report: false },
      runtime,
      { onProgress: progress.show, signal: terminal.signal },
    );
    if (bytes === null) throw new Error('The conversion gave no package.');
    files = await makeKit({
      name,
      board,
      scheme: writeScheme(scheme),
      context: request.context ?? null,
      prompt: request.prompt ?? null,
      language,
      modelFiles,
      firmware: own,
      image: (await makeImage(bytes, { board, firmware })).pieces(),
      package: bytes,
      script,
    });
  } finally {
    progress.finish();
    await folder.close();
  }
  // What an earlier kit has beside these goes last: where the disk ends before, that kit's list still names all there is.
  const earlier = await listedIn(request.output);
  for (const file of files) await write(join(request.output, file.path), file.pieces());
  await removeEarlier(request.output, earlier, new Set(files.map(({ path }) => path)));
  const total = files.reduce((sum, file) => sum + file.size, 0);
  terminal.stdout.write(
    `Wrote ${request.output} (${files.length} files, ${formatBytes(total)}). README.txt says how to use it.\n`,
  );
}

/** A folder with other things in it, or the model itself, is not written into. */
async function refuseOccupied({ folder, output }: KitCommandRequest): Promise<void> {
  const within = relative(resolve(folder), resolve(output));
  if (!isAbsolute(within) && within.split(sep)[0] !== '..') {
    throw new UsageError(`${output} lies in the model's own folder. Name another one for the kit.`);
  }
  const present = await readdir(output).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new UsageError(`${output} is not a folder that can be written into. Name another one.`);
  });
  if (present.length > 0 && !present.includes(MARK)) {
    throw new UsageError(`${output} has other files in it. Name a new folder for the kit.`);
  }
  // Found out before the work: the folder is made, and something can be put into it.
  const isNew = (await stat(output).catch(() => null)) === null;
  await makeFolder(output);
  const trial = new FileSink(join(output, MARK));
  await trial.open();
  await trial.discard();
  if (isNew) await rmdir(output).catch(() => undefined);
}

/** @throws UsageError for a language without a dictionary */
function wantedLanguage(tag: string): string {
  const language = findLanguage(tag);
  if (language === 'en' && !/^en\b/i.test(tag)) {
    throw new UsageError(`--lang is one of ${LANGUAGES.join(', ')}, not "${tag}".`);
  }
  return language;
}

/** What the kit in a folder is made of; nothing where there is none. */
async function listedIn(output: string): Promise<readonly string[]> {
  return listedFiles(await readFile(join(output, PRESET), 'utf8').catch(() => ''));
}

/**
 * Takes away what an earlier kit wrote into the folder and this one does not, and the folders that are empty then: a class
 * would find the image of another model. Everything else stays.
 */
async function removeEarlier(
  output: string,
  earlier: readonly string[],
  kept: ReadonlySet<string>,
): Promise<void> {
  const root = await realpath(output).catch(() => null);
  for (const path of earlier) {
    if (kept.has(path)) continue;
    const folder = dirname(join(output, path));
    // A folder in the kit may be a link that leads out of it.
    const real = await realpath(folder).catch(() => null);
    if (root === null || real !== join(root, dirname(path))) continue;
    await unlink(join(output, path)).catch(() => undefined);
    if (real !== root) await rmdir(folder).catch(() => undefined);
  }
}

/** @returns what images are made with, and the file where it is somebody's own */
async function givenFirmware(
  path: string | undefined,
  chip: Chip,
  signal: AbortSignal,
): Promise<{ firmware: Firmware; own: GivenFile | null }> {
  if (path === undefined) return { firmware: await loadFirmware(chip), own: null };
  await findTarget(path);
  const file = await nodeFile(path);
  try {
    refuseLongFirmware(path, file.size);
    const firmware = await readFirmware(file, signal, chip);
    return { firmware, own: { path: basename(path), bytes: await file.read(0, file.size, signal) } };
  } finally {
    await file.close();
  }
}

async function write(path: string, pieces: Iterable<Uint8Array>): Promise<void> {
  await makeFolder(dirname(path));
  const file = new FileSink(path);
  try {
    await file.begin(0);
    for (const piece of pieces) await file.append(piece);
    await file.close();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TransportError(`Cannot make ${path}: ${reason}. Name another folder.`, { cause });
  }
}
