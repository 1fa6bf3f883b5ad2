/**
 * The whole way from a model folder to a checked package: read, plan, calibrate when static scales are asked for, quantize
 * into the package, then run the package against the original and report.
 */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { Twin } from '../device/twin.js';
import type { ModelInput } from '../input/model-input.js';
import { openInput } from '../input/open-input.js';
import type { DecoderModel } from '../model/decoder.js';
import { readDecoder } from '../model/read.js';
import { MemorySink, PackageWriter } from '../package/writer.js';
import { DEFAULT_BOARD_ID, findBoard } from '../plan/boards.js';
import { makePlan, type Plan } from '../plan/plan.js';
import { DEFAULT_SCHEME, describeScheme, type WantedScheme } from '../plan/scheme.js';
import type { Kernels, ReferenceEngine } from '../quantize/kernel-types.js';
import { loadKernels } from '../quantize/kernels.js';
import { quantizeTensors } from '../quantize/quantize.js';
import type { Report } from '../quantize/report.js';
import { FitError, UsageError } from '../shared/errors.js';
import type { Note } from '../shared/notes.js';
import { ProgressMeter } from '../shared/progress.js';
import { VERSION } from '../shared/version.js';
import type { ModelFolder } from '../source/byte-source.js';
import { readChat, readTokenizer, type ChatPieces, type DeviceTokenizer } from '../tokenizer/index.js';
import { calibrate } from './calibrate.js';
import { evaluate, type Prompt } from './evaluate.js';
import { loadReference } from './reference.js';
import { storySequences, writeStories } from './text.js';
import type { Conversion, ConvertOptions, Hooks, Runtime } from './types.js';

/** Everything read of a model before anything is converted. */
export interface OpenedModel {
  readonly input: ModelInput;
  readonly checkpoint: Checkpoint;
  readonly model: DecoderModel;
  readonly tokenizer: DeviceTokenizer | null;
  readonly chat: ChatPieces | null;
  readonly notes: readonly Note[];
}

/**
 * Opens a model folder: checkpoint, architecture, tokenizer and chat template.
 * @throws FormatError, UnsupportedError, TransportError
 */
export async function openModel(
  folder: ModelFolder,
  runtime: Pick<Runtime, 'twin'>,
  signal?: AbortSignal,
): Promise<OpenedModel> {
  return openModelInput(await openInput(folder, signal), runtime, signal);
}

/** As {@link openModel}, for a model whose parts are at hand. */
export async function openModelInput(
  input: ModelInput,
  runtime: Pick<Runtime, 'twin'>,
  signal?: AbortSignal,
): Promise<OpenedModel> {
  const checkpoint = await input.checkpoint(signal);
  const model = await readDecoder(input, signal);
  const part = await input.tokenizer(signal);
  if (part === null) {
    const absent: Note = {
      code: 'tokenizer-absent',
      sentencePiece: await input.hasSentencePiece(signal),
    };
    return { input, checkpoint, model, tokenizer: null, chat: null, notes: [...model.notes, absent] };
  }
  const tokenizer = await readTokenizer(part, runtime.twin);
  const notes = [...model.notes, ...tokenizer.notes];
  if (tokenizer.vocabSize > model.vocabSize) {
    notes.push({ code: 'tokenizer-larger', ids: tokenizer.vocabSize, rows: model.vocabSize });
  }
  const chat = readChat(await input.chat(signal), tokenizer);
  notes.push(...chat.notes);
  return { input, checkpoint, model, tokenizer, chat: chat.pieces, notes };
}

/** Ids that end a generation: the model's end tokens, and what the chat template puts behind an answer. */
export function stopIds(opened: Pick<OpenedModel, 'model' | 'chat'>): readonly number[] {
  return [...new Set([...opened.model.eosIds, ...(opened.chat?.endIds ?? [])])];
}

/** The plan of an opened model for the options, without converting anything. */
export function planModel(opened: OpenedModel, options: ConvertOptions): Plan {
  const scheme: WantedScheme = { ...DEFAULT_SCHEME, ...options.scheme };
  return makePlan(opened.model, {
    board: typeof options.board === 'object' ? options.board : findBoard(options.board ?? DEFAULT_BOARD_ID),
    scheme,
    ...(options.fusions === undefined ? {} : { fusions: options.fusions }),
    context: options.context,
    otherBytes: (opened.tokenizer?.section.length ?? 0) + (opened.chat?.section.length ?? 0),
  });
}

