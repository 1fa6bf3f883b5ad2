/** `run`: generates text from a package, an image or a model folder with one of four engines. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Twin, type GenerateResult } from '../device/twin.js';
import { describeImage, looksLikeImage, packagePlace } from '../image/describe.js';
import { convert } from '../pipeline/convert.js';
import { readOwnSections } from '../pipeline/own-sections.js';
import { openModel, stopIds, type OpenedModel } from '../pipeline/open-model.js';
import { chosenChat, editModel } from '../pipeline/plan-model.js';
import { seededRandom } from '../pipeline/random.js';
import { loadReference } from '../pipeline/reference.js';
import { sample } from '../pipeline/sampler.js';
import type { Runtime } from '../pipeline/types.js';
import { loadKernels } from '../quantize/kernels.js';
import { MAX_PACKAGE_BYTES } from '../schema/limits.js';
import { decodeRate } from '../shared/decode-rate.js';
import { FormatError, UsageError, throwIfAborted } from '../shared/errors.js';
import { formatRate } from '../shared/format.js';
import { MemorySource } from '../source/memory-folder.js';
import { nodeFile } from '../source/node-folder.js';
import { openModelFolder } from './model-folder.js';
import type { EngineName, RunRequest } from './requests.js';
import { emulatedSummary, runEmulated } from './emulator-run.js';
import { runOnHost } from './host-engine.js';
import { loadRuntime } from './runtime-files.js';
import { findTarget, isModel } from './target.js';
import { editsOf } from './text-file.js';
import { ProgressLine, textWriter, type Terminal } from './terminal.js';
import { track, untrack } from './unfinished.js';

/** What a run prints with `--json`. */
interface RunResult {
  readonly promptIds: readonly number[];
  readonly ids: readonly number[];
  readonly text: string;
  /** Logits that the last id was picked from. */
  readonly logits?: readonly number[];
  readonly tokensPerSecond: number;
  readonly engine: EngineName;
}

/** New tokens of the float engine when nothing limits them. */
const FLOAT_TOKENS = 256;

/** Runs the command. */
export async function runCommand(request: RunRequest, terminal: Terminal): Promise<void> {
  const target = await findTarget(request.model);
  if (request.chat !== undefined && !isModel(target, request.model))
    throw new UsageError('--chat is for a model folder: a package begins its chats as it was converted.');
  if (request.vocabulary !== undefined && !isModel(target, request.model))
    throw new UsageError(
      '--vocabulary is for a model folder: a package has the tokens that it was converted with.',
    );
  const runtime = await loadRuntime();
  if (request.engine === 'emulator') {
    await runOnBoard(request, isModel(target, request.model), runtime, terminal);
    return;
  }
  const result =
    request.engine === 'float'
      ? await runFloat(request, isModel(target, request.model), runtime, terminal)
      : await runPackage(
          request,
          await packageBytes(request, isModel(target, request.model), runtime, terminal),
          runtime,
          terminal,
        );
  if (request.json) terminal.stdout.write(`${JSON.stringify(result)}\n`);
  else
    terminal.stderr.write(
      `\n${result.ids.length} tokens, ${formatRate(result.tokensPerSecond)} tokens/s (${result.engine})\n`,
    );
}

async function runOnBoard(
  request: RunRequest,
  isFolder: boolean,
  runtime: Runtime,
  terminal: Terminal,
): Promise<void> {
  const bytes = isFolder
    ? await packageBytes(request, isFolder, runtime, terminal)
    : await readRunnable(request.model);
  const { board, ...run } = await runEmulated(request, bytes, terminal);
  if (!request.json) {
    terminal.stderr.write(`\n${emulatedSummary({ board, ...run })}\n`);
    return;
  }
  // The board does not tell the prompt's ids; the same engine gives the same ones here.
  const inside = looksLikeImage(bytes) ? await packageInImage(request.model, bytes, terminal.signal) : bytes;
  const twin = await Twin.load(runtime.twin, inside, { name: basename(request.model) });
  const result: RunResult = {
    promptIds: request.ids ?? promptIds(twin, request),
    ...run,
    engine: 'emulator',
  };
  terminal.stdout.write(`${JSON.stringify({ ...result, board })}\n`);
}

