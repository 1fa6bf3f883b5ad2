/** The tensor directory of a checkpoint, whatever its container; rows are read on demand. */
import { bitsOf } from './dtype.js';
import type { BlockName } from './gguf/types.js';

/** Element types that we convert, with the names of safetensors. */
export type FloatDtype = 'F32' | 'F16' | 'BF16' | 'F8_E4M3' | 'F8_E5M2';

/** Every element type that a container may declare. */
export type Dtype =
  | FloatDtype
  | 'BOOL'
  | 'F4'
  | 'F6_E2M3'
  | 'F6_E3M2'
  | 'U8'
  | 'I8'
  | 'F8_E8M0'
  | 'F8_E4M3FNUZ'
  | 'F8_E5M2FNUZ'
  | 'I16'
  | 'U16'
  | 'I32'
  | 'U32'
  | 'C64'
  | 'F64'
  | 'I64'
  | 'U64';

/** Types of stored elements: those of a container's own blocks beside the others. */
export type StoredType = Dtype | BlockName;

/** One tensor as the container describes it. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  /** The type in the file, where it is another than that which rows are read as. */
  readonly stored?: StoredType;
  /** Dimensions, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** The file that holds it. */
  readonly file: string;
  /** First byte in that file. */
  readonly begin: number;
  /** One past its last byte in that file. */
  readonly end: number;
}

/** What was found beside the tensors, for notes and messages. */
export interface Remarks {
  /** Parts that were left out of names, e.g. `_orig_mod.`. */
  readonly unwrapped: readonly string[];
  /** Tensors of doubles, which are read as F32. */
  readonly doubles: number;
  /** Tensors that an index names and no file holds, and the file in which each should be. */
  readonly promised: ReadonlyMap<string, string>;
  /** The adapter that is merged into the tensors, and how many it changes. */
  readonly merged?: { readonly file: string; readonly tensors: number };
}

/** A checked tensor directory over one or more files. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly remarks?: Remarks;
  /** The container's own string metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Sum of all tensor bytes. */
  readonly bytes: number;
  /**
   * Raw little-endian bytes of rows `[rowBegin, rowEnd)` of a tensor; a row is all dimensions but the first,
   * a vector is one row of its length, a scalar one row of one element. The array is the caller's own.
   * @throws TransportError, RangeError
   */
  readRows(name: string, rowBegin: number, rowEnd: number, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * Like {@link readRows} but into memory that is already there, e.g. WebAssembly memory (which must not grow until the
   * promise settles). Reads straight into it where the source can, else with one copy.
   * @param target exactly as long as the rows
   * @throws TransportError, RangeError
   */
  readRowsInto(
    target: Uint8Array,
    name: string,
    rowBegin: number,
    rowEnd: number,
    signal?: AbortSignal,
  ): Promise<void>;
}

/** How a tensor falls into rows. */
export interface RowLayout {
  /** Number of rows: the first dimension, or 1 for vectors and scalars. */
  readonly rows: number;
  /** Elements per row. */
  readonly columns: number;
  /** Bytes per row. */
  readonly rowBytes: number;
}

/**
 * The rows of a tensor as {@link Checkpoint.readRows} counts them.
 * @throws RangeError when rows do not begin at whole bytes (types below 8 bits with odd row lengths)
 */
export function rowLayout(info: TensorInfo): RowLayout {
  const rows = info.shape.length < 2 ? 1 : (info.shape[0] ?? 1);
  const columns = (info.shape.length < 2 ? info.shape : info.shape.slice(1)).reduce(
    (product, d) => product * d,
    1,
  );
  const rowBytes = rows === 0 ? 0 : (columns * bitsOf(info.dtype)) / 8;
  if (!Number.isInteger(rowBytes))
    throw new RangeError(`${info.name}: its rows do not begin at whole bytes.`);
  return { rows, columns, rowBytes };
}
