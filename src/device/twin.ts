/**
 * The twin: the engine that also runs on the board, compiled to WebAssembly, with one package loaded. It computes the
 * same logits to the last bit. Runs in Node, pages and workers; every call is synchronous, so a page calls it in a
 * worker.
 */
import { FormatError, UsageError } from '../shared/errors.js';
import {
  EVENT,
  EVENT_FIELDS,
  FACTS,
  MAX_BATCH,
  MAX_STOP_BYTES,
  MAX_STOP_IDS,
  MAX_STOP_STRINGS,
  NONE,
  REASONS,
  STATUS,
  bytesAt,
  stringAt,
  wordAt,
  type TwinExports,
} from './twin-exports.js';
import { openingError, readInfo, sentences } from './twin-info.js';
import type {
  EndReason,
  GenerateOptions,
  GenerateResult,
  GenerateStep,
  TwinEncodeOptions,
  TwinEngine,
  TwinInfo,
  TwinOptions,
} from './twin-types.js';

export type * from './twin-types.js';

/** S3LM_ENCODE_ADD_SPECIAL, S3LM_ENCODE_CONTINUE */
const ADD_SPECIAL = 1;
const CONTINUE = 4;
/** Ids that a template or post-processor may add to those of the text, before a second call is needed. */
const EXTRA_IDS = 64;

export class Twin implements TwinEngine {
  readonly info: TwinInfo;
  private readonly exports: TwinExports;
  private readonly name: string;
  /** Where one prefill pass of ids goes. */
  private readonly idsAt: number;
  /** Where the logits of the last token, or of one pass, go. */
  private readonly logitsAt: number;
  /** Memory that calls reuse; grows when a text needs more. */
  private scratchAt = 0;
  private scratchBytes = 0;
  /** A token that the last generation produced but did not run, `null` when there is none. */
  private pending: number | null = null;
  private generating = false;

  /**
   * Loads a package into a fresh instance of the engine.
   * @param module compiled `twin.wasm`
   * @param pkg the whole package; it is copied
   * @throws FormatError when the package is damaged or has what this engine does not know
   * @throws UsageError when the options are impossible or the memory does not suffice
   */
  static async load(module: WebAssembly.Module, pkg: Uint8Array, options: TwinOptions = {}): Promise<Twin> {
    const instance = await WebAssembly.instantiate(module, {});
    return new Twin(instance.exports as unknown as TwinExports, pkg, options);
  }

  private constructor(exports: TwinExports, pkg: Uint8Array, options: TwinOptions) {
    this.exports = exports;
    this.name = options.name ?? 'model.s3lm';
    const at = this.reserve(pkg.length);
    new Uint8Array(exports.memory.buffer).set(pkg, at);
    const opened = exports.twin_open(at, pkg.length);
    if (opened !== STATUS.ok) throw openingError(exports, this.name, opened);

    const context = optional(options.context, 1, 0x10000, 'context');
    const maxBatch = optional(options.maxBatch, 1, MAX_BATCH, 'maxBatch');
    const stateBytes = exports.twin_plan(context, maxBatch, options.kernels === 'scalar' ? 1 : 0) >>> 0;
    if (stateBytes === 0) {
      throw new UsageError(
        `${this.name}: the context is longer than the package's, or the model's state exceeds 2 GiB.`,
      );
    }
    const state = this.reserve(stateBytes);
    if (exports.twin_init(state, stateBytes) !== STATUS.ok)
      throw new UsageError(this.statusText(STATUS.memory), { code: 'memory' });
    this.info = readInfo(exports, this.name, pkg.length, stateBytes);
    this.idsAt = this.reserve(4 * this.info.maxBatch);
    this.logitsAt = this.reserve(4 * this.info.maxBatch * this.info.vocabSize);
  }

  get memoryBytes(): number {
    return this.exports.memory.buffer.byteLength;
  }

  get length(): number {
    return this.exports.twin_length();
  }

