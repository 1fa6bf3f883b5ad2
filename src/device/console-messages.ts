/** Payloads of the console's messages: requests to bytes, answers to values (docs/console.md). */
import { TransportError, UsageError } from '../shared/errors.js';
import {
  CAPABILITY,
  END_REASONS,
  FACTS_HEADER,
  GIVEN,
  MAX_PAYLOAD,
  MODE,
  PROMPT_HEADER,
  SAMPLING_BYTES,
  SLIDE,
  WANT_LOGITS,
} from './console-protocol.js';
import type {
  ConsoleEnd,
  ConsoleRequest,
  ConsoleSampling,
  ConsoleSettings,
  ConsoleStart,
  ConsoleWelcome,
} from './console-types.js';

const GENERATE_BYTES = 44;
const MAX_STOP_STRINGS = 8;
const MAX_STOP_BYTES = 64;
const MAX_STOP_IDS = 32;
const MAX_U32 = 0xffffffff;

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The payload as fields. @throws TransportError when it is shorter than its message is */
export function fields(payload: Uint8Array, least: number): DataView {
  if (payload.length < least) {
    throw new TransportError(
      'The board sent a message that is too short. Its firmware and this program do not fit together.',
      { code: 'board-line' },
    );
  }
  return view(payload);
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
  const bytes = new Uint8Array(SAMPLING_BYTES);
  const at = view(bytes);
  let given = defaults ? GIVEN.defaults : 0;
  for (const name of ['temperature', 'topK', 'topP', 'minP', 'repetitionPenalty', 'maxNewTokens'] as const) {
    if (sampling[name] !== undefined) given |= GIVEN[name];
  }
  if (sampling.doSample !== undefined) given |= GIVEN.doSample | (sampling.doSample ? GIVEN.sampling : 0);
  at.setFloat32(4, sampling.temperature ?? 0, true);
  at.setUint32(8, whole(sampling.topK, 'topK'), true);
  at.setFloat32(12, sampling.topP ?? 0, true);
  at.setFloat32(16, sampling.minP ?? 0, true);
  at.setFloat32(20, sampling.repetitionPenalty ?? 0, true);
  at.setUint32(24, whole(sampling.maxNewTokens, 'maxNewTokens'), true);
  if (sampling.seed !== undefined) {
    if (typeof sampling.seed === 'number' && !Number.isSafeInteger(sampling.seed)) {
      throw new UsageError('seed must be a whole number.');
    }
    const seed = BigInt(sampling.seed);
    if (seed < 0n || seed >= 1n << 64n) throw new UsageError('seed must be from 0 to 2^64 - 1.');
    given |= GIVEN.seed;
    at.setBigUint64(28, seed, true);
  }
  at.setUint32(0, given, true);
  return bytes;
}

export function readSettings(payload: Uint8Array): ConsoleSettings {
  const at = fields(payload, SAMPLING_BYTES);
  const given = at.getUint32(0, true);
  return {
    doSample: (given & GIVEN.sampling) !== 0,
    temperature: at.getFloat32(4, true),
    topK: at.getUint32(8, true),
    topP: at.getFloat32(12, true),
    minP: at.getFloat32(16, true),
    repetitionPenalty: at.getFloat32(20, true),
    maxNewTokens: at.getUint32(24, true),
    seed: (given & GIVEN.seed) === 0 ? null : at.getBigUint64(28, true),
  };
}

export function readWelcome(payload: Uint8Array): ConsoleWelcome {
  const at = fields(payload, 28);
  const can = at.getUint32(4, true);
  return {
    version: at.getUint8(0),
    boot: at.getUint32(8, true),
    firmware: text(payload.subarray(28)),
    hasModel: (can & CAPABILITY.model) !== 0,
    hasTokenizer: (can & CAPABILITY.tokenizer) !== 0,
    hasChat: (can & CAPABILITY.chat) !== 0,
    hasTurns: (can & CAPABILITY.turns) !== 0,
    vocabSize: at.getUint32(12, true),
    context: at.getUint32(16, true),
    promptBytes: at.getUint32(20, true),
    promptIds: at.getUint32(24, true),
  };
}

/** Puts the pages of a list together: lines of `name=value`. A first page begins anew; pages out of turn are left out. */
export class FactPages {
  private readonly lines: string[] = [];

  /** Takes a page; the facts when it was the last one that was missing, else `null`. */
  take(payload: Uint8Array): ReadonlyMap<string, string> | null {
    const at = fields(payload, FACTS_HEADER);
    const first = at.getUint16(0, true);
    if (first === 0) this.lines.length = 0;
    const isNext = first === this.lines.length;
    if (isNext) this.lines.push(...text(payload.subarray(FACTS_HEADER)).split('\n').slice(0, -1));
    if (!isNext || at.getUint8(2) === 0) return null;
    const facts = new Map<string, string>();
    for (const line of this.lines) {
      const equals = line.indexOf('=');
      if (equals > 0) facts.set(line.slice(0, equals), line.slice(equals + 1));
    }
    return facts;
  }
}

/** The prompt as payloads of prompt messages: at least one, for an empty prompt too. */
export function promptPieces(kind: number, bytes: Uint8Array): Uint8Array[] {
  const room = MAX_PAYLOAD - PROMPT_HEADER;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += room) {
    const part = bytes.subarray(at, at + room);
    const piece = new Uint8Array(PROMPT_HEADER + part.length);
    piece[0] = kind;
    view(piece).setUint32(4, at, true);
    piece.set(part, PROMPT_HEADER);
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
  if (stopIds.length > MAX_STOP_IDS) throw new UsageError(`at most ${MAX_STOP_IDS} stop ids can be given.`);
  if (stops.length > MAX_STOP_STRINGS) {
    throw new UsageError(`at most ${MAX_STOP_STRINGS} stop strings can be given.`);
  }
  if (stops.some((bytes) => bytes.length < 1 || bytes.length > MAX_STOP_BYTES)) {
    throw new UsageError(`a stop string must have 1 to ${MAX_STOP_BYTES} bytes.`);
  }
  const head = new Uint8Array(GENERATE_BYTES);
  head[0] = MODE[request.mode ?? 'fresh'];
  head[1] = (request.logits === true ? WANT_LOGITS : 0) | (request.whenFull === 'slide' ? SLIDE : 0);
  head[2] = stops.length;
  head[3] = stopIds.length;
  head.set(samplingBlock(request), 4);
  view(head).setUint32(40, whole(request.keep, 'keep'), true);
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
  const at = fields(payload, 20);
  return {
    promptTokens: at.getUint32(0, true),
    position: at.getUint32(4, true),
    context: at.getUint32(8, true),
    seed: at.getBigUint64(12, true),
  };
}

export function readEnd(payload: Uint8Array): ConsoleEnd {
  const at = fields(payload, 36);
  return {
    reason: END_REASONS[at.getUint8(0)] ?? 'error',
    text: text(payload.subarray(36)),
    promptRead: at.getUint32(4, true),
    newTokens: at.getUint32(8, true),
    contextUsed: at.getUint32(12, true),
    prefillMicros: Number(at.getBigUint64(16, true)),
    decodeMicros: Number(at.getBigUint64(24, true)),
    promptTokens: at.getUint32(32, true),
  };
}