async function packageBytes(
  request: RunRequest,
  isFolder: boolean,
  runtime: Runtime,
  terminal: Terminal,
): Promise<Uint8Array> {
  if (!isFolder) return readPackageFile(request.model, terminal.signal);
  const folder = await openModelFolder(request.model, terminal.signal);
  const progress = new ProgressLine(terminal.stderr);
  try {
    const options = {
      edits: await editsOf(request),
      report: false,
      board: request.board,
      scheme: { chat: request.chat ?? 'template' },
      own: await readOwnSections(folder, terminal.signal),
    };
    const conversion = await convert(folder, options, runtime, {
      onProgress: progress.show,
      signal: terminal.signal,
    });
    return conversion.package as Uint8Array;
  } finally {
    progress.finish();
    await folder.close();
  }
}

/** A package or an image as it is. */
async function readRunnable(path: string): Promise<Uint8Array> {
  const file = await nodeFile(path);
  try {
    if (file.size > MAX_PACKAGE_BYTES) {
      throw new FormatError(`${file.size} bytes are more than any package that could be run.`, {
        file: basename(path),
        remedy: 'Name a model package, or the model folder itself.',
      });
    }
    return await file.read(0, file.size);
  } finally {
    await file.close();
  }
}

/** The package of a file, which is one or an image around one. */
async function readPackageFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  const bytes = await readRunnable(path);
  return looksLikeImage(bytes) ? packageInImage(path, bytes, signal) : bytes;
}

async function packageInImage(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const place = packagePlace(await describeImage(new MemorySource(basename(path), bytes), { signal }));
  if (place === null) {
    throw new FormatError('The image holds no sound model package.', {
      file: basename(path),
      field: 'model partition',
      remedy: '"inspect" says what it holds; convert the model again.',
    });
  }
  return bytes.subarray(place.offset, place.offset + place.length);
}

async function runPackage(
  request: RunRequest,
  bytes: Uint8Array,
  runtime: Runtime,
  terminal: Terminal,
): Promise<RunResult> {
  const twin = await Twin.load(runtime.twin, bytes, { name: basename(request.model) });
  const ids = request.ids ?? promptIds(twin, request);
  checkPrompt(ids, twin.info.vocabSize, request.slide ? Infinity : twin.info.context);
  if (request.engine === 'host') {
    const file = await mkdtemp(join(tmpdir(), 's3lm-'));
    track(file);
    try {
      await writeFile(join(file, 'model.s3lm'), bytes);
      const { logits, ...rest } = await runOnHost(join(file, 'model.s3lm'), ids, request, terminal.signal);
      if (!request.json) textWriter(request, terminal)(`${rest.text}\n`);
      return {
        promptIds: rest.promptIds,
        ids: rest.ids,
        text: rest.text,
        ...(logits === undefined ? {} : { logits }),
        tokensPerSecond: rest.tokensPerSecond,
        engine: 'host',
      };
    } finally {
      await rm(file, { recursive: true, force: true });
      untrack(file);
    }
  }
  return runTwin(twin, ids, request, terminal);
}

function promptIds(twin: Twin, request: RunRequest): number[] {
  const prompt = request.prompt ?? '';
  return twin.info.hasChat && !request.raw ? twin.chatIds(prompt, { first: true }) : twin.encode(prompt);
}

/** Refuses, in the same words for every engine, what none of them can continue. @throws UsageError */
function checkPrompt(ids: readonly number[], vocabSize: number, context: number): void {
  if (ids.length === 0) throw new UsageError('The prompt has no tokens; give text or ids.');
  const unknown = ids.find((id) => id >= vocabSize);
  if (unknown !== undefined)
    throw new UsageError(`${unknown} is not a token id: the vocabulary has ${vocabSize} entries.`);
  if (ids.length > context)
    throw new UsageError(`The ${ids.length} tokens of the prompt do not fit in the context of ${context}.`);
}

async function runTwin(
  twin: Twin,
  ids: readonly number[],
  request: RunRequest,
  terminal: Terminal,
): Promise<RunResult> {
  let first = 0;
  let latest = 0;
  const generation = twin.generate({
    ids,
    maxNewTokens: request.tokens,
    temperature: request.temperature,
    topK: request.topK,
    topP: request.topP,
    minP: request.minP,
    repetitionPenalty: request.repetitionPenalty,
    seed: request.seed,
    stopStrings: request.stop,
    whenFull: request.slide ? 'slide' : 'stop',
    drafts: request.drafts,
    logits: request.logits,
    signal: terminal.signal,
  });
  const write = textWriter(request, terminal);
  let last: Float32Array | undefined;
  for (;;) {
    const step = generation.next();
    if (step.done === true) {
      throwIfAborted(terminal.signal);
      return twinResult(step.value, last, (latest - first) / 1000, request);
    }
    latest = performance.now();
    if (first === 0) first = latest;
    if (step.value.logits !== undefined) last = step.value.logits;
    if (!request.json) write(step.value.text);
    await nextTurn();
  }
}

