/**
 * The console protocol as data: version, limits, messages, codes, bits and layouts. docs/console.md explains it; its
 * tables and the board's `console_protocol.h` are generated from here (`npm run schema`).
 */

/** What this side speaks. */
export const CONSOLE_VERSION = 1;

export const CONSOLE_LIMITS = {
  /** Longest payload of a frame in bytes: a request to generate with as many stop ids and strings as can be given. */
  payload: 704,
  stopStrings: 8,
  stopStringBytes: 64,
  stopIds: 32,
} as const;

/** Messages from this code on come from the board. */
export const FIRST_ANSWER = 0x80;

export const MESSAGE = {
  hello: 0x01,
  info: 0x02,
  set: 0x03,
  stats: 0x04,
  prompt: 0x05,
  generate: 0x06,
  cancel: 0x07,
  reset: 0x08,
  bench: 0x09,
  reboot: 0x0a,
  ok: 0x80,
  welcome: 0x81,
  facts: 0x82,
  settings: 0x83,
  started: 0x90,
  prefill: 0x91,
  token: 0x92,
  logits: 0x93,
  moreText: 0x94,
  action: 0x95,
  finished: 0x9f,
  error: 0xff,
} as const;

/** Names of the codes of an error message, from 1 on. */
export const ERROR_CODES = [
  'type',
  'payload',
  'busy',
  'no-model',
  'options',
  'context',
  'token',
  'numeric',
  'too-long',
  'no-tokenizer',
  'no-chat',
  'no-prompt',
  'version',
  'cancelled',
] as const;

/** Bits of a sampling block: which of its fields are given. */
export const GIVEN = {
  temperature: 1,
  topK: 2,
  topP: 4,
  minP: 8,
  repetitionPenalty: 16,
  maxNewTokens: 32,
  seed: 64,
  doSample: 128,
  /** The value of `doSample`. */
  sampling: 256,
  defaults: 512,
} as const;

/** What becomes of a prompt. */
export const MODE = { fresh: 0, append: 1, 'first-turn': 2, 'next-turn': 3 } as const;

/** Bits of a request to generate. */
export const GENERATE_FLAG = { logits: 1, slide: 2, noDrafts: 4, free: 8 } as const;

/** What the bytes of a prompt are. */
export const PROMPT_KIND = { text: 0, ids: 1 } as const;

/** Bits of a welcome's capabilities. */
export const CAPABILITY = { model: 1, tokenizer: 2, chat: 4, turns: 8, actions: 16, grammar: 32 } as const;

/** Why a generation ended; `stalled` is the console's own, the others are the engine's. */
export const END_REASON = {
  eos: 1,
  length: 2,
  stop: 3,
  context: 4,
  cancelled: 5,
  error: 6,
  stalled: 16,
} as const;

const SCALAR_BYTES = { u8: 1, u16: 2, u32: 4, u64: 8, f32: 4 } as const;

export type ScalarType = keyof typeof SCALAR_BYTES;

/** Fields of the fixed part of a payload, one directly behind the other; all numbers are little-endian. */
export interface Layout {
  readonly [name: string]: ScalarType | Layout;
}

/** What a layout holds. */
export type LayoutValues<L extends Layout> = {
  -readonly [K in keyof L]: L[K] extends Layout ? LayoutValues<L[K]> : L[K] extends 'u64' ? bigint : number;
};

export const SAMPLING_BLOCK = {
  given: 'u32',
  temperature: 'f32',
  topK: 'u32',
  topP: 'f32',
  minP: 'f32',
  repetitionPenalty: 'f32',
  maxNewTokens: 'u32',
  seed: 'u64',
} as const satisfies Layout;

