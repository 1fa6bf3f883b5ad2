/** `convert --frontier`: what a model can be on a board; and the point of it that `--most-bytes` or `--least-speed` asks for. */
import { measureFrontier, planFor, type Frontier } from '../pipeline/frontier.js';
import type { OpenedModel } from '../pipeline/open-model.js';
import type { PlanOptions } from '../pipeline/plan-model.js';
import type { Hooks, Runtime } from '../pipeline/types.js';
import type { Board } from '../plan/boards.js';
import type { Encoding } from '../schema/encodings.js';
import type { ModelFolder } from '../source/byte-source.js';
import { wantedModel } from './opened-model.js';
import type { ConvertRequest } from './requests.js';
import { loadTrain } from './runtime-files.js';
import { formatBytes, formatNumber, formatRate, formatWithError } from '../shared/format.js';
import { table, type ProgressLine, type Terminal } from './terminal.js';

/** Measures the frontier and prints it. @throws what the pipeline throws */
export async function printFrontier(
  request: ConvertRequest,
  folder: ModelFolder,
  board: Board,
  runtime: Runtime,
  terminal: Terminal,
  progress: ProgressLine,
): Promise<void> {
  const { scheme, fusions, context } = request;
  const opened = await wantedModel(request, folder, board, runtime, terminal.signal);
  const frontier = await measureFrontier(
    opened,
    { board, scheme, fusions, context },
    { ...runtime, train: await loadTrain() },
    { onProgress: progress.show, signal: terminal.signal },
  );
  progress.finish();
  terminal.stdout.write(
    request.json ? `${JSON.stringify(frontier)}\n` : `${frontierText(frontier, board)}\n`,
  );
}

/** Encodings for what was asked for, `undefined` where the scheme says it. @throws FitError; what the pipeline throws */
export async function targetEncodings(
  { target }: ConvertRequest,
  opened: OpenedModel,
  options: PlanOptions,
  runtime: Runtime,
  hooks: Hooks,
): Promise<Readonly<Record<string, Encoding>> | undefined> {
  if (target === undefined) return undefined;
  const found = await planFor(opened, options, target, { ...runtime, train: await loadTrain() }, hooks);
  return Object.fromEntries(found);
}

function frontierText({ points, tokens, isMeasured }: Frontier, board: Board): string {
  const rows = points.map((point) => [
    formatBytes(point.weightBytes),
    formatNumber(point.bitsPerWeight),
    formatRate(point.tokensPerSecond),
    formatWithError(point.kl, point.klError),
    formatNumber(point.expected),
    `${point.schemeText}${point.isDefault ? ' (default)' : ''}${point.fits ? '' : ' (does not fit)'}`,
  ]);
  return [
    `What the model can be on ${board.name}:`,
    ...table(['weights', 'bits', 'tokens/s', 'KL, nats', 'expected', 'as'], rows).map((line) => `  ${line}`),
    `KL divergence from the original over ${tokens} tokens that it wrote itself, nats a token.`,
    isMeasured
      ? 'Expected: by what each matrix loses alone.'
      : 'Expected: by what matrices of other models lose; this one is too large to be measured matrix by matrix.',
    'To convert one: --most-bytes SIZE or --least-speed TOKENS.',
  ].join('\n');
}