/**
 * Converts a model folder.
 * @throws FormatError for a bad model, UsageError for bad options, FitError when the model must fit and does not,
 *   TransportError, the signal's reason
 */
export async function convert(
  folder: ModelFolder,
  options: ConvertOptions,
  runtime: Runtime,
  hooks: Hooks = {},
): Promise<Conversion> {
  if (options.report === true && options.sink !== undefined) {
    throw new UsageError(
      'A report runs the package, so it must be kept in memory: leave out the sink or the report.',
    );
  }
  const kernels = await loadKernels(runtime.kernels);
  const opened = await openModel(folder, runtime, hooks.signal);
  const plan = planModel(opened, options);
  if (options.mustFit === true) refuseUnfit(plan);
  const wantReport = options.report ?? options.sink === undefined;
  const session = new ReferenceSession(kernels, opened, hooks);
  // Texts that cannot be used are refused before the work.
  const calibration =
    options.calibrationText === undefined ? undefined : session.given(plan, options.calibrationText);
  const evaluation =
    options.evaluationText === undefined ? undefined : session.given(plan, options.evaluationText);
  const prompts = wantReport ? session.prompts(plan, options.prompts) : [];
  try {
    const activationScales =
      plan.scheme.activations === 'static' && plan.scheme.weights === 'int8'
        ? await calibrate(
            await session.reference(),
            plan,
            calibration ?? (await session.written(plan, CALIBRATION_SEED)),
            hooks,
          )
        : undefined;

    const memory = options.sink === undefined ? new MemorySink() : null;
    const writer = await PackageWriter.create(
      options.sink ?? (memory as MemorySink),
      {
        model: opened.model,
        plan,
        tokenizer: opened.tokenizer?.section ?? null,
        chat: opened.chat?.section ?? null,
        stopIds: stopIds(opened),
        metadata: await packageMetadata(opened, plan),
        ...(activationScales === undefined ? {} : { activationScales }),
      },
      (bytes, crc) => kernels.crc32(bytes, crc),
    );
    const statistics = await quantizeTensors({
      checkpoint: opened.checkpoint,
      model: opened.model,
      plan,
      kernels,
      consumer: writer,
      onProgress: hooks.onProgress,
      signal: hooks.signal,
    });
    await writer.finish();

    const bytes = memory?.take() ?? null;
    const report =
      wantReport && bytes !== null
        ? await makeReport(session, runtime, plan, bytes, statistics, evaluation, prompts, hooks)
        : null;
    return {
      model: opened.model,
      plan,
      packageBytes: writer.totalLength,
      package: bytes,
      statistics,
      report,
      chat: opened.chat !== null,
      notes: opened.notes,
    };
  } finally {
    session.dispose();
  }
}

/** @throws FitError with what is missing and what would help */
function refuseUnfit({ fit, board }: Plan): void {
  if (fit.fits) return;
  throw new FitError([`The model does not fit ${board.name}.`, ...fit.problems, ...fit.remedies].join(' '));
}

/** Seeds of the texts that the model writes; calibration and evaluation must not read the same. */
const CALIBRATION_SEED = 1;
const EVALUATION_SEED = 2;

/** Arithmetic spent on a text of the model's own, in multiply-adds: a few seconds. */
const WRITING_BUDGET = 4e9;
const WRITING_STORIES = 16;
const WRITING_TOKENS = { least: 16, most: 128 };

/** The original model in memory, loaded when first needed. */
class ReferenceSession {
  private engine: ReferenceEngine | null = null;

  constructor(
    readonly kernels: Kernels,
    readonly opened: OpenedModel,
    private readonly hooks: Hooks,
  ) {}

  async reference(): Promise<ReferenceEngine> {
    this.engine ??= await loadReference(this.kernels, this.opened.checkpoint, this.opened.model, this.hooks);
    return this.engine;
  }

  /**
   * Sequences of a given text.
   * @throws UsageError when it has no tokens, or some that the model does not have
   */
  given(plan: Plan, text: string): number[][] {
    const { tokenizer } = this.opened;
    if (tokenizer === null)
      throw new UsageError('A text needs a tokenizer, and the folder has no tokenizer.json.');
    const sequences = storySequences(text, tokenizer, plan.context);
    if (sequences.length === 0) throw new UsageError('The text for calibration or evaluation is empty.');
    for (const sequence of sequences) this.checkIds(sequence, 'The text for calibration or evaluation');
    return sequences;
  }

