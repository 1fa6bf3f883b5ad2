/** `convert -o OUT.tflite`: a model folder becomes a TensorFlow Lite graph, with a folder of what an application needs beside it. */
import { basename, dirname, join } from 'node:path';
import { openModel } from '../pipeline/open-model.js';
import { chosenChat, editModel } from '../pipeline/plan-model.js';
import { ENGLISH_NOTES } from '../pipeline/notes.js';
import { exportTflite, type TfliteExport } from '../pipeline/tflite.js';
import { UsageError } from '../shared/errors.js';
import { sayNote } from '../shared/notes.js';
import { showableLine } from '../shared/safe-text.js';
import { toned, type Line } from '../shared/toned-text.js';
import type { ProjectFile } from '../tflite/project.js';
import { FileSink, makeFolders, removeFolders } from './file-sink.js';
import { openModelFolder } from './model-folder.js';
import { placeOf } from './refuse-clashes.js';
import type { TfliteRequest } from './requests.js';
import { loadRuntime, loadTflmSources } from './runtime-files.js';
import { findTarget } from './target.js';
import { ProgressLine, type Terminal } from './terminal.js';
import { editsOf, readText } from './text-file.js';

/** Runs the command. @throws what the pipeline throws */
export async function tfliteCommand(request: TfliteRequest, terminal: Terminal): Promise<void> {
  await findTarget(request.folder);
  await refuseClash(request);
  const { signal } = terminal;
  const [runtime, engine] = await Promise.all([loadRuntime(), loadTflmSources()]);
  const progress = new ProgressLine(terminal.stderr);
  const folder = await openModelFolder(request.folder, signal);
  const outputs = new TfliteOutputs(request.output);
  let made: TfliteExport;
  let notes: string[];
  try {
    await outputs.open();
    const read = await editModel(
      await openModel(folder, runtime, signal),
      await editsOf(request),
      runtime,
      signal,
    );
    const opened = { ...read, chat: chosenChat(read, request) };
    made = await exportTflite(
      opened,
      {
        weights: request.weights,
        cache: request.cache,
        context: request.context,
        calibrationText: request.calibrate === undefined ? undefined : await readText(request.calibrate),
        file: basename(request.output),
      },
      engine,
      { signal, onProgress: progress.show },
    );
    notes = opened.notes.map((note) => sayNote(note, ENGLISH_NOTES));
    await outputs.write(made);
  } catch (error) {
    await outputs.discard();
    throw error;
  } finally {
    progress.finish();
    await folder.close();
  }
  if (request.json) terminal.stdout.write(`${JSON.stringify(facts(request, made, notes))}\n`);
  else print(request, showableLine(folder.name), made, notes, terminal);
}

/** @throws UsageError for an output that is read as well */
async function refuseClash({ output, calibrate, vocabulary }: TfliteRequest): Promise<void> {
  const place = await placeOf(output);
  for (const path of [calibrate, vocabulary?.text])
    if (path !== undefined && (await placeOf(path)) === place)
      throw new UsageError(`${output} would take the place of ${path}. Name another file.`);
}

/** The file and the folder beside it, which get their names when all is on the disk. */
class TfliteOutputs {
  readonly #path: string;
  readonly #open: FileSink[] = [];
  #folders: readonly string[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  /** So that what cannot be written is found out before the work. */
  async open(): Promise<void> {
    const file = new FileSink(this.#path);
    this.#open.push(file);
    await file.open();
  }

  async write({ pieces, folder, beside }: TfliteExport): Promise<void> {
    await put(this.#open[0] as FileSink, pieces);
    const path = join(dirname(this.#path), folder);
    this.#folders = await makeFolders(path);
    for (const { path: name, bytes } of beside) {
      const file = new FileSink(join(path, name), { replaceLink: true });
      this.#open.push(file);
      await put(file, [bytes]);
    }
    for (const file of this.#open) await file.name();
  }

  async discard(): Promise<void> {
    for (const file of this.#open) await file.discard();
    await removeFolders(this.#folders);
  }
}

async function put(file: FileSink, pieces: readonly Uint8Array[]): Promise<void> {
  await file.begin(0);
  for (const piece of pieces) await file.append(piece);
  await file.finish();
}

function facts(
  { output, weights, cache }: TfliteRequest,
  made: TfliteExport,
  notes: readonly string[],
): unknown {
  const { bytes, folder, beside, context, arena, operators, nodes, cacheBytes } = made;
  const path = (file: ProjectFile): string => join(dirname(output), folder, file.path);
  return {
    tflite: { file: output, bytes, weights, cache, context, nodes, operators, arena, cacheBytes },
    files: [
      { file: output, bytes },
      ...beside.map((file) => ({ file: path(file), bytes: file.bytes.length })),
    ],
    notes,
  };
}

function print(
  { output, weights, cache }: TfliteRequest,
  name: string,
  { bytes, folder, beside, context, arena, operators, nodes, cacheBytes }: TfliteExport,
  notes: readonly string[],
  { stdout, stderr }: Terminal,
): void {
  for (const note of notes)
    stderr.writeLines([[toned('warning', 'Note:'), ` ${note.replace(/[\n\t]+/g, ' ')}`]]);
  const said = (number: number): string => number.toLocaleString('en');
  const numbers = weights === 'int8' ? 'INT8 weights, INT16 activations' : 'float weights and activations';
  const kept = cache === 'variables' ? 'variables of the interpreter' : 'inputs and outputs of each step';
  const lines: Line[] = [
    [toned('title', `${name} as a TensorFlow Lite graph`)],
    `  ${numbers}; context ${context}; keys and values (${said(cacheBytes)} bytes) as ${kept}`,
    `  ${said(nodes)} nodes of ${operators.length} operators: ${operators.join(', ')}`,
    `  arena: ${said(arena.bytes)} bytes are enough (pointers of 64 bits; chips need somewhat less)`,
    '',
    `${output}  ${said(bytes)} bytes`,
    `${join(dirname(output), folder)}/  ${beside.length} files: README.md says how to compile them`,
  ];
  stdout.writeLines(lines);
}
