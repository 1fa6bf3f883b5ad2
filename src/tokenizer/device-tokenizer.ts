/** The device's tokenizer in the page and in Node: the engine's C code as WebAssembly over the same tables. */
import { FormatError, UsageError } from '../shared/errors.js';
import type { Note } from './notes.js';
import { EngineMemory } from './engine-memory.js';
import type { TokenizerExports } from './engine-memory.js';
import type { DeviceTokenizer, EncodeOptions, TextStream, TokenizerTables, Turn } from './tokenizer.js';

/** `s3lm_tokenizer_status` in tokenizer.h. */
const Status = {
  Ok: 0,
  BadSection: 1,
  BadVersion: 2,
  Scratch: 3,
  TooMany: 4,
  TooLong: 5,
  NoTurn: 6,
} as const;

/** `S3LM_ENCODE_*` in tokenizer.h. */
const EncodeFlag = { AddSpecial: 1, SpecialAsText: 2, Continue: 4 } as const;

/** First guess of what a call takes; both double when that is too little. Words are short, so it seldom is. */
const FIRST_SCRATCH_BYTES = 65536;
const SCRATCH_PER_BYTE = 8;

/** Ends the doubling: more than the engine's worst case for its longest text. */
const MAX_SCRATCH_BYTES = 1 << 29;

/**
 * Opens the tables with the engine's code.
 * @param module the twin (`device-runtime/prebuilt/twin.wasm`)
 * @throws FormatError when the engine refuses the tables
 */
export async function openTokenizer(
  module: WebAssembly.Module,
  tables: TokenizerTables,
): Promise<DeviceTokenizer> {
  const instance = await WebAssembly.instantiate(module, {});
  const engine = instance.exports as unknown as TokenizerExports;
  const memory = new EngineMemory(engine.memory);
  const section = memory.keep(tables.section.length);
  memory.bytes(section, tables.section.length).set(tables.section);
  const tokenizer = memory.keep(engine.tokenizer_struct_bytes());
  const status = engine.tokenizer_open(section, tables.section.length, tokenizer);
  if (status !== Status.Ok) {
    throw new FormatError(memory.text(engine.tokenizer_status_text(status)), {
      file: 'TOKN section',
      remedy: 'Use a twin and a converter of the same version.',
    });
  }
  return new WasmTokenizer(engine, memory, tokenizer, tables);
}

class WasmTokenizer implements DeviceTokenizer {
  readonly section: Uint8Array;
  readonly vocabSize: number;
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly unkId: number | null;
  readonly specialIds: readonly number[];
  readonly addedIds: readonly number[];
  readonly prefixIds: readonly number[];
  readonly suffixIds: readonly number[];
  readonly notes: readonly Note[];
  readonly #engine: TokenizerExports;
  readonly #memory: EngineMemory;
  /** Address of the opened `s3lm_tokenizer`. */
  readonly #tokenizer: number;
  readonly #tables: TokenizerTables;

  constructor(engine: TokenizerExports, memory: EngineMemory, tokenizer: number, tables: TokenizerTables) {
    this.#engine = engine;
    this.#memory = memory;
    this.#tokenizer = tokenizer;
    this.#tables = tables;
    this.section = tables.section;
    this.vocabSize = tables.vocabSize;
    this.bosId = tables.bosId;
    this.eosId = tables.eosId;
    this.unkId = tables.unkId;
    this.specialIds = tables.specialIds;
    this.addedIds = tables.addedIds;
    this.prefixIds = tables.prefixIds;
    this.suffixIds = tables.suffixIds;
    this.notes = tables.notes;
  }

  tokenText(id: number): string | null {
    return this.#tables.tokenText(id);
  }

  tokenId(text: string): number | null {
    return this.#tables.tokenId(text);
  }

