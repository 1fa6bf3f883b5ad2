/**
 * Hands a family the tensors it asks for, checked, and keeps account: what is missing, what nobody asked for, and which
 * elements of a tensor that is used in parts. A weight that is silently left out (a bias, a norm) or used twice would give a
 * model that talks nonsense.
 */
import type { Checkpoint, TensorInfo } from '../checkpoint/checkpoint.js';
import { viewShape, type TensorView } from '../checkpoint/tensor-view.js';
import { coveredElements, coverageOf, overlap, type Coverage } from '../checkpoint/view-coverage.js';
import { FLOAT_DTYPES, isFloatDtype } from '../checkpoint/dtype.js';
import { FormatError, UnsupportedError } from '../shared/errors.js';
import type { TensorRef } from './decoder.js';
import { UNQUANTIZED } from './remedies.js';

/** Buffers that writers saved and that are computed anew: rotary angles and tables, masks, numbers of positions. */
const BUFFERS =
  /(?:^|\.)(?:(?:original_)?inv_freq|(?:cos|sin)_cached|rotary_emb\.(?:cos|sin)|freqs_(?:cis|cos|sin)|position_ids|(?:causal|attention|attn)_mask|masked_bias|(?:attn|self_attn|attention)\.mask)$/;

/** A mask under a name that a bias might have: over all pairs of positions. */
const MASKS = /(?:^|\.)(?:attn|self_attn|attention)\.bias$/;

/** Whether a tensor is computed anew instead of read. */
export function isBuffer({ name, shape }: TensorInfo): boolean {
  return BUFFERS.test(name) || (MASKS.test(name) && shape.length >= 2 && shape.at(-1) === shape.at(-2));
}

const LEFT_OUT =
  'Leaving weights out would change the model; take config and weights from the same, unmodified model.';

/** Names shown in a message before "and N more". */
const SHOWN_NAMES = 8;

/** A tensor, or a view of it, that the model uses. */
interface Taken {
  readonly ref: TensorRef;
  readonly covers: Coverage;
}

export class TensorTable {
  readonly #checkpoint: Checkpoint;
  readonly #file: string;
  readonly #used = new Map<string, Taken[]>();
  readonly #ignored = new Set<string>();

  /** @param configFile the file whose claims are compared with the shapes, for messages */
  constructor(checkpoint: Checkpoint, configFile: string) {
    this.#checkpoint = checkpoint;
    this.#file = configFile;
  }

  has(name: string): boolean {
    return this.#checkpoint.tensors.has(name);
  }

  /** The shape of a tensor as stored, `null` when it is absent. */
  shapeOf(name: string): readonly number[] | null {
    return this.#checkpoint.tensors.get(name)?.shape ?? null;
  }

  /**
   * A dimension of a tensor that the model must have.
   * @throws FormatError when it is missing or has fewer
   */
  lengthOf(name: string, dimension: number): number {
    const length = this.shapeOf(name)?.[dimension];
    if (length === undefined) throw this.#missing(name);
    return length;
  }

  /** The first of several prefixes under which a tensor is stored, `null` when under none. */
  findPrefix(prefixes: readonly string[], names: readonly string[]): string | null {
    return prefixes.find((prefix) => names.some((name) => this.has(prefix + name))) ?? null;
  }

  /** One more than the largest number that follows `prefix` in any name: the number of blocks that are stored. */
  countNumbered(prefix: string): number {
    let count = 0;
    for (const name of this.#checkpoint.tensors.keys()) {
      if (!name.startsWith(prefix)) continue;
      const digits = /^\d{1,9}(?=\.)/.exec(name.slice(prefix.length));
      if (digits !== null) count = Math.max(count, Number(digits[0]) + 1);
    }
    return count;
  }