/** Lets an interrupt in between two tokens. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function twinResult(
  result: GenerateResult,
  logits: Float32Array | undefined,
  seconds: number,
  request: RunRequest,
): RunResult {
  return {
    promptIds: result.promptIds,
    ids: result.ids,
    text: result.text,
    ...(request.logits && logits !== undefined ? { logits: [...logits] } : {}),
    tokensPerSecond: decodeRate(result.ids.length, seconds),
    engine: 'twin',
  };
}

async function runFloat(
  request: RunRequest,
  isFolder: boolean,
  runtime: Runtime,
  terminal: Terminal,
): Promise<RunResult> {
  if (!isFolder)
    throw new UsageError('The float engine runs an unquantized model: give its folder, or another --engine.');
  if (request.slide) throw new UsageError('--slide is for the twin and host engines.');
  const folder = await openModelFolder(request.model, terminal.signal);
  const progress = new ProgressLine(terminal.stderr);
  try {
    const opened = await editModel(
      await openModel(folder, runtime, terminal.signal),
      await editsOf(request),
      runtime,
      terminal.signal,
    );
    const reference = await loadReference(
      await loadKernels(runtime.kernels),
      opened.checkpoint,
      opened.model,
      {
        onProgress: progress.show,
        signal: terminal.signal,
      },
    );
    progress.finish();
    const { generation } = opened.model;
    const sampling = request.temperature !== undefined ? request.temperature > 0 : generation.doSample;
    const options = {
      temperature: sampling ? (request.temperature ?? generation.temperature ?? 1) : 0,
      topK: request.topK ?? generation.topK ?? 0,
      topP: request.topP ?? generation.topP ?? 1,
      minP: request.minP ?? generation.minP ?? 0,
      repetitionPenalty: request.repetitionPenalty ?? generation.repetitionPenalty ?? 1,
    };
    const prompt = request.ids ?? floatPrompt(opened, request);
    checkPrompt(prompt, opened.model.vocabSize, reference.context);
    // The last token is picked from a full context and need not fit in it.
    const room = reference.context - prompt.length + 1;
    const wanted = request.tokens ?? generation.maxNewTokens ?? FLOAT_TOKENS;
    const stops = stopIds(opened);
    const random = seededRandom(request.seed);
    const text = opened.tokenizer?.decodeStream({ skipSpecial: true });
    // What is generated continues the prompt: a space before its first word stays.
    for (const id of prompt) text?.push(id);
    const ids: number[] = [];
    let written = '';
    const show = textWriter(request, terminal);
    const write = (piece: string): void => {
      written += piece;
      // Text that may turn out to be a stop string is not shown before the end is known.
      if (!request.json && request.stop.length === 0) show(piece);
    };
    let logits = reference.forward(prompt, 'last');
    let first = 0;
    let latest = 0;
    for (;;) {
      throwIfAborted(terminal.signal);
      const id = sample(logits, [...prompt, ...ids], options, random);
      latest = performance.now();
      if (ids.length === 0) first = latest;
      ids.push(id);
      write(text?.push(id) ?? `${id} `);
      const stop = request.stop.find((candidate) => written.includes(candidate));
      if (stop !== undefined) written = written.slice(0, written.indexOf(stop));
      if (stop !== undefined || stops.includes(id) || ids.length >= Math.min(wanted, room)) break;
      logits = reference.forward([id], 'last');
      await nextTurn();
    }
    write(text?.finish() ?? '');
    if (!request.json) show(request.stop.length === 0 ? '\n' : `${written}\n`);
    return {
      promptIds: prompt,
      ids,
      text: written,
      ...(request.logits ? { logits: [...logits] } : {}),
      tokensPerSecond: decodeRate(ids.length, (latest - first) / 1000),
      engine: 'float',
    };
  } finally {
    progress.finish();
    await folder.close();
  }
}

function floatPrompt(opened: OpenedModel, request: RunRequest): number[] {
  const { tokenizer } = opened;
  const chat = chosenChat(opened, { chat: request.chat ?? 'template' });
  if (tokenizer === null)
    throw new UsageError('The folder has no tokenizer.json: give --ids instead of --prompt.');
  const prompt = request.prompt ?? '';
  return chat === null || request.raw
    ? tokenizer.encode(prompt)
    : tokenizer.encodeTurn(chat.section, { user: prompt });
}
