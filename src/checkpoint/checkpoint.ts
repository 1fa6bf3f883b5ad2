/** The tensor directory of a checkpoint, whatever its container; rows are read on demand. */

/** Element types that we convert, with the names of safetensors. */
export type FloatDtype = 'F32' | 'F16' | 'BF16' | 'F8_E4M3' | 'F8_E5M2';

/** Every element type that a container may declare. */
export type Dtype =
  | FloatDtype
  | 'BOOL' | 'F4' | 'F6_E2M3' | 'F6_E3M2' | 'U8' | 'I8' | 'F8_E8M0' | 'F8_E4M3FNUZ' | 'F8_E5M2FNUZ'
  | 'I16' | 'U16' | 'I32' | 'U32' | 'C64' | 'F64' | 'I64' | 'U64';

/** One tensor as the container describes it. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: Dtype;
  /** Dimensions, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** The file that holds it. */
  readonly file: string;
  /** First byte in that file. */
  readonly begin: number;
  /** One past its last byte in that file. */
  readonly end: number;
}

/** A checked tensor directory over one or more files. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The container's own string metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Sum of all tensor bytes. */
  readonly bytes: number;
  /**
   * Raw little-endian bytes of rows `[rowBegin, rowEnd)` of a tensor; a row is all dimensions but the first,
   * a vector is one row of its length, a scalar one row of one element.
   * @throws TransportError, RangeError
   */
  readRows(name: string, rowBegin: number, rowEnd: number, signal?: AbortSignal): Promise<Uint8Array>;
}