  forward(ids: readonly number[] | Uint32Array, want: 'last' | 'all'): Float32Array {
    const { vocabSize, maxBatch, context } = this.info;
    this.checkIds(ids);
    if (ids.length === 0) throw new UsageError('forward needs at least one id.');
    if (ids.length > context - this.length) {
      throw new UsageError(`${ids.length} ids do not fit: ${this.length} of ${context} positions are taken.`);
    }
    this.pending = null;
    const logits = new Float32Array(vocabSize * (want === 'all' ? ids.length : 1));
    for (let done = 0; done < ids.length; done += maxBatch) {
      const pass = ids.slice(done, done + maxBatch);
      const isLast = done + pass.length === ids.length;
      this.writeIds(pass, this.idsAt);
      const target = want === 'all' || isLast ? this.logitsAt : 0;
      this.check(this.exports.twin_forward(this.idsAt, pass.length, target, want === 'all' ? 1 : 0));
      if (want === 'all') logits.set(this.floats(this.logitsAt, pass.length * vocabSize), done * vocabSize);
      else if (isLast) logits.set(this.floats(this.logitsAt, vocabSize));
    }
    return logits;
  }

  reset(): void {
    this.pending = null;
    this.exports.twin_reset();
  }

  truncate(length: number): void {
    this.pending = null;
    this.exports.twin_truncate(optional(length, 0, 0xffffffff, 'length'));
  }

  encode(text: string, options: TwinEncodeOptions = {}): number[] {
    this.needTokenizer();
    const bytes = new TextEncoder().encode(text);
    const flags =
      ((options.addSpecial ?? true) ? ADD_SPECIAL : 0) | (options.continues === true ? CONTINUE : 0);
    return this.encodeWith(
      bytes,
      this.exports.twin_encode_scratch(bytes.length),
      (at, scratch, size, ids, room, count) =>
        this.exports.twin_encode(at, bytes.length, flags, scratch, size, ids, room, count),
    );
  }

  chatIds(
    user: string,
    options: { readonly first: boolean; readonly system?: string | undefined },
  ): number[] {
    if (!this.info.hasChat) throw new UsageError(`${this.name} has no chat section: it continues text.`);
    const userBytes = new TextEncoder().encode(user);
    const systemBytes = new TextEncoder().encode(options.system ?? '');
    const text = new Uint8Array(userBytes.length + systemBytes.length);
    text.set(userBytes);
    text.set(systemBytes, userBytes.length);
    const need = this.exports.twin_chat_scratch(text.length);
    return this.encodeWith(text, need, (at, scratch, size, ids, room, count) =>
      this.exports.twin_chat_encode(
        options.first ? 1 : 0,
        at,
        userBytes.length,
        options.system === undefined ? 0 : at + userBytes.length,
        systemBytes.length,
        scratch,
        size,
        ids,
        room,
        count,
      ),
    );
  }

  decode(
    ids: readonly number[] | Uint32Array,
    options: { readonly skipSpecial?: boolean | undefined } = {},
  ): string {
    this.needTokenizer();
    const skip = (options.skipSpecial ?? true) ? 1 : 0;
    let at = this.scratch(4 * ids.length);
    this.writeIds(ids, at);
    const length = this.exports.twin_decode(at, ids.length, skip, 0, 0);
    at = this.scratch(4 * ids.length + length);
    this.writeIds(ids, at);
    const out = at + 4 * ids.length;
    this.exports.twin_decode(at, ids.length, skip, out, length);
    return new TextDecoder().decode(bytesAt(this.exports.memory, out, length));
  }

  *generate(options: GenerateOptions): Generator<GenerateStep, GenerateResult, void> {
    if (this.generating) throw new UsageError('a generation is under way; end it before the next one.');
    this.generating = true;
    try {
      return yield* this.run(options);
    } finally {
      this.generating = false;
    }
  }

