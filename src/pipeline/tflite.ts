/** A model as a TensorFlow Lite graph with what an application needs beside it. */
import { deviceSampling } from '../package/encode.js';
import { UsageError } from '../shared/errors.js';
import { fileName } from '../shared/file-name.js';
import { ProgressMeter } from '../shared/progress.js';
import { arenaOf, type Arena } from '../tflite/arena.js';
import { calibrate } from '../tflite/calibrate.js';
import { tfliteFile } from '../tflite/file.js';
import { operatorsOf } from '../tflite/graph.js';
import type { TfliteWeights } from '../tflite/linear.js';
import type { TfliteCache } from '../tflite/memory.js';
import type { OperatorName } from '../tflite/operators.js';
import { projectFiles, type EngineFiles, type ProjectFile } from '../tflite/project.js';
import { refuseTooLarge } from '../tflite/refuse.js';
import { stepGraph, type StepGraph } from '../tflite/step-graph.js';
import { Breather } from './breather.js';
import { prefixIds, stopIds, type OpenedModel } from './open-model.js';
import { seededRandom } from './random.js';
import { sample } from './sampler.js';
import { storySequences } from './text.js';
import type { Hooks } from './types.js';

export interface TfliteOptions {
  readonly weights: TfliteWeights;
  readonly cache: TfliteCache;
  /** Positions of a text; default the model's, at most {@link DEFAULT_CONTEXT}. */
  readonly context?: number | undefined;
  /** Text that ranges are found with; without it the model writes its own. */
  readonly calibrationText?: string | undefined;
  /** Name of the `.tflite` file; default of the model. */
  readonly file?: string | undefined;
}

/** Every step computes scores and copies caches for the whole context, however short the text is. */
export const DEFAULT_CONTEXT = 128;

/** Tokens that ranges are found with. */
const CALIBRATION_TOKENS = 256;

export interface TfliteExport {
  /** Name of the `.tflite` file, and its bytes in pieces that follow each other. */
  readonly file: string;
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
  /** Name of the folder beside it, and what is in it. */
  readonly folder: string;
  readonly beside: readonly ProjectFile[];
  readonly context: number;
  readonly arena: Arena;
  readonly operators: readonly OperatorName[];
  readonly nodes: number;
  readonly cacheBytes: number;
}

/**
 * Writes a model as a TensorFlow Lite graph.
 * @param engine what {@link projectFiles} takes
 * @throws UnsupportedError for a model that is too large; UsageError for a context that the model does not have; FormatError,
 *   TransportError; the signal's reason
 */
export async function exportTflite(
  opened: OpenedModel,
  options: TfliteOptions,
  engine: EngineFiles,
  { signal, onProgress }: Hooks,
): Promise<TfliteExport> {
  const { model, checkpoint, tokenizer, chat, input } = opened;
  const context = chosenContext(opened, options.context);
  refuseTooLarge(model, options.weights, input.name);
  const reading = new ProgressMeter('reading', 'bytes', checkpoint.bytes, onProgress);
  const step = await stepGraph(model, checkpoint, {
    weights: options.weights,
    cache: options.cache,
    context,
    signal,
    onRead: (name, bytes) => reading.advance(bytes, name),
  });
  await findRanges(step, opened, options.calibrationText, { signal, onProgress });
  const file = options.file ?? `${fileName(input.name)}.tflite`;
  const pieces = tfliteFile(step.graph, {
    name: 'step',
    description: `${input.name}, one step with a context of ${context}, by esp32-llm-converter`,
  });
  const arena = arenaOf(step.graph);
  const beside = projectFiles(
    {
      name: input.name,
      file,
      step,
      arena,
      sampling: deviceSampling(model.generation),
      stopIds: stopIds(opened),
      tokenizer: tokenizer?.section ?? null,
      chat: chat?.section ?? null,
    },
    engine,
  );
  return {
    file,
    pieces,
    bytes: pieces.reduce((sum, piece) => sum + piece.length, 0),
    folder: `${file.replace(/\.tflite$/i, '')}-tflm`,
    beside,
    context,
    arena,
    operators: operatorsOf(step.graph),
    nodes: step.graph.nodes.length,
    cacheBytes: step.cacheBytes,
  };
}

function chosenContext({ model, input }: OpenedModel, wanted: number | undefined): number {
  const most = model.longer?.maxPositions ?? model.maxPositions;
  const context = wanted ?? Math.min(DEFAULT_CONTEXT, most);
  if (context > most)
    throw new UsageError(
      `${input.name} holds for ${most} positions, not for a context of ${context}: ask for fewer.`,
    );
  return context;
}

/** Runs a text, or lets the model write; nothing is to be found where all is in floats. */
async function findRanges(
  { graph, context }: StepGraph,
  opened: OpenedModel,
  text: string | undefined,
  { signal, onProgress }: Hooks,
): Promise<void> {
  const { tokenizer } = opened;
  if (text !== undefined && tokenizer === null)
    throw new UsageError(
      'A calibration text needs the model’s tokenizer, which is not there. Leave the text out.',
    );
  const given =
    text === undefined || tokenizer === null
      ? null
      : storySequences(text, tokenizer, context, CALIBRATION_TOKENS);
  if (given !== null && given.sequences.length === 0)
    throw new UsageError('The calibration text has no words. Give another, or leave it out.');
  const most =
    given === null ? CALIBRATION_TOKENS : given.sequences.reduce((sum, ids) => sum + ids.length, 0);
  const meter = new ProgressMeter('calibrating', 'tokens', most, onProgress);
  const breather = new Breather();
  const random = seededRandom(1);
  const stops = stopIds(opened);
  await calibrate(graph, async (step) => {
    let done = 0;
    for (let story = 0; done < most; story++) {
      const ids = [...(given?.sequences[story] ?? prefixIds(opened))].slice(0, context);
      for (let position = 0; position < ids.length; position++, done++) {
        signal?.throwIfAborted();
        const logits = step(ids[position] as number, position);
        meter.advance(1, `text ${story + 1}`);
        await breather.breathe();
        const goesOn =
          given === null && position === ids.length - 1 && ids.length < context && done + 1 < most;
        if (!goesOn) continue;
        const id = sample(logits, [], PLAIN, random);
        if (!stops.includes(id)) ids.push(id);
      }
    }
  });
}

/** The model's own distribution. */
const PLAIN = { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1 };
