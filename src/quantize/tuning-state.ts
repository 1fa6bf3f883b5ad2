/** What tells one tuning from another, and whether a kept state belongs to one. */
import type { LoadedModel } from './tuning-hand.js';
import type { TuningBest, TuningState, TuningTask } from './tuning-types.js';

/** Raised with every change that makes other numbers of the same task: states of other versions are not gone on from. */
const VERSION = 1;

/** Equal for tasks that give the same bits. */
export function tuningKey({ model, text, recipe }: TuningTask): string {
  const hash = new Hash();
  hash.bytes(model.description);
  for (const [name, bytes] of model.tensors) {
    hash.text(name);
    hash.bytes(bytes);
  }
  for (const [name, { start, ...matrix }] of model.matrices) {
    hash.text(JSON.stringify([name, matrix]));
    for (const part of start === null
      ? []
      : [start.codes, start.rowScales, start.groupScales, start.groupOffsets])
      hash.bytes(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  hash.text(JSON.stringify([model.vectors, model.int8Cache, text, recipe]));
  return `${VERSION}-${hash.digest()}`;
}

/** Two interleaved FNV-like hashes of 32 bits, over words where there are: no secret depends on them. */
class Hash {
  #a = 0x811c9dc5;
  #b = 0x9e3779b9;

  text(text: string): void {
    this.bytes(new TextEncoder().encode(text));
  }

  bytes(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#word(bytes.length);
    let at = 0;
    for (; at + 4 <= bytes.length; at += 4) this.#word(view.getUint32(at, true));
    for (; at < bytes.length; at += 1) this.#word(view.getUint8(at));
  }

  digest(): string {
    return [this.#a, this.#b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }

  #word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b ^ word, 0x85ebca6b);
    this.#b ^= this.#b >>> 13;
  }
}

/**
 * A kept state of the task with `key`, for a model with so many trained numbers and tokens; `null` for what is none: of another version or task, or
 * damaged.
 */
export function checkedState(
  state: unknown,
  key: string,
  { count, vocabSize }: LoadedModel,
): TuningState | null {
  if (typeof state !== 'object' || state === null) return null;
  const {
    key: other,
    step,
    written,
    heldOut,
    values,
    first,
    second,
    best,
    before,
  } = state as Partial<TuningState>;
  const numbers = (array: unknown): boolean =>
    array instanceof Float32Array && array.length === count && array.every(Number.isFinite);
  const isBest =
    typeof best === 'object' &&
    (best as TuningBest | null) !== null &&
    numbers(best.values) &&
    [best.step, best.stale].every((figure) => Number.isSafeInteger(figure) && figure >= 0) &&
    Number.isFinite(best.loss);
  const fits =
    other === key &&
    Number.isSafeInteger(step) &&
    (step ?? -1) >= 0 &&
    [values, first, second].every(numbers) &&
    isBest &&
    Number.isFinite(before) &&
    [written, heldOut].every((texts) => areTexts(texts, vocabSize));
  return fits ? (state as TuningState) : null;
}

function areTexts(texts: unknown, vocabSize: number): boolean {
  const isId = (id: unknown): boolean => Number.isInteger(id) && Number(id) >= 0 && Number(id) < vocabSize;
  return (
    Array.isArray(texts) &&
    texts.length > 0 &&
    texts.every((text) => Array.isArray(text) && text.length > 1 && text.every(isId))
  );
}
