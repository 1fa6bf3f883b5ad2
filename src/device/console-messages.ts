/** Payloads of the console's messages: requests to bytes, answers to values (docs/console.md). */
import { TransportError, UsageError } from '../shared/errors.js';
import { ACTION_INPUT, ACTION_OUTPUT, ACTION_TOLD, NO_PIN } from '../schema/actions.js';
import {
  CAPABILITY,
  CONSOLE_LIMITS,
  GENERATE_FLAG,
  GIVEN,
  MODE,
  PAYLOAD,
  PROMPT_KIND,
  SAMPLING_BLOCK,
  layoutBytes,
  readLayout,
  writeLayout,
  type Layout,
  type LayoutValues,
} from '../schema/console.js';
import { wordOf } from '../schema/kinds.js';
import { endReason } from './console-protocol.js';
import type {
  ConsoleAction,
  ConsoleEnd,
  ConsoleRequest,
  ConsoleSampling,
  ConsoleSettings,
  ConsoleStart,
  ConsoleWelcome,
} from './console-types.js';

const MAX_U32 = 0xffffffff;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The fixed part of a payload, and what follows it.
 * @throws TransportError when the payload is shorter than its message is
 */
export function takeLayout<L extends Layout>(
  layout: L,
  payload: Uint8Array,
): { values: LayoutValues<L>; rest: Uint8Array } {
  const bytes = layoutBytes(layout);
  if (payload.length < bytes) {
    throw new TransportError(
      'The board sent a message that is too short. Its firmware and this program do not fit together.',
      { code: 'board-line' },
    );
  }
  return { values: readLayout(layout, view(payload)), rest: payload.subarray(bytes) };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function whole(value: number | undefined, name: string): number {
  if (value === undefined) return 0;
  if (!Number.isInteger(value) || value < 0 || value > MAX_U32) {
    throw new UsageError(`${name} must be a whole number from 0 to ${MAX_U32}.`);
  }
  return value;
}

/** @throws UsageError for numbers that no sampling block can hold; what they mean is for the board to judge */
export function samplingBlock(sampling: ConsoleSampling, defaults = false): Uint8Array {
  return writeLayout(SAMPLING_BLOCK, samplingValues(sampling, defaults));
}

function samplingValues(sampling: ConsoleSampling, defaults: boolean): LayoutValues<typeof SAMPLING_BLOCK> {
  let given: number = defaults ? GIVEN.defaults : 0;
  for (const name of ['temperature', 'topK', 'topP', 'minP', 'repetitionPenalty', 'maxNewTokens'] as const) {
    if (sampling[name] !== undefined) given |= GIVEN[name];
  }
  if (sampling.doSample !== undefined) given |= GIVEN.doSample | (sampling.doSample ? GIVEN.sampling : 0);
  if (sampling.seed !== undefined) given |= GIVEN.seed;
  return {
    given,
    temperature: sampling.temperature ?? 0,
    topK: whole(sampling.topK, 'topK'),
    topP: sampling.topP ?? 0,
    minP: sampling.minP ?? 0,
    repetitionPenalty: sampling.repetitionPenalty ?? 0,
    maxNewTokens: whole(sampling.maxNewTokens, 'maxNewTokens'),
    seed: seedOf(sampling.seed),
  };
}

function seedOf(wanted: number | bigint | undefined): bigint {
  if (wanted === undefined) return 0n;
  if (typeof wanted === 'number' && !Number.isSafeInteger(wanted)) {
    throw new UsageError('seed must be a whole number.');
  }
  const seed = BigInt(wanted);
  if (seed < 0n || seed >= 1n << 64n) throw new UsageError('seed must be from 0 to 2^64 - 1.');
  return seed;
}

export function readSettings(payload: Uint8Array): ConsoleSettings {
  const { given, seed, ...settings } = takeLayout(SAMPLING_BLOCK, payload).values;
  return {
    ...settings,
    doSample: (given & GIVEN.sampling) !== 0,
    seed: (given & GIVEN.seed) === 0 ? null : seed,
  };
}

export function readWelcome(payload: Uint8Array): ConsoleWelcome {
  const { values, rest } = takeLayout(PAYLOAD.welcome, payload);
  const { version, boot, vocabSize, context, promptBytes, promptIds, capabilities: can } = values;
  return {
    version,
    boot,
    firmware: text(rest),
    hasModel: (can & CAPABILITY.model) !== 0,
    hasTokenizer: (can & CAPABILITY.tokenizer) !== 0,
    hasChat: (can & CAPABILITY.chat) !== 0,
    hasTurns: (can & CAPABILITY.turns) !== 0,
    vocabSize,
    context,
    promptBytes,
    promptIds,
  };
}

/** Puts the pages of a list together: lines of `name=value`. A first page begins anew; pages out of turn are left out. */
export class FactPages {
  private readonly lines: string[] = [];

  /** Takes a page; the facts when it was the last one that was missing, else `null`. */
  take(payload: Uint8Array): ReadonlyMap<string, string> | null {
    const { values, rest } = takeLayout(PAYLOAD.facts, payload);
    const { first, last } = values;
    if (first === 0) this.lines.length = 0;
    const isNext = first === this.lines.length;
    if (isNext) this.lines.push(...text(rest).split('\n').slice(0, -1));
    if (!isNext || last === 0) return null;
    const facts = new Map<string, string>();
    for (const line of this.lines) {
      const equals = line.indexOf('=');
      if (equals > 0) facts.set(line.slice(0, equals), line.slice(equals + 1));
    }
    return facts;
  }
}

/** The prompt as payloads of prompt messages: at least one, for an empty prompt too. */
export function promptPieces(kind: keyof typeof PROMPT_KIND, bytes: Uint8Array): Uint8Array[] {
  const header = layoutBytes(PAYLOAD.prompt);
  const room = CONSOLE_LIMITS.payload - header;
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += room) {
    const part = bytes.subarray(offset, offset + room);
    const values = { kind: PROMPT_KIND[kind], zero: 0, zeros: 0, offset };
    const piece = writeLayout(PAYLOAD.prompt, values, part.length);
    piece.set(part, header);
    pieces.push(piece);
  }
  return pieces;
}

