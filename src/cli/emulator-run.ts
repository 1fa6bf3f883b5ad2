/** `run --engine emulator`: boots an image on an emulated board and generates through its console, as with a board. */
import { basename } from 'node:path';
import { BoardError, ConsoleClient, type ConsoleEnd, type ConsoleToken } from '../device/console-client.js';
import { EmulatorDevice } from '../device/emulator.js';
import { inlineLink } from '../device/emulator-link.js';
import type { EmulatorReport } from '../device/emulator-types.js';
import type { Firmware } from '../image/firmware.js';
import { describeImage, looksLikeImage, type ImageDescription } from '../image/describe.js';
import { assembleFlashImage, planFlashImage } from '../image/flash-image.js';
import { guessBoard } from '../image/guess-board.js';
import { readPackage } from '../package/reader.js';
import { makeImage } from '../pipeline/image.js';
import { DEFAULT_BOARD_ID, findBoard, type Board } from '../plan/boards.js';
import { decodeRate } from '../shared/decode-rate.js';
import { FormatError, TransportError, UsageError, isAbort, throwIfAborted } from '../shared/errors.js';
import { formatFixed, formatRate } from '../shared/format.js';
import { MemorySource } from '../source/memory-folder.js';
import type { RunRequest } from './requests.js';
import { textWriter, type Terminal } from './terminal.js';
import { firmwareProgram, loadEmulator, loadFirmware } from './runtime-files.js';

/** An emulated board starts within a second or two of its own time; this machine may need many times that. */
const BOOT_PATIENCE = 300_000;

/** A pass over a long prompt can take seconds of the board's time. */
const ANSWER_TIMEOUT = 120_000;

/** What the emulated board adds to a run's result. */
export interface EmulatedRun {
  readonly ids: readonly number[];
  readonly text: string;
  readonly logits?: readonly number[];
  /** Of the board when cycles were modelled, else of this machine. */
  readonly tokensPerSecond: number;
  readonly board: EmulatedBoardFacts;
}

/** How the board did. Seconds are the board's; they mean something only when cycles were modelled. */
export interface EmulatedBoardFacts {
  readonly name: string;
  readonly modelled: boolean;
  readonly reason: ConsoleEnd['reason'];
  readonly promptTokens: number;
  readonly prefillSeconds: number;
  readonly decodeSeconds: number;
  /** What the board says about itself, by the names of docs/console.md. */
  readonly facts: Readonly<Record<string, string>>;
  readonly instructions: number;
  readonly warnings: readonly string[];
  readonly statistics: Readonly<Record<string, number>>;
}

/**
 * Boots and generates.
 * @param bytes an image, or a package that the tool's own firmware is put around
 * @throws TransportError when the board cannot be spoken with or stops, FormatError when the image holds nothing to run,
 *   UsageError for a prompt that the board refuses
 */
export async function runEmulated(
  request: RunRequest,
  bytes: Uint8Array,
  terminal: Terminal,
): Promise<EmulatedRun> {
  const { image, board } = await imageAndBoard(request, bytes, terminal.signal);
  const boardOptions = {
    chip: board.chip,
    flashBytes: board.flashBytes,
    psramKind: board.psramKind,
    psramBytes: board.psramBytes,
  };
  const device = await EmulatorDevice.start(
    inlineLink(),
    await loadEmulator(board.chip),
    image,
    {
      board: boardOptions,
      timing: request.timing,
      speed: 'flat',
      symbols: await ownSymbols(image),
    },
    {
      onFault: (report) => {
        showFault(report, request, terminal);
      },
    },
  );
  let log = '';
  if (!request.json && !request.bootLog) terminal.stderr.write(`Starting an emulated ${board.name} …\n`);
  try {
    const client = await ConsoleClient.connect(device, {
      patience: BOOT_PATIENCE,
      timeout: ANSWER_TIMEOUT,
      signal: terminal.signal,
      onText: (text) => {
        if (request.bootLog) terminal.stderr.write(text.replaceAll('\r', ''));
        else log += text;
      },
    });
    const facts = Object.fromEntries(await client.info(terminal.signal));
    if (!client.welcome.hasModel) throw withoutModel(request, facts);
    const { tokens, text, end, decodeSeconds } = await generate(client, request, terminal);
    throwIfAborted(terminal.signal);
    const state = await device.state();
    const modelled = tokens.slice(1).reduce((sum, { micros }) => sum + micros, 0) / 1e6;
    const last = tokens.at(-1)?.logits;
    return {
      ids: tokens.map(({ id }) => id),
      text,
      ...(last === undefined ? {} : { logits: [...last] }),
      tokensPerSecond: decodeRate(tokens.length, request.timing ? modelled : decodeSeconds),
      board: {
        name: board.name,
        modelled: request.timing,
        reason: end.reason,
        promptTokens: end.promptTokens,
        prefillSeconds: end.prefillMicros / 1e6,
        decodeSeconds: end.decodeMicros / 1e6,
        facts,
        instructions: state.status.instructions,
        warnings: state.warnings,
        statistics: state.statistics,
      },
    };
  } catch (error) {
    // What the board said before it failed is what helps then.
    if (!isAbort(error) && !request.json) terminal.stderr.write(log.replaceAll('\r', ''));
    throw error instanceof BoardError ? refusal(error) : error;
  } finally {
    await device.close();
  }
}