  /**
   * A tensor that the model must have, or a view of it.
   * @param shape what it must be as stored, from the config
   * @param claim the config keys that say so, for the message
   * @param view the part that is meant. All views of a tensor together must be the whole of it, unless the rest is
   *   {@link ignore}d; what is used in two places (a tied head) is taken once.
   * @throws FormatError when it is missing or its shape is another; UnsupportedError for a type that is not converted;
   *   RangeError for a view outside of it; Error when one of its elements was taken before
   */
  take(name: string, shape: readonly number[], claim: string, view?: TensorView): TensorRef {
    const info = this.#checkpoint.tensors.get(name);
    if (info === undefined) throw this.#missing(name);
    const dtype = floatDtype(info);
    if (info.shape.length !== shape.length || info.shape.some((dimension, i) => dimension !== shape[i])) {
      throw new FormatError(
        `The tensor has the shape [${info.shape.join(', ')}], but ${claim} in ${this.#file} makes it [${shape.join(', ')}].`,
        {
          file: info.file,
          field: name,
          remedy: 'Take config and weights from the same model.',
          code: 'mixed-up',
        },
      );
    }
    const ref: TensorRef =
      view === undefined
        ? { name, dtype, shape: [...shape] }
        : { name, dtype, shape: viewShape(info, view), view };
    const covers = coverageOf(info, view);
    const others = this.#used.get(name) ?? [];
    if (covers.isRepeating || others.some((other) => overlap(covers, other.covers)))
      throw new Error(`${name}: the family takes some of its elements twice.`);
    this.#used.set(name, [...others, { ref, covers }]);
    return ref;
  }

  /** Marks a tensor as known although its content, or what is left of it, is not used (the copy of a tied head). */
  ignore(name: string): void {
    const info = this.#checkpoint.tensors.get(name);
    if (info !== undefined) this.#ignored.add(name);
  }

  /** Elements of all tensors that were taken. */
  get parameters(): number {
    let sum = 0;
    for (const taken of this.#used.values()) {
      for (const { ref } of taken) sum += ref.shape.reduce((product, d) => product * d, 1);
    }
    return sum;
  }

  /**
   * Refuses what is left over.
   * @param explain says what an unknown tensor means, when the family knows it
   * @returns names of the buffers that were left out rightly
   * @throws FormatError that lists the tensors nobody asked for, or names one of which a part was left
   */
  finish(explain: (name: string) => string | null): readonly string[] {
    const buffers: string[] = [];
    const unknown: string[] = [];
    for (const [name, info] of this.#checkpoint.tensors) {
      if (this.#used.has(name) || this.#ignored.has(name)) continue;
      (isBuffer(info) ? buffers : unknown).push(name);
    }
    const first = unknown[0];
    if (first === undefined) {
      this.#refuseRests();
      return buffers;
    }
    const shown = unknown.slice(0, SHOWN_NAMES).join(', ');
    const rest = unknown.length > SHOWN_NAMES ? ` and ${unknown.length - SHOWN_NAMES} more` : '';
    throw new FormatError(
      explain(first) ??
        `The model has ${unknown.length} tensors that its architecture does not know: ${shown}${rest}.`,
      {
        file: this.#checkpoint.tensors.get(first)?.file ?? this.#place(),
        field: first.slice(0, 200),
        remedy: LEFT_OUT,
      },
    );
  }

  /** Refuses tensors of which only a part is used. */
  #refuseRests(): void {
    for (const [name, taken] of this.#used) {
      const info = this.#checkpoint.tensors.get(name);
      if (info === undefined || this.#ignored.has(name)) continue;
      const elements = info.shape.reduce((product, d) => product * d, 1);
      const covered = taken.reduce((sum, { covers }) => sum + coveredElements(covers), 0);
      if (covered === elements) continue;
      throw new FormatError(
        `${elements - covered} of its ${elements} elements belong to no part of the model.`,
        { file: info.file, field: name.slice(0, 200), remedy: LEFT_OUT },
      );
    }
  }

  #missing(name: string): FormatError {
    const shard = this.#checkpoint.remarks?.promised.get(name);
    if (shard !== undefined) {
      return new FormatError(`The index places the tensor in ${shard}, but no file holds it.`, {
        file: shard,
        field: name,
        code: 'mixed-up',
        remedy: 'Download the index and the weight files again.',
      });
    }
    return new FormatError('The tensor is missing.', {
      file: this.#place(),
      field: name,
      code: 'mixed-up',
      remedy: `${this.#file} describes a model that has it; take both from the same model.`,
    });
  }

  /** The weight file, or what to call several. */
  #place(): string {
    const files = new Set([...this.#checkpoint.tensors.values()].map((info) => info.file));
    const [only] = files;
    return files.size === 1 && only !== undefined ? only : 'the weight files';
  }
}

function floatDtype(info: TensorInfo): TensorRef['dtype'] {
  if (isFloatDtype(info.dtype)) return info.dtype;
  throw new UnsupportedError(
    `The weights are ${info.dtype}; only ${FLOAT_DTYPES.join(', ')} are converted.`,
    {
      file: info.file,
      field: info.name,
      code: 'quantized',
      remedy: UNQUANTIZED,
    },
  );
}