/** @throws UsageError for ids that are no numbers of 32 bits */
export function idBytes(ids: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * ids.length);
  ids.forEach((id, i) => view(bytes).setUint32(4 * i, whole(id, 'a token id'), true));
  return bytes;
}

/** @throws UsageError for more or longer stops than a request can hold */
export function generatePayload(request: ConsoleRequest): Uint8Array {
  const stopIds = request.stopIds ?? [];
  const stops = (request.stopStrings ?? []).map((string) => new TextEncoder().encode(string));
  const { stopIds: maxIds, stopStrings: maxStrings, stopStringBytes } = CONSOLE_LIMITS;
  if (stopIds.length > maxIds) throw new UsageError(`at most ${maxIds} stop ids can be given.`);
  if (stops.length > maxStrings) {
    throw new UsageError(`at most ${maxStrings} stop strings can be given.`);
  }
  if (stops.some((bytes) => bytes.length < 1 || bytes.length > stopStringBytes)) {
    throw new UsageError(`a stop string must have 1 to ${stopStringBytes} bytes.`);
  }
  const head = writeLayout(PAYLOAD.generate, {
    mode: MODE[request.mode ?? 'fresh'],
    flags:
      (request.logits === true ? GENERATE_FLAG.logits : 0) |
      (request.whenFull === 'slide' ? GENERATE_FLAG.slide : 0) |
      (request.drafts === false ? GENERATE_FLAG.noDrafts : 0) |
      (request.free === true ? GENERATE_FLAG.free : 0),
    stopStrings: stops.length,
    stopIds: stopIds.length,
    sampling: samplingValues(request, false),
    keep: whole(request.keep, 'keep'),
  });
  const parts = [head, idBytes(stopIds), ...stops.flatMap((bytes) => [Uint8Array.of(bytes.length), bytes])];
  const payload = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    payload.set(part, at);
    at += part.length;
  }
  return payload;
}

export function readStart(payload: Uint8Array): ConsoleStart {
  return takeLayout(PAYLOAD.started, payload).values;
}

/** @returns `null` for what this program does not know */
export function readAction(payload: Uint8Array): ConsoleAction | null {
  const { values, rest } = takeLayout(PAYLOAD.action, payload);
  const { pin, value, seconds, input } = values;
  const told = wordOf(ACTION_TOLD, values.told);
  const kind = input === 0 ? wordOf(ACTION_OUTPUT, values.kind) : wordOf(ACTION_INPUT, values.kind);
  const said = text(rest);
  const equals = said.lastIndexOf('=');
  if (told === undefined || kind === undefined || equals < 0) return null;
  return {
    told,
    kind,
    name: said.slice(0, equals),
    text: said.slice(equals + 1),
    pin: pin === NO_PIN ? null : pin,
    // Degrees may be below 0.
    value: kind === 'temperature' ? value | 0 : value,
    seconds,
  };
}

export function readEnd(payload: Uint8Array): ConsoleEnd {
  const { values, rest } = takeLayout(PAYLOAD.finished, payload);
  const { reason, promptRead, newTokens, accepted, contextUsed } = values;
  const { prefillMicros, decodeMicros, promptTokens } = values;
  return {
    reason: endReason(reason),
    text: text(rest),
    promptRead,
    newTokens,
    accepted,
    contextUsed,
    prefillMicros: Number(prefillMicros),
    decodeMicros: Number(decodeMicros),
    promptTokens,
  };
}
