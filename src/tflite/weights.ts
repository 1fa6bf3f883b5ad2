/** Weights of a checkpoint as the graph holds them: numbers, or INT8 codes with a scale for each row. */
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { floatsOf } from '../checkpoint/floats.js';
import { rowBlocks } from '../checkpoint/row-blocks.js';
import type { TensorRef } from '../model/decoder.js';
import { FormatError } from '../shared/errors.js';

/** Largest INT8 code. */
const CODE_MAX = 127;

/** Rows of codes, and what a code of each row is worth. */
export interface CodedRows {
  readonly codes: Int8Array;
  readonly scales: Float32Array;
}

/** Reads tensors as 32-bit floats, `[rows, columns]` row after row. */
export class WeightReader {
  readonly #checkpoint: Checkpoint;
  readonly #signal: AbortSignal | undefined;
  readonly #onRead: (name: string, bytes: number) => void;

  constructor(
    checkpoint: Checkpoint,
    signal?: AbortSignal,
    onRead: (name: string, bytes: number) => void = () => undefined,
  ) {
    this.#checkpoint = checkpoint;
    this.#signal = signal;
    this.#onRead = onRead;
  }

  /**
   * The numbers of a tensor.
   * @param most rows that are wanted, from the first; default all
   * @throws FormatError for a number that is none; TransportError; the signal's reason
   */
  async floats(ref: TensorRef, most = Infinity): Promise<Float32Array> {
    const [first = 1, second] = ref.shape;
    const rows = Math.min(first, second === undefined ? first : most);
    const numbers = new Float32Array(rows * (second ?? 1));
    await this.#rows(ref, numbers.length, (values, at) => numbers.set(values, at));
    return numbers;
  }

  /**
   * A matrix with the largest number of each row at ±127.
   * @param most as above
   * @throws as above
   */
  async codes(ref: TensorRef, most = Infinity): Promise<CodedRows> {
    const [first = 1, columns = 1] = ref.shape;
    const rows = Math.min(first, most);
    const codes = new Int8Array(rows * columns);
    const scales = new Float32Array(rows);
    await this.#rows(ref, codes.length, (values, at) => {
      for (let begin = 0; begin < values.length; begin += columns)
        scales[(at + begin) / columns] = codeRow(values.subarray(begin, begin + columns), codes, at + begin);
    });
    return { codes, scales };
  }

  /** Hands over the first `count` elements, whole rows at a time. */
  async #rows(
    ref: TensorRef,
    count: number,
    take: (values: Float32Array, at: number) => void,
  ): Promise<void> {
    const source = ref.view === undefined ? { name: ref.name } : { name: ref.name, view: ref.view };
    let at = 0;
    for await (const { bytes } of rowBlocks(this.#checkpoint, source, { signal: this.#signal })) {
      const values = floatsOf(ref.dtype, bytes).subarray(0, count - at);
      const bad = values.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) {
        throw new FormatError(`element ${at + bad} is not a finite number.`, {
          file: this.#checkpoint.tensors.get(ref.name)?.file ?? ref.name,
          field: ref.name,
          remedy: 'Save the model again without NaN and infinity.',
        });
      }
      take(values, at);
      at += values.length;
      this.#onRead(ref.name, bytes.length);
      if (at >= count) return;
    }
  }
}

/** @returns the scale, 1 for a row of zeros */
function codeRow(row: Float32Array, codes: Int8Array, at: number): number {
  let largest = 0;
  for (const value of row) largest = Math.max(largest, Math.abs(value));
  const scale = Math.fround(largest / CODE_MAX);
  if (scale === 0) return 1;
  for (let i = 0; i < row.length; i++) {
    const code = Math.round((row[i] as number) / scale);
    codes[at + i] = Math.max(-CODE_MAX, Math.min(CODE_MAX, code));
  }
  return scale;
}