  private *run(options: GenerateOptions): Generator<GenerateStep, GenerateResult, void> {
    const promptIds = this.promptIds(options);
    this.begin(promptIds, options);
    const ids: number[] = [];
    let text = '';
    for (;;) {
      if (options.signal?.aborted === true) this.exports.twin_cancel();
      const event = this.exports.twin_step();
      const field = (name: keyof typeof EVENT_FIELDS): number =>
        wordAt(this.exports.memory, event, EVENT_FIELDS[name]);
      const reason = REASONS[field('reason')] ?? 'error';
      if (reason === 'error') this.check(field('status'));
      if (field('kind') === EVENT.prefill) {
        options.onPrefill?.(field('promptDone'), promptIds.length);
        continue;
      }
      const piece = new TextDecoder().decode(
        bytesAt(this.exports.memory, field('text'), field('textLength')),
      );
      text += piece;
      if (field('kind') === EVENT.token) {
        const id = field('id');
        ids.push(id);
        this.pending = reason === 'eos' ? null : id;
        const logits = options.logits === true ? this.logitsOfStep() : null;
        yield logits === null ? { id, text: piece } : { id, text: piece, logits };
      }
      if (reason !== 'running') {
        return { reason: reason as EndReason, promptIds, ids, accepted: field('accepted'), text };
      }
    }
  }

  /** The ids to prefill: the prompt, after a token that the last generation left behind when appending. */
  private promptIds(options: GenerateOptions): readonly number[] {
    const { prompt, ids, append } = options;
    if ((prompt === undefined) === (ids === undefined)) throw new UsageError('give either a prompt or ids.');
    const given =
      ids ?? this.encode(prompt ?? '', { addSpecial: append !== true, continues: append === true });
    this.checkIds(given);
    if (append !== true) {
      this.reset();
      return given;
    }
    const all = this.pending === null ? given : [this.pending, ...given];
    this.pending = null;
    return all;
  }

  private begin(promptIds: readonly number[], options: GenerateOptions): void {
    const defaults = this.info.sampling;
    const temperature = options.temperature ?? defaults.temperature;
    const doSample =
      options.doSample ?? (options.temperature === undefined ? defaults.doSample : temperature > 0);
    const seed = BigInt(options.seed ?? 0);
    if (seed < 0n || seed >= 1n << 64n)
      throw new UsageError('the seed must be an integer from 0 to 2^64 - 1.');
    if (promptIds.length === 0) throw new UsageError('the prompt is empty.', { code: 'prompt' });
    if (options.whenFull !== 'slide' && promptIds.length > this.info.context - this.length) {
      throw new UsageError(
        `${promptIds.length} ids do not fit: ${this.length} of ${this.info.context} positions are taken.`,
        { code: 'prompt' },
      );
    }
    const stopIds = this.placeStopIds(options.stopIds ?? []);
    const stopStrings = this.placeStopStrings(options.stopStrings ?? []);
    const prompt = this.scratch(4 * promptIds.length);
    this.writeIds(promptIds, prompt);
    const status = this.exports.twin_begin(
      prompt,
      promptIds.length,
      doSample ? 1 : 0,
      temperature,
      optional(options.topK ?? defaults.topK, 0, NONE, 'topK'),
      options.topP ?? defaults.topP,
      options.minP ?? defaults.minP,
      options.repetitionPenalty ?? defaults.repetitionPenalty,
      optional(options.maxNewTokens ?? defaults.maxNewTokens, 0, NONE, 'maxNewTokens'),
      Number(seed & 0xffffffffn),
      Number(seed >> 32n),
      stopIds,
      stopStrings,
      options.whenFull === 'slide' ? 1 : 0,
      optional(options.keep, 0, NONE, 'keep'),
      options.drafts === false ? 1 : 0,
      options.free === true ? 1 : 0,
      options.logits === true ? 1 : 0,
    );
    if (status === STATUS.options) {
      throw new UsageError(
        'a sampling option is outside its range: temperature 0 or 0.001 to 1000, top-p above 0 up to 1, min-p 0 to 1, ' +
          'repetition penalty 0.01 to 100, keep at most the context less 2.',
      );
    }
    this.check(status);
  }

  private placeStopIds(ids: readonly number[]): number {
    if (ids.length > MAX_STOP_IDS) throw new UsageError(`at most ${MAX_STOP_IDS} stop ids can be given.`);
    this.checkIds(ids);
    this.writeIds(ids, this.exports.twin_stop_ids());
    return ids.length;
  }

