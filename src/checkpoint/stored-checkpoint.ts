/** One tensor directory over the checked directories of one or more files that hold tensors as they are. */
import { FormatError } from '../shared/errors.js';
import type { ByteSource } from '../source/byte-source.js';
import { rowLayout } from './checkpoint.js';
import type { Checkpoint, TensorInfo } from './checkpoint.js';

/** A file with its checked directory. */
export interface StoredPart {
  readonly source: ByteSource;
  readonly tensors: readonly TensorInfo[];
  /** The container's own string metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

interface Located {
  readonly info: TensorInfo;
  readonly source: ByteSource;
}

export class StoredCheckpoint implements Checkpoint {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly #sources: ReadonlyMap<string, ByteSource>;

  /** @throws FormatError when two files hold a tensor of the same name */
  constructor(parts: readonly StoredPart[]) {
    const tensors = new Map<string, TensorInfo>();
    let bytes = 0;
    for (const part of parts) {
      for (const info of part.tensors) {
        const other = tensors.get(info.name);
        if (other !== undefined) {
          throw new FormatError(`The tensor is in two files, ${other.file} and ${info.file}.`, {
            file: info.file,
            field: info.name,
            remedy: 'Remove weight files of another model or save the model again.',
          });
        }
        tensors.set(info.name, info);
        bytes += info.end - info.begin;
      }
    }
    this.tensors = tensors;
    this.metadata = Object.assign({}, ...parts.map((part) => part.metadata ?? {})) as Record<string, string>;
    this.bytes = bytes;
    this.#sources = new Map(parts.map((part) => [part.source.name, part.source]));
  }

  async readRows(name: string, rowBegin: number, rowEnd: number, signal?: AbortSignal): Promise<Uint8Array> {
    const { source, begin, end } = this.#range(name, rowBegin, rowEnd);
    return source.read(begin, end, signal);
  }

  async readRowsInto(
    target: Uint8Array,
    name: string,
    rowBegin: number,
    rowEnd: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const { source, begin, end } = this.#range(name, rowBegin, rowEnd);
    if (target.length !== end - begin) {
      throw new RangeError(`${name}: ${end - begin} bytes do not fit memory of ${target.length}.`);
    }
    if (source.readInto !== undefined) await source.readInto(target, begin, signal);
    else target.set(await source.read(begin, end, signal));
  }

  #range(name: string, rowBegin: number, rowEnd: number): { source: ByteSource; begin: number; end: number } {
    const { info, source } = this.#locate(name);
    const { rows, rowBytes } = rowLayout(info);
    if (!(
      Number.isInteger(rowBegin) &&
      Number.isInteger(rowEnd) &&
      0 <= rowBegin &&
      rowBegin <= rowEnd &&
      rowEnd <= rows
    )) {
      throw new RangeError(`${name}: rows ${rowBegin} to ${rowEnd} are outside the tensor of ${rows} rows.`);
    }
    return { source, begin: info.begin + rowBegin * rowBytes, end: info.begin + rowEnd * rowBytes };
  }

  #locate(name: string): Located {
    const info = this.tensors.get(name);
    const source = info === undefined ? undefined : this.#sources.get(info.file);
    if (info === undefined || source === undefined) throw new RangeError(`There is no tensor ${name}.`);
    return { info, source };
  }
}
