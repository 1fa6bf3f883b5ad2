/** The exports of `twin.wasm` (device-runtime/wasm/twin.c), and reading them out of its memory. */

/** Pointers and sizes are byte offsets into `memory`. */
export interface TwinExports {
  readonly memory: WebAssembly.Memory;
  twin_reserve(bytes: number): number;
  twin_open(bytes: number, length: number): number;
  twin_fault(): number;
  twin_status_text(status: number): number;
  twin_tokenizer_text(status: number): number;
  twin_plan(context: number, maxBatch: number, scalar: number): number;
  twin_cache_bytes(): number;
  twin_init(memory: number, bytes: number): number;
  twin_facts(): number;
  twin_section(kind: number): number;
  twin_section_length(kind: number): number;
  twin_length(): number;
  twin_reset(): void;
  twin_truncate(length: number): void;
  twin_forward(ids: number, count: number, logits: number, all: number): number;
  twin_encode_scratch(textBytes: number): number;
  twin_encode(
    text: number,
    textBytes: number,
    flags: number,
    scratch: number,
    scratchBytes: number,
    ids: number,
    capacity: number,
    count: number,
  ): number;
  twin_decode(ids: number, count: number, skipSpecial: number, out: number, capacity: number): number;
  twin_chat_scratch(textBytes: number): number;
  twin_chat_encode(
    first: number,
    user: number,
    userBytes: number,
    system: number,
    systemBytes: number,
    scratch: number,
    scratchBytes: number,
    ids: number,
    capacity: number,
    count: number,
  ): number;
  twin_stop_ids(): number;
  twin_stop_string(index: number, length: number): number;
  twin_begin(
    prompt: number,
    count: number,
    doSample: number,
    temperature: number,
    topK: number,
    topP: number,
    minP: number,
    repetitionPenalty: number,
    maxNewTokens: number,
    seedLow: number,
    seedHigh: number,
    stopIds: number,
    stopStrings: number,
    slide: number,
    keep: number,
    noDrafts: number,
    free: number,
    every: number,
  ): number;
  twin_step(): number;
  twin_cancel(): void;
}

/** `s3lm_status` values that mean something to the caller. */
export const STATUS = { ok: 0, options: 23, memory: 24, token: 25, context: 26, numeric: 27 } as const;

/** `s3lm_event_kind`. */
export const EVENT = { prefill: 0, token: 1, end: 2 } as const;

/** `s3lm_reason`, by number. */
export const REASONS = ['running', 'eos', 'length', 'stop', 'context', 'cancelled', 'error'] as const;

/** `S3LM_NONE`: no such id. */
export const NONE = 0xffffffff;

/** Limits of s3lm.h. */
export const MAX_STOP_IDS = 32;
export const MAX_STOP_STRINGS = 8;
export const MAX_STOP_BYTES = 64;
export const MAX_BATCH = 32;

/** `twin_facts()`, in the order of the struct in twin.c. */
export const FACTS = {
  hiddenSize: 0,
  layers: 1,
  vocabSize: 2,
  context: 3,
  maxBatch: 4,
  bosId: 5,
  cache: 6,
  activations: 7,
  stopIdCount: 8,
  stopIds: 9,
  doSample: 10,
  topK: 11,
  maxNewTokens: 12,
  temperature: 13,
  topP: 14,
  minP: 15,
  repetitionPenalty: 16,
  hasTokenizer: 17,
  hasChat: 18,
  kernelsName: 19,
  logits: 20,
} as const;

/** `twin_step()`, in the order of the struct in twin.c. */
export const EVENT_FIELDS = {
  kind: 0,
  id: 1,
  text: 2,
  textLength: 3,
  reason: 4,
  promptDone: 5,
  status: 6,
  accepted: 7,
} as const;

/** Four characters as a section kind. */
export function sectionKind(text: string): number {
  return (
    (text.charCodeAt(0) |
      (text.charCodeAt(1) << 8) |
      (text.charCodeAt(2) << 16) |
      (text.charCodeAt(3) << 24)) >>>
    0
  );
}

/** The 32-bit word at `address + 4 * index`; memory may have grown since the last call, so no view is kept. */
export function wordAt(memory: WebAssembly.Memory, address: number, index = 0): number {
  return new DataView(memory.buffer).getUint32(address + 4 * index, true);
}

/** The f32 there. */
export function floatAt(memory: WebAssembly.Memory, address: number, index = 0): number {
  return new DataView(memory.buffer).getFloat32(address + 4 * index, true);
}

/** A view of `length` bytes; valid until the memory grows. */
export function bytesAt(memory: WebAssembly.Memory, address: number, length: number): Uint8Array {
  return new Uint8Array(memory.buffer, address, length);
}

/** A zero-terminated ASCII string. */
export function stringAt(memory: WebAssembly.Memory, address: number): string {
  const bytes = new Uint8Array(memory.buffer);
  const end = bytes.indexOf(0, address);
  return new TextDecoder().decode(bytes.slice(address, end));
}
