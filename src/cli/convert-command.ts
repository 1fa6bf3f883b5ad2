/** `convert`: a model folder becomes an image or a package, with plan and report. */
import { carryOut } from '../pipeline/convert.js';
import { planOpened, unfitText, type PlannedModel } from '../pipeline/plan-model.js';
import type { Conversion, Runtime } from '../pipeline/types.js';
import { componentPartition } from '../kit/component-project.js';
import { findBoard, type Board } from '../plan/boards.js';
import { packageBytes } from '../plan/cut-offer.js';
import { planToJson } from '../plan/plan.js';
import { EFFORT_THREADS } from '../quantize/effort.js';
import { reportHtml } from '../report/index.js';
import { FitError, UsageError } from '../shared/errors.js';
import { showableLine } from '../shared/safe-text.js';
import { openModelFolder } from './model-folder.js';
import { wantedModel } from './opened-model.js';
import { buildDate } from './build-date.js';
import type { ConvertRequest } from './requests.js';
import { ConvertOutputs, type WrittenFile } from './convert-outputs.js';
import { printJson, printSummary } from './convert-print.js';
import { convertSteps } from './convert-steps.js';
import { refuseClashes } from './refuse-clashes.js';
import { loadRuntime } from './runtime-files.js';
import { printFrontier, targetEncodings } from './frontier-command.js';
import { findTarget } from './target.js';
import { readText } from './text-file.js';
import { onceWith, startTuner } from './tuner-threads.js';
import { ProgressLine, type Terminal } from './terminal.js';

/** Runs the command. @throws what the pipeline throws */
export async function convertCommand(request: ConvertRequest, terminal: Terminal): Promise<void> {
  await findTarget(request.folder);
  await refuseClashes(request);
  const wanted = EFFORT_THREADS[request.effort];
  const threads = wanted === 0 ? null : await startTuner(wanted);
  const runtime: Runtime = {
    ...(await loadRuntime()),
    ...(threads === null ? {} : { tuner: onceWith(threads) }),
  };
  const progress = new ProgressLine(terminal.stderr);
  const folder = await openModelFolder(request.folder, terminal.signal);
  if (request.frontier) {
    try {
      await printFrontier(request, folder, chosenBoard(request), runtime, terminal, progress);
    } finally {
      progress.finish();
      await folder.close();
    }
    return;
  }
  const started = performance.now();
  let hasTokenizer: boolean;
  let conversion: Conversion;
  let written: WrittenFile[];
  let outputs: ConvertOutputs | null = null;
  try {
    const board = chosenBoard(request);
    outputs = await ConvertOutputs.create(request, board, terminal.signal);
    const hooks = { onProgress: progress.show, signal: terminal.signal };
    const opened = await wantedModel(request, folder, board, runtime, terminal.signal);
    hasTokenizer = opened.tokenizer !== null;
    const options = {
      board,
      scheme: request.scheme,
      fusions: request.fusions,
      context: request.context,
    };
    if (request.target !== undefined) progress.expect(convertSteps(request, null));
    const encodings = await targetEncodings(request, opened, options, runtime, hooks);
    const planned = planOpened(opened, { ...options, encodings });
    if (outputs.makesImage) refuseUnflashable(planned);
    if (request.component !== undefined) refuseComponent(board, planned, hasTokenizer);
    if (request.target === undefined) progress.expect(convertSteps(request, planned.plan));
    conversion = await carryOut(
      planned,
      {
        mustFit: !request.force,
        effort: request.effort,
        calibrationText: request.calibrate === undefined ? undefined : await readText(request.calibrate),
        evaluationText: request.evaluate === undefined ? undefined : await readText(request.evaluate),
        prompts: request.prompts,
        report: request.report,
        sink: outputs.sink,
      },
      runtime,
      hooks,
    );
    const { report } = conversion;
    const html =
      request.html === undefined || report === null
        ? null
        : reportHtml(report, planToJson(conversion.plan), { name: folder.name, made: buildDate() });
    const prompt = report?.texts[0]?.prompt ?? request.prompts?.[0] ?? '';
    written = await outputs.finish(conversion.package, conversion.packageBytes, {
      name: folder.name,
      html,
      prompt,
    });
  } catch (error) {
    await outputs?.discard();
    throw error;
  } finally {
    progress.finish();
    await folder.close();
    await threads?.end();
  }
  const seconds = (performance.now() - started) / 1000;
  if (request.json) printJson(request, conversion, written, terminal);
  else {
    const name = showableLine(folder.name);
    printSummary({ request, name, conversion, hasTokenizer, written, seconds }, terminal);
  }
}

/** Refuses before all work what an application of somebody's own could not call. @throws UsageError */
function refuseComponent(board: Board, { plan }: PlannedModel, hasTokenizer: boolean): void {
  if (!hasTokenizer) {
    throw new UsageError(
      'An application gives the model text, and this model comes without a tokenizer: put its tokenizer.json into its folder.',
    );
  }
  componentPartition(board, packageBytes(plan));
}

/**
 * Refuses before all work what no image of the board's flash holds, forced or not.
 * @throws FitError
 */
function refuseUnflashable(planned: PlannedModel): void {
  if (!planned.plan.fit.advice.problems.some(({ code }) => code === 'flash')) return;
  throw new FitError(
    `${unfitText(planned)} --force cannot help here: an image is as large as the flash. It can help with a package alone (-o NAME.s3lm).`,
  );
}

/** The board, with the flash capacity that was asked for. @throws UsageError */
function chosenBoard(request: ConvertRequest): Board {
  const board = findBoard(request.board);
  const { bytes } = request.flash;
  if (bytes === undefined || bytes === board.flashBytes) return board;
  return {
    ...board,
    name: `${board.name.replace(/ \(.*\)$/, '')} with ${bytes >> 20} MB of flash`,
    flashBytes: bytes,
  };
}