  /** Sequences that the model writes itself. */
  async written(plan: Plan, seed: number): Promise<number[][]> {
    const { model } = this.opened;
    const perStory = WRITING_BUDGET / (model.parameters * WRITING_STORIES);
    const tokens = Math.min(
      plan.context,
      Math.round(Math.min(WRITING_TOKENS.most, Math.max(WRITING_TOKENS.least, perStory))),
    );
    return writeStories(await this.reference(), {
      prefixIds: this.prefixIds(),
      stopIds: stopIds(this.opened),
      stories: WRITING_STORIES,
      tokens,
      seed,
      meter: new ProgressMeter('generating', 'tokens', WRITING_STORIES * tokens, this.hooks.onProgress),
      signal: this.hooks.signal,
    });
  }

  /** What a text begins with: the tokenizer's own prefix, else the begin or end token. */
  private prefixIds(): readonly number[] {
    const { model, tokenizer } = this.opened;
    if (tokenizer !== null && tokenizer.prefixIds.length > 0) return tokenizer.prefixIds;
    return [model.bosId ?? model.eosIds[0] ?? 0];
  }

  /**
   * Prompts for the side-by-side texts.
   * @throws UsageError when a wanted one cannot be continued
   */
  prompts(plan: Plan, wanted: readonly string[] | undefined): Prompt[] {
    const { tokenizer, chat } = this.opened;
    if (tokenizer === null) {
      if (wanted === undefined) return [{ text: '', ids: this.prefixIds() }];
      throw new UsageError('A prompt needs a tokenizer, and the folder has no tokenizer.json.');
    }
    const texts =
      wanted ??
      (chat === null
        ? ['Once upon a time']
        : ['Hello! Who are you?', 'Turn on the light in the kitchen, please.']);
    const prompts = texts.map((text) => ({
      text,
      ids: chat === null ? tokenizer.encode(text) : tokenizer.encodeTurn(chat.section, { user: text }),
    }));
    if (wanted !== undefined) {
      for (const { ids } of prompts) {
        if (ids.length === 0)
          throw new UsageError('A prompt has no tokens; give some text.', { code: 'prompt' });
        if (ids.length >= plan.context) {
          throw new UsageError(
            `A prompt has ${ids.length} tokens, which leaves no room in the context of ${plan.context}.`,
            { code: 'prompt' },
          );
        }
        this.checkIds(ids, 'A prompt');
      }
    }
    return prompts;
  }

  /** Tokenizers may have more ids than the embedding has rows. @throws UsageError for one without a row */
  private checkIds(ids: readonly number[], what: string): void {
    const { model, tokenizer } = this.opened;
    const unknown = ids.find((id) => id >= model.vocabSize);
    if (unknown === undefined) return;
    throw new UsageError(
      `${what} has the token ${JSON.stringify(tokenizer?.tokenText(unknown) ?? '')} (id ${unknown}), but the ` +
        `embedding has only ${model.vocabSize} rows. Leave it out.`,
    );
  }

  dispose(): void {
    this.engine?.dispose();
    this.engine = null;
  }
}

async function makeReport(
  session: ReferenceSession,
  runtime: Runtime,
  plan: Plan,
  bytes: Uint8Array,
  statistics: Conversion['statistics'],
  evaluation: readonly (readonly number[])[] | undefined,
  prompts: readonly Prompt[],
  hooks: Hooks,
): Promise<Report> {
  const reference = await session.reference();
  const sequences = evaluation ?? (await session.written(plan, EVALUATION_SEED));
  const twin = await Twin.load(runtime.twin, bytes, { maxBatch: 32 });
  return evaluate({
    kernels: session.kernels,
    reference,
    twin,
    tokenizer: session.opened.tokenizer,
    plan,
    statistics,
    packageBytes: bytes.length,
    sequences,
    origin: evaluation === undefined ? 'written by the original model' : 'given',
    prompts,
    stopIds: stopIds(session.opened),
    hooks,
  });
}

async function packageMetadata(opened: OpenedModel, plan: Plan): Promise<Record<string, string>> {
  const licence = await opened.input.licence();
  return {
    name: opened.input.name,
    family: opened.model.family,
    architecture: opened.model.architecture,
    parameters: String(opened.model.parameters),
    scheme: describeScheme(plan.scheme),
    board: plan.board.id,
    tool: `esp32-llm-converter ${VERSION}`,
    ...(licence === null ? {} : { licence }),
  };
}