/** A line or two for people after the text. */
export function emulatedSummary({ ids, tokensPerSecond, board }: EmulatedRun): string {
  const { name, modelled, promptTokens, prefillSeconds, warnings } = board;
  const speed = modelled
    ? `${formatRate(tokensPerSecond)} tokens/s on the board, as modelled; ${promptTokens} tokens of prompt in ${formatFixed(prefillSeconds, 3)} s`
    : 'cycles not modelled (--timing)';
  return [
    `${ids.length} tokens on an emulated ${name}: ${speed}`,
    ...warnings.map((text) => `Warning: ${text}`),
  ].join('\n');
}

async function generate(
  client: ConsoleClient,
  request: RunRequest,
  terminal: Terminal,
): Promise<{ tokens: ConsoleToken[]; text: string; end: ConsoleEnd; decodeSeconds: number }> {
  const chat = client.welcome.hasChat && !request.raw && request.ids === undefined;
  const generation = client.generate({
    ...(request.ids === undefined ? { prompt: request.prompt } : { ids: request.ids }),
    mode: chat ? 'first-turn' : 'fresh',
    temperature: request.temperature,
    topK: request.topK,
    topP: request.topP,
    minP: request.minP,
    repetitionPenalty: request.repetitionPenalty,
    seed: request.seed,
    maxNewTokens: request.tokens,
    stopStrings: request.stop,
    whenFull: request.slide ? 'slide' : 'stop',
    drafts: request.drafts,
    logits: request.logits,
    signal: terminal.signal,
  });
  const tokens: ConsoleToken[] = [];
  let first = 0;
  let latest = 0;
  let text = '';
  const show = textWriter(request, terminal);
  const write = (piece: string): void => {
    text += piece;
    if (!request.json) show(piece);
  };
  for (;;) {
    const step = await generation.next();
    if (step.done === true) {
      write(step.value.text);
      return { tokens, text, end: step.value, decodeSeconds: (latest - first) / 1000 };
    }
    latest = performance.now();
    if (tokens.length === 0) first = latest;
    tokens.push(step.value);
    write(step.value.text);
  }
}

/** The image to put into the emulated flash, and the board around it. */
async function imageAndBoard(
  request: RunRequest,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<{ image: Uint8Array; board: Board }> {
  const source = new MemorySource(basename(request.model), bytes);
  const asked = request.board === undefined ? null : findBoard(request.board);
  if (looksLikeImage(bytes)) {
    const found = await describeImage(source, { signal });
    const board = asked ?? guessBoard(found);
    if (bytes.length > board.flashBytes)
      throw new UsageError(`The image has ${bytes.length} bytes, more than the flash of ${board.name}.`);
    return { image: bytes, board };
  }
  const { metadata } = await readPackage(source, { signal });
  const board = asked ?? findBoard(metadata['board'] ?? DEFAULT_BOARD_ID);
  const made = await makeImage(bytes, { board, firmware: await loadFirmware(board.chip) });
  return { image: assembleFlashImage(made.layout, bytes), board };
}

/** The program with the names, where the image starts with this tool's own firmware. */
async function ownSymbols(image: Uint8Array): Promise<Uint8Array | undefined> {
  let found: ImageDescription;
  let firmware: Firmware;
  try {
    found = await describeImage(new MemorySource('image', image));
    firmware = await loadFirmware(found.boot.chip);
  } catch {
    // An image that does not start, or an installation without firmware: then there are no names.
    return undefined;
  }
  const { chip, settings, digest } = found.boot;
  const board = { name: 'image', chip, flashBytes: settings.flashBytes };
  try {
    const layout = await planFlashImage(firmware, board, 0, settings);
    const own = layout.parts.find(({ offset }) => offset === chip.image.offset)?.bytes;
    if (own === undefined) return undefined;
    const { boot } = await describeImage(new MemorySource('firmware', own));
    return boot.digest === digest ? await firmwareProgram(chip) : undefined;
  } catch (error) {
    if (error instanceof UsageError || error instanceof FormatError) return undefined;
    throw error;
  }
}

function withoutModel(request: RunRequest, facts: Readonly<Record<string, string>>): FormatError {
  return new FormatError(`The board has no model: ${facts['model_fault'] ?? 'it does not say why'}`, {
    file: basename(request.model),
    remedy: '"inspect" says what the image holds.',
  });
}

/** What the board refuses is the request's fault or the image's, never this program's. */
function refusal(error: BoardError): Error {
  const { code, message } = error;
  if (code === 'numeric' || code === 'busy') return new TransportError(message, { cause: error });
  return new UsageError(message, { cause: error });
}

function showFault(report: EmulatorReport, request: RunRequest, terminal: Terminal): void {
  if (request.json) terminal.stdout.write(`${JSON.stringify({ engine: 'emulator', fault: report })}\n`);
  else terminal.stderr.write(`\n${report.text}\n`);
}
