/** `inspect`: what a package, an image or a model folder holds, whether it is sound, and where it fits. */
import { bootHeadBytes } from '../image/boot-offset.js';
import { looksLikeImage } from '../image/describe.js';
import type { ModelInput } from '../input/model-input.js';
import { openInput } from '../input/open-input.js';
import { openModelInput, type OpenedModel } from '../pipeline/open-model.js';
import { planModel } from '../pipeline/plan-model.js';
import { summarizeModel } from '../model/summarize.js';
import { readPackage } from '../package/reader.js';
import { BOARDS } from '../plan/boards.js';
import type { Plan } from '../plan/plan.js';
import type { Fit } from '../plan/fit.js';
import { findBadTensors, type BadTensor } from '../quantize/check-values.js';
import { loadKernels } from '../quantize/kernels.js';
import { FormatError, TransportError } from '../shared/errors.js';
import { ENGLISH_NOTES } from '../pipeline/notes.js';
import { sayNote } from '../shared/notes.js';
import type { ByteSource } from '../source/byte-source.js';
import { nodeFile } from '../source/node-folder.js';
import { openModelFolder } from './model-folder.js';
import type { InspectRequest } from './requests.js';
import { inspectImage } from './inspect-image.js';
import { packageLines } from './inspect-package.js';
import { packageJson } from './package-json.js';
import { loadRuntime } from './runtime-files.js';
import { findTarget, isModel } from './target.js';
import { folderLines, type BoardFit } from './inspect-folder.js';
import { formatBytes } from '../shared/format.js';
import { type Terminal } from './terminal.js';

/** Runs the command. @returns whether what was inspected is sound, and a model fits some board */
export async function inspectCommand(request: InspectRequest, terminal: Terminal): Promise<boolean> {
  const target = await findTarget(request.target);
  return isModel(target, request.target) ? inspectFolder(request, terminal) : inspectFile(request, terminal);
}

/** A file is an image when it begins like one, else it must be a package. */
async function inspectFile(request: InspectRequest, terminal: Terminal): Promise<boolean> {
  const file = await nodeFile(request.target);
  const isImage = looksLikeImage(await file.read(0, Math.min(file.size, bootHeadBytes())));
  try {
    return await (isImage ? inspectImage(file, request, terminal) : inspectPackage(file, request, terminal));
  } catch (error) {
    if (!(error instanceof FormatError) || !request.json) throw error;
    const kind = isImage ? 'image' : 'package';
    terminal.stdout.write(
      `${JSON.stringify({ kind, file: request.target, sound: false, problem: error.message })}\n`,
    );
    return false;
  } finally {
    await file.close();
  }
}

async function inspectPackage(
  file: ByteSource,
  request: InspectRequest,
  terminal: Terminal,
): Promise<boolean> {
  const found = await readPackage(file, { verify: true, signal: terminal.signal });
  if (request.json) {
    terminal.stdout.write(
      `${JSON.stringify({ kind: 'package', file: request.target, sound: true, bytes: found.totalLength, ...packageJson(found) })}\n`,
    );
    return true;
  }
  terminal.stdout.write(
    [
      `${request.target}: model package ${found.version.join('.')}, ${formatBytes(found.totalLength)}, all checksums good`,
      ...packageLines(found),
      '',
    ].join('\n'),
  );
  return true;
}

async function inspectFolder(request: InspectRequest, terminal: Terminal): Promise<boolean> {
  const folder = await openModelFolder(request.target, terminal.signal);
  try {
    const input = await openInput(folder, terminal.signal);
    const summary = await summarizeModel(input, terminal.signal);
    const fits = await fitTable(input, terminal);
    const convertible = summary.problem === null && fits.problem === null;
    const isGood = convertible && fits.boards.some((board) => board.fits);
    const { opened } = fits;
    const notes = (opened ?? summary).notes.map((note) => sayNote(note, ENGLISH_NOTES));
    const chat = opened !== null && opened.chat !== null;
    if (request.json) {
      terminal.stdout.write(
        `${JSON.stringify({ kind: 'folder', ...summary, notes, chat, convertible, problem: summary.problem ?? fits.problem, boards: fits.boards })}\n`,
      );
      return isGood;
    }
    const { program, stdout } = terminal;
    const problem = summary.problem ?? fits.problem;
    const speech = opened === null ? null : speaks(opened);
    stdout.writeLines(
      folderLines({
        request,
        summary,
        problem,
        boards: fits.boards,
        speech,
        notes,
        program,
        columns: stdout.columns,
      }),
    );
    return isGood;
  } finally {
    await folder.close();
  }
}

/** What the model does with what it is given, as the page says it. */
function speaks({ chat, tokenizer }: OpenedModel): string {
  if (chat !== null) return 'answers in turns';
  return tokenizer === null ? 'token ids only' : 'continues text';
}

/** Where the model fits with the default scheme; a model that cannot be opened has a problem instead. */
async function fitTable(
  input: ModelInput,
  terminal: Terminal,
): Promise<{ boards: BoardFit[]; problem: string | null; opened: OpenedModel | null }> {
  const runtime = await loadRuntime();
  try {
    const opened = await openModelInput(input, runtime, terminal.signal);
    const bad = await findBadTensors(opened.checkpoint, await loadKernels(runtime.kernels), terminal.signal);
    if (bad.length > 0) return { boards: [], problem: describeBad(bad), opened };
    // Boards of a chip with the same memories differ in nothing that a plan notices.
    const plans = new Map<string, Plan>();
    const boards = BOARDS.filter((board) => board.refused === null).map((board) => {
      const { chip, flashBytes, psramKind, psramBytes } = board;
      const key = [chip.id, flashBytes, psramKind, psramBytes].join();
      const plan = plans.get(key) ?? planModel(opened, { board });
      plans.set(key, plan);
      return {
        board: board.id,
        fits: plan.fit.fits,
        expectedTokensPerSecond: plan.predictedTokensPerSecond,
        boundTokensPerSecond: plan.boundTokensPerSecond,
        problems: decisiveFirst(plan.fit),
        remedies: plan.fit.remedies,
        cut: plan.cut,
      };
    });
    return { boards, problem: null, opened };
  } catch (error) {
    if (error instanceof FormatError || error instanceof TransportError)
      return { boards: [], problem: error.message, opened: null };
    throw error;
  }
}

/**
 * What no setting mends comes first, which is flash where only a smaller model helps; then the shortage that is the largest
 * beside what there is.
 */
function decisiveFirst({ advice, problems }: Fit): string[] {
  const isTooLarge = advice.remedies.some(({ code }) => code === 'smaller-model');
  const size = (index: number): number => {
    const { code, needed = 0, available = 1 } = advice.problems[index] ?? {};
    return code === 'flash' && isTooLarge ? Infinity : needed / Math.max(1, available);
  };
  return problems
    .map((text, index) => ({ text, size: size(index) }))
    .sort((a, b) => b.size - a.size)
    .map(({ text }) => text);
}

/** Every tensor with values that are not numbers, on a line of its own. */
function describeBad(bad: readonly BadTensor[]): string {
  const lines = bad.map(
    ({ name, file, count, first }) =>
      `  ${file}: ${name}: ${count} of its values are NaN or infinity, the first at row ${first.row}, column ${first.col}`,
  );
  return `Some values are not finite numbers: the checkpoint is damaged or its training diverged; take another one.\n${lines.join('\n')}`;
}