/** The fixed part of each message that has one; `settings` and `set` are a sampling block. */
export const PAYLOAD = {
  hello: { version: 'u8' },
  prompt: { kind: 'u8', zero: 'u8', zeros: 'u16', offset: 'u32' },
  generate: {
    mode: 'u8',
    flags: 'u8',
    stopStrings: 'u8',
    stopIds: 'u8',
    sampling: SAMPLING_BLOCK,
    keep: 'u32',
  },
  ok: { value: 'u32' },
  welcome: {
    version: 'u8',
    zero: 'u8',
    longestPayload: 'u16',
    capabilities: 'u32',
    boot: 'u32',
    vocabSize: 'u32',
    context: 'u32',
    promptBytes: 'u32',
    promptIds: 'u32',
  },
  facts: { first: 'u16', last: 'u8' },
  started: { promptTokens: 'u32', position: 'u32', context: 'u32', seed: 'u64' },
  prefill: { done: 'u32', total: 'u32', micros: 'u32' },
  token: { id: 'u32', micros: 'u32' },
  logits: { token: 'u32', first: 'u32' },
  action: { told: 'u8', kind: 'u8', pin: 'u8', input: 'u8', value: 'u32', seconds: 'u32' },
  finished: {
    reason: 'u8',
    status: 'u8',
    accepted: 'u16',
    promptRead: 'u32',
    newTokens: 'u32',
    contextUsed: 'u32',
    prefillMicros: 'u64',
    decodeMicros: 'u64',
    promptTokens: 'u32',
  },
  error: { code: 'u8' },
} as const satisfies Partial<Record<keyof typeof MESSAGE, Layout>>;

/** Bytes of a layout. */
export function layoutBytes(layout: Layout): number {
  return Object.values(layout).reduce((sum, type) => sum + typeBytes(type), 0);
}

function typeBytes(type: ScalarType | Layout): number {
  return typeof type === 'string' ? SCALAR_BYTES[type] : layoutBytes(type);
}

/** Reads what stands at `at`; the payload must be long enough. */
export function readLayout<L extends Layout>(layout: L, view: DataView, at = 0): LayoutValues<L> {
  const values: Record<string, unknown> = {};
  let offset = at;
  for (const [name, type] of Object.entries(layout)) {
    values[name] = typeof type === 'string' ? readScalar(type, view, offset) : readLayout(type, view, offset);
    offset += typeBytes(type);
  }
  return values as LayoutValues<L>;
}

function readScalar(type: ScalarType, view: DataView, at: number): number | bigint {
  switch (type) {
    case 'u8':
      return view.getUint8(at);
    case 'u16':
      return view.getUint16(at, true);
    case 'u32':
      return view.getUint32(at, true);
    case 'u64':
      return view.getBigUint64(at, true);
    case 'f32':
      return view.getFloat32(at, true);
  }
}

/** The bytes of a layout, and what the payload goes on with. */
export function writeLayout<L extends Layout>(layout: L, values: LayoutValues<L>, rest = 0): Uint8Array {
  const bytes = new Uint8Array(layoutBytes(layout) + rest);
  put(layout, values, new DataView(bytes.buffer), 0);
  return bytes;
}

function put(layout: Layout, values: Readonly<Record<string, unknown>>, view: DataView, at: number): void {
  let offset = at;
  for (const [name, type] of Object.entries(layout)) {
    if (typeof type === 'string') writeScalar(type, values[name] as number | bigint, view, offset);
    else put(type, values[name] as Readonly<Record<string, unknown>>, view, offset);
    offset += typeBytes(type);
  }
}

function writeScalar(type: ScalarType, value: number | bigint, view: DataView, at: number): void {
  switch (type) {
    case 'u8':
      view.setUint8(at, Number(value));
      break;
    case 'u16':
      view.setUint16(at, Number(value), true);
      break;
    case 'u32':
      view.setUint32(at, Number(value), true);
      break;
    case 'u64':
      view.setBigUint64(at, BigInt(value), true);
      break;
    case 'f32':
      view.setFloat32(at, Number(value), true);
      break;
  }
}