  encode(text: string | Uint8Array, options: EncodeOptions = {}): number[] {
    const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
    const flags =
      (options.addSpecial === false ? 0 : EncodeFlag.AddSpecial) |
      (options.specialAsText === true ? EncodeFlag.SpecialAsText : 0) |
      (options.continues === true ? EncodeFlag.Continue : 0);
    return this.#ids(bytes.length, () => {
      const place = this.#memory.put(bytes);
      return (scratch, scratchBytes, ids, capacity, count) =>
        this.#engine.tokenizer_encode(
          this.#tokenizer,
          place,
          bytes.length,
          flags,
          scratch,
          scratchBytes,
          ids,
          capacity,
          count,
        );
    });
  }

  decode(ids: ArrayLike<number>, options: { readonly skipSpecial?: boolean | undefined } = {}): string {
    const memory = this.#memory;
    const list = memory.take(Math.max(ids.length, 1) * 4);
    memory.words(list, ids.length).set(ids);
    const skip = Number(options.skipSpecial === true);
    const measure = this.#engine.tokenizer_decode(this.#tokenizer, list, ids.length, skip, 0, 0);
    const out = memory.take(measure);
    this.#engine.tokenizer_decode(this.#tokenizer, list, ids.length, skip, out, measure);
    const text = decodeUtf8(memory.bytes(out, measure));
    memory.release();
    return text;
  }

  decodeStream(options: { readonly skipSpecial?: boolean | undefined } = {}): TextStream {
    const [engine, memory] = [this.#engine, this.#memory];
    // The decoder's state lives in JavaScript between calls, so that streams need no end and do not add up.
    const state = new Uint8Array(engine.tokenizer_decoder_bytes());
    const room = engine.tokenizer_decoder_room(this.#tokenizer);
    const call = (run: (decoder: number, out: number) => number): string => {
      const decoder = memory.put(state);
      const out = memory.take(room);
      const length = run(decoder, out);
      state.set(memory.bytes(decoder, state.length));
      const text = decodeUtf8(memory.bytes(out, length));
      memory.release();
      return text;
    };
    call((decoder) => {
      engine.tokenizer_decoder_start(decoder, this.#tokenizer, Number(options.skipSpecial === true));
      return 0;
    });
    return {
      push: (id) => call((decoder, out) => engine.tokenizer_decoder_push(decoder, id, out)),
      finish: () => call((decoder, out) => engine.tokenizer_decoder_finish(decoder, out)),
    };
  }

  encodeTurn(chat: Uint8Array, turn: Turn): number[] {
    const user = new TextEncoder().encode(turn.user);
    const system = turn.system === undefined ? null : new TextEncoder().encode(turn.system);
    return this.#ids(user.length + (system?.length ?? 0) + chat.length, () => {
      const memory = this.#memory;
      const opened = memory.take(this.#engine.chat_struct_bytes());
      const section = memory.put(chat);
      const status = this.#engine.chat_open(section, chat.length, opened);
      if (status !== Status.Ok) this.#fail(status);
      const userPlace = memory.put(user);
      const systemPlace = system === null ? 0 : memory.put(system);
      return (scratch, scratchBytes, ids, capacity, count) =>
        this.#engine.chat_encode(
          opened,
          this.#tokenizer,
          Number(turn.later !== true),
          userPlace,
          user.length,
          systemPlace,
          system?.length ?? 0,
          scratch,
          scratchBytes,
          ids,
          capacity,
          count,
        );
    });
  }

  /** Runs an encoding call, again with more memory while that is what it lacks. */
  #ids(
    bytes: number,
    prepare: () => (
      scratch: number,
      scratchBytes: number,
      ids: number,
      capacity: number,
      count: number,
    ) => number,
  ): number[] {
    let scratchBytes = FIRST_SCRATCH_BYTES + bytes * SCRATCH_PER_BYTE;
    let capacity = bytes + 64;
    for (;;) {
      try {
        const run = prepare();
        const count = this.#memory.take(4);
        const ids = this.#memory.take(capacity * 4);
        const scratch = this.#memory.take(scratchBytes);
        const status = run(scratch, scratchBytes, ids, capacity, count);
        if (status === Status.Ok)
          return [...this.#memory.words(ids, this.#memory.words(count, 1)[0] as number)];
        if (status === Status.TooMany) capacity *= 2;
        else if (status === Status.Scratch && scratchBytes < MAX_SCRATCH_BYTES) scratchBytes *= 2;
        else this.#fail(status);
      } finally {
        this.#memory.release();
      }
    }
  }

  #fail(status: number): never {
    const problem = this.#memory.text(this.#engine.tokenizer_status_text(status));
    if (status === Status.BadSection || status === Status.BadVersion) {
      throw new FormatError(problem, { file: 'CHAT section', remedy: 'Convert the model again.' });
    }
    throw new UsageError(problem);
  }
}

/** The engine gives valid UTF-8; a byte order mark is text here. */
function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
