/** The tokenizer's C code in WebAssembly: its exports, and memory for what it is called with. */

/** What device-runtime/wasm/tokenizer_exports.c exports; all numbers are 32 bits. */
export interface TokenizerExports {
  readonly memory: WebAssembly.Memory;
  tokenizer_struct_bytes(): number;
  tokenizer_open(section: number, length: number, out: number): number;
  tokenizer_status_text(status: number): number;
  tokenizer_scratch_bytes(tokenizer: number, textBytes: number): number;
  tokenizer_encode(
    tokenizer: number,
    text: number,
    textBytes: number,
    flags: number,
    scratch: number,
    scratchBytes: number,
    ids: number,
    capacity: number,
    count: number,
  ): number;
  tokenizer_decode(
    tokenizer: number,
    ids: number,
    count: number,
    skip: number,
    out: number,
    capacity: number,
  ): number;
  tokenizer_decoder_bytes(): number;
  tokenizer_decoder_start(decoder: number, tokenizer: number, skip: number): void;
  tokenizer_decoder_room(tokenizer: number): number;
  tokenizer_decoder_push(decoder: number, id: number, out: number): number;
  tokenizer_decoder_finish(decoder: number, out: number): number;
  chat_struct_bytes(): number;
  chat_open(section: number, length: number, out: number): number;
  chat_encode(
    chat: number,
    tokenizer: number,
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
}

const PAGE_BYTES = 65536;
const ALIGNMENT = 64;

/**
 * Memory behind what the module itself uses. `keep` lasts; `take` lasts until the next `release`. Views are made fresh
 * because growing the memory detaches old ones.
 */
export class EngineMemory {
  readonly #memory: WebAssembly.Memory;
  #kept: number;
  #at: number;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#kept = this.#at = memory.buffer.byteLength;
  }

  /** Room for as long as the instance lives. Only before the first `take` or after a `release`. */
  keep(bytes: number): number {
    const place = this.take(bytes);
    this.#kept = this.#at;
    return place;
  }

  /** Room for one call; aligned to 64. @throws RangeError when the memory cannot grow so far */
  take(bytes: number): number {
    const place = this.#at;
    this.#at = Math.ceil((place + bytes) / ALIGNMENT) * ALIGNMENT;
    const missing = this.#at - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return place;
  }

  /** Gives back what was taken for a call. */
  release(): void {
    this.#at = this.#kept;
  }

  bytes(place: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, place, length);
  }

  words(place: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, place, length);
  }

  /** Takes room for bytes and copies them there; room is never empty, so the place is valid. */
  put(bytes: Uint8Array): number {
    const place = this.take(Math.max(bytes.length, 1));
    this.bytes(place, bytes.length).set(bytes);
    return place;
  }

  /** A text that ends with a zero byte. */
  text(place: number): string {
    const all = new Uint8Array(this.#memory.buffer, place);
    return new TextDecoder().decode(all.slice(0, all.indexOf(0)));
  }
}
