/** `kit`: a model folder becomes a folder for a class. */
import { basename, join } from 'node:path';
import { readFirmware, type Firmware } from '../image/firmware.js';
import { planFlashImage, refuseUnbootable } from '../image/flash-image.js';
import { COURSE_PAGE } from '../kit/course.js';
import { makeKit, refuseLongFirmware, type GivenFile, type KitFile } from '../kit/kit.js';
import { openInput } from '../input/open-input.js';
import { readModelFiles } from '../kit/model-files.js';
import { readSlotTexts } from '../kit/slot-texts.js';
import type { Chip } from '../chips/chip.js';
import { readOwnSections } from '../pipeline/own-sections.js';
import { convert } from '../pipeline/convert.js';
import { makeImage } from '../pipeline/image.js';
import { findBoard } from '../plan/boards.js';
import { EFFORT_THREADS } from '../quantize/effort.js';
import { readChoices, writeChoices } from '../plan/scheme-text.js';
import { UsageError } from '../shared/errors.js';
import { fileName } from '../shared/file-name.js';
import { showableLine } from '../shared/safe-text.js';
import { toned, type Line } from '../shared/toned-text.js';
import { LANGUAGES, findLanguage, type Language } from '../shared/languages.js';
import type { ModelFolder } from '../source/byte-source.js';
import { KeptFolder } from '../source/kept-folder.js';
import { nodeFile } from '../source/node-folder.js';
import { openModelFolder } from './model-folder.js';
import { classAddress } from './class-address.js';
import { nextLines } from './next-steps.js';
import { shellWord } from './program-name.js';
import type { KitCommandRequest } from './requests.js';
import { KitFolder } from './kit-folder.js';
import { isWithin, placeOf } from './refuse-clashes.js';
import { loadBundle, loadCourse, loadFirmware, loadRuntime } from './runtime-files.js';
import { findTarget } from './target.js';
import { readText } from './text-file.js';
import { startTuner, type TunerThreads } from './tuner-threads.js';
import { formatBytes } from '../shared/format.js';
import { ProgressLine, type Terminal } from './terminal.js';

/** Runs the command. @throws what the pipeline throws; FitError when the model does not fit the board */
export async function kitCommand(request: KitCommandRequest, terminal: Terminal): Promise<void> {
  await findTarget(request.folder);
  if (isWithin(await placeOf(request.output), await placeOf(request.folder))) {
    throw new UsageError(`${request.output} lies in the model's own folder. Name another one for the kit.`);
  }
  const output = await KitFolder.create(request.output);
  let files: KitFile[];
  try {
    files = await makeFiles(request, terminal);
    await output.write(files, terminal.signal);
  } catch (error) {
    await output.discard();
    throw error;
  }
  terminal.stdout.writeLines(writtenLines(request, files));
}

/** What was written, what of it to open, and what to do with it. */
function writtenLines({ output, url }: KitCommandRequest, files: readonly KitFile[]): Line[] {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const open = (name: string): string => join(output, name);
  const pages = [
    ['index.html', 'the class page: opens from here, from a stick or from any static server'],
    ['lesson.html', 'for you: plan with minutes, what to prepare, answers'],
    ['worksheet.html', 'to print for each pair'],
    ['help.html', 'to print for each pair'],
    ...(files.some(({ path }) => path === COURSE_PAGE)
      ? ([[COURSE_PAGE, 'five lessons about this model; course-teacher.html has their answers']] as const)
      : []),
  ] as const;
  const width = Math.max(...pages.map(([name]) => open(name).length));
  return [
    [toned('title', `Wrote ${output}`), ` (${files.length} files, ${formatBytes(total)}):`],
    ...pages.map(([name, text]): Line => ['  ', toned('command', open(name).padEnd(width + 2)), text]),
    ...nextLines([
      ['look at it', `python3 -m http.server 8000 --directory ${shellWord(output)}`],
      ['open', 'http://localhost:8000/'],
      ...(url === undefined
        ? []
        : [['for the class', `copy the folder to where ${url} is served from`] as const]),
    ]),
  ];
}

async function makeFiles(request: KitCommandRequest, terminal: Terminal): Promise<KitFile[]> {
  const board = findBoard(request.board);
  const choices = readChoices(request.scheme, '--scheme');
  const language = wantedLanguage(request.language);
  const address = request.url === undefined ? null : await classAddress(request.url);
  const texts =
    request.texts === undefined ? new Map() : readSlotTexts(await readText(request.texts), request.texts);
  const { firmware, own } = await givenFirmware(request.firmware, board.chip, terminal.signal);
  // What cannot be started is found out before the work.
  refuseUnbootable(await planFlashImage(firmware, board, 0));
  const [runtime, script, course] = await Promise.all([loadRuntime(), loadBundle(), loadCourse(language)]);
  const progress = new ProgressLine(terminal.stderr);
  const folder = await openModelFolder(request.folder, terminal.signal);
  let threads: TunerThreads | null = null;
  try {
    const workers = EFFORT_THREADS[request.effort];
    if (workers > 0) threads = await startTuner(workers);
    const input = await openInput(folder, terminal.signal);
    const modelFiles = await readModelFiles(folder, await input.files(terminal.signal), terminal.signal);
    const name = showableLine(request.name ?? folder.name);
    // Under the name of the folder in the kit, as the page will: then both give the same image. From the files that the
    // kit carries: then it carries what was converted.
    const named: ModelFolder = {
      name: fileName(name),
      names: folder.names,
      open: (file, signal) => folder.open(file, signal),
    };
    const kept = new KeptFolder(named, modelFiles);
    const { package: bytes, plan } = await convert(
      kept,
      {
        board,
        ...choices,
        context: request.context,
        mustFit: true,
        report: false,
        effort: request.effort,
        own: await readOwnSections(kept, terminal.signal),
      },
      threads === null ? runtime : { ...runtime, tuner: threads.tuner },
      { onProgress: progress.show, signal: terminal.signal },
    );
    if (bytes === null) throw new Error('The conversion gave no package.');
    return await makeKit({
      name,
      board,
      memories: plan.memories,
      scheme: writeChoices(choices),
      effort: request.effort,
      context: request.context ?? null,
      prompts: request.prompts,
      view: request.view,
      address,
      texts,
      language,
      modelFiles,
      firmware: own,
      image: (await makeImage(bytes, { board, firmware })).pieces(),
      package: bytes,
      script,
      course,
    });
  } finally {
    progress.finish();
    await folder.close();
    await threads?.end();
  }
}

/** @throws UsageError for a language without a dictionary */
function wantedLanguage(tag: string): Language {
  const language = findLanguage(tag);
  if (language === 'en' && !/^en\b/i.test(tag)) {
    throw new UsageError(`--lang is one of ${LANGUAGES.join(', ')}, not "${tag}".`);
  }
  return language;
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