  private placeStopStrings(strings: readonly string[]): number {
    if (strings.length === 0) return 0;
    this.needTokenizer();
    if (strings.length > MAX_STOP_STRINGS) {
      throw new UsageError(`at most ${MAX_STOP_STRINGS} stop strings can be given.`);
    }
    for (const [index, string] of strings.entries()) {
      const bytes = new TextEncoder().encode(string);
      if (bytes.length < 1 || bytes.length > MAX_STOP_BYTES) {
        throw new UsageError(`stop string ${index + 1} must have 1 to ${MAX_STOP_BYTES} bytes.`);
      }
      const at = this.exports.twin_stop_string(index, bytes.length);
      new Uint8Array(this.exports.memory.buffer).set(bytes, at);
    }
    return strings.length;
  }

  private encodeWith(
    text: Uint8Array,
    need: number,
    call: (
      text: number,
      scratch: number,
      scratchBytes: number,
      ids: number,
      room: number,
      count: number,
    ) => number,
  ): number[] {
    if (need === 0 && text.length > 0) {
      throw new UsageError(
        `a text of ${text.length} bytes is longer than the tokenizer takes at once; cut it.`,
      );
    }
    // Most ids stand for at least a byte; when this room does not suffice, the call says how many ids there are.
    let room = text.length + EXTRA_IDS;
    for (;;) {
      const textBytes = align(text.length);
      const idBytes = align(4 * room);
      const at = this.scratch(8 + idBytes + textBytes + align(need));
      const ids = at + 8;
      const textAt = ids + idBytes;
      new Uint8Array(this.exports.memory.buffer).set(text, textAt);
      const status = call(textAt, textAt + textBytes, align(need), ids, room, at);
      const count = wordAt(this.exports.memory, at);
      if (status === 0) return Array.from(new Uint32Array(this.exports.memory.buffer, ids, count));
      if (count <= room)
        throw new UsageError(stringAt(this.exports.memory, this.exports.twin_tokenizer_text(status)));
      room = count;
    }
  }

  /** Turns a status of a running model into an error. */
  private check(status: number): void {
    if (status === STATUS.ok) return;
    const [problem, remedy] = sentences(this.statusText(status));
    if (status === STATUS.numeric) throw new FormatError(problem, { file: this.name, remedy });
    throw new UsageError(`${problem} ${remedy}`);
  }

  private statusText(status: number): string {
    return stringAt(this.exports.memory, this.exports.twin_status_text(status));
  }

  private checkIds(ids: readonly number[] | Uint32Array): void {
    for (const id of ids) {
      if (!Number.isInteger(id) || id < 0 || id >= this.info.vocabSize) {
        throw new UsageError(`${id} is not a token id: the vocabulary has ${this.info.vocabSize} entries.`);
      }
    }
  }

  private needTokenizer(): void {
    if (!this.info.hasTokenizer)
      throw new UsageError(`${this.name} has no tokenizer: give ids instead of text.`);
  }

  private logitsOfStep(): Float32Array {
    const at = wordAt(this.exports.memory, this.exports.twin_facts(), FACTS.logits);
    return this.floats(at, this.info.vocabSize).slice();
  }

  private reserve(bytes: number): number {
    const at = this.exports.twin_reserve(bytes) >>> 0;
    if (at === 0)
      throw new UsageError(`${this.name}: ${bytes} bytes of memory cannot be had. Use a smaller model.`, {
        code: 'memory',
      });
    return at;
  }

  /** At least `bytes` of memory, 64-byte aligned, valid until the next call; its content is undefined. */
  private scratch(bytes: number): number {
    if (bytes > this.scratchBytes) {
      // Twice as much as asked for, so that growing texts do not leave a trail of outgrown buffers.
      this.scratchBytes = 2 * bytes;
      this.scratchAt = this.reserve(this.scratchBytes);
    }
    return this.scratchAt;
  }

  private writeIds(ids: readonly number[] | Uint32Array, at: number): void {
    new Uint32Array(this.exports.memory.buffer, at, ids.length).set(ids);
  }

  private floats(at: number, count: number): Float32Array {
    return new Float32Array(this.exports.memory.buffer, at, count);
  }
}

/** A whole number inside its range, 0 when absent. */
function optional(value: number | undefined, low: number, high: number, name: string): number {
  if (value === undefined) return 0;
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new UsageError(`${name} must be a whole number from ${low} to ${high}, not ${value}.`);
  }
  return value;
}

function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64;
}
