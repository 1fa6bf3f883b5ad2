/** The tensors of a model in GGUF, which may be split over several files, under the names that its reader gives them. */
import { FormatError } from '../../shared/errors.js';
import type { ByteSource } from '../../source/byte-source.js';
import type { Checkpoint, TensorInfo } from '../checkpoint.js';
import { ComputedCheckpoint, type ComputedTensor } from '../computed-checkpoint.js';
import { isFloatDtype } from '../dtype.js';
import { floatsOf } from '../floats.js';
import { dequantizerOf, type Dequantize } from './dequantize.js';
import type { GgufHeader } from './header.js';
import type { GgufTensor } from './tensors.js';
import { isBlockType } from './types.js';

/** A file with its checked header. */
export interface GgufPart {
  readonly source: ByteSource;
  readonly header: GgufHeader;
}

/** What a stored tensor, or some of its rows, is to the reader. */
export interface Piece {
  readonly name: string;
  /** Its rows, or elements of a vector, which are no blocks; all when absent. */
  readonly rows?: { readonly begin: number; readonly end: number };
  /** Its shape where that is not the stored one of all rows. */
  readonly shape?: readonly number[];
  /** Added to every number. */
  readonly add?: number;
}

/**
 * The tensors of all parts.
 * @param piecesOf what a tensor is to the reader; nothing for one that is no weight
 * @throws FormatError when two have one name
 */
export async function ggufCheckpoint(
  parts: readonly GgufPart[],
  piecesOf: (tensor: GgufTensor) => readonly Piece[],
): Promise<Checkpoint> {
  const computed = new Map<string, ComputedTensor>();
  for (const { source, header } of parts) {
    for (const tensor of header.tensors) {
      const decode = await decoderOf(tensor);
      for (const piece of piecesOf(tensor)) {
        const made = computedTensor(tensor, piece, decode, source.name, header.dataBegin);
        const other = computed.get(piece.name);
        if (other !== undefined) {
          throw new FormatError(`The tensor is there twice, in ${other.info.file} and ${source.name}.`, {
            file: source.name,
            field: tensor.name,
            code: 'mixed-up',
            remedy: 'Keep the files of one model in the folder, or convert it again.',
          });
        }
        computed.set(piece.name, made);
      }
    }
  }
  return new ComputedCheckpoint(
    parts.map(({ source }) => source),
    [...computed.values()],
  );
}

/** How numbers are made of what is stored; `null` for types that are read as they are. */
async function decoderOf({ type }: GgufTensor): Promise<Dequantize | null> {
  if (isBlockType(type)) return dequantizerOf(type.name);
  return type.dtype === 'F64' ? narrow : null;
}

function computedTensor(
  tensor: GgufTensor,
  { name, rows, shape, add = 0 }: Piece,
  decode: Dequantize | null,
  file: string,
  dataBegin: number,
): ComputedTensor {
  const { type } = tensor;
  const { begin, end } = rows ?? { begin: 0, end: 1 };
  // Parts are rows, or elements of a vector.
  const unit = rows === undefined ? tensor.bytes : tensor.bytes / (tensor.shape[0] ?? 1);
  const first = dataBegin + tensor.offset + begin * unit;
  const last = first + (end - begin) * unit;
  const numbers = decode ?? (add === 0 ? null : wideningOf(tensor));
  const stored = isBlockType(type) ? type.name : type.dtype;
  const info: TensorInfo = {
    name,
    dtype: isBlockType(type) || numbers !== null ? 'F32' : type.dtype,
    ...(decode === null ? {} : { stored }),
    shape: shape ?? [...tensor.shape],
    file,
    begin: first,
    end: last,
  };
  // Dimensions between the first and the last are rows of their own in the file and one row to those who read.
  const count = info.shape.length < 2 ? 1 : (info.shape[0] ?? 1);
  return {
    info,
    stored: [{ begin: first, rowBytes: (last - first) / count }],
    decode: numbers === null ? null : decoded(numbers, add),
  };
}

function decoded(decode: Dequantize, add: number): NonNullable<ComputedTensor['decode']> {
  if (add === 0) return ([bytes = new Uint8Array(0)], numbers) => decode(bytes, numbers);
  return ([bytes = new Uint8Array(0)], numbers) => {
    decode(bytes, numbers);
    for (let i = 0; i < numbers.length; i++) numbers[i] = (numbers[i] as number) + add;
  };
}

/** Doubles, each as the nearest F32. */
function narrow(bytes: Uint8Array, numbers: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat64(8 * i, true);
}

/** Numbers of a type that is read as it is, where something is added to them; `null` for what is no number of weights. */
function wideningOf({ type }: GgufTensor): Dequantize | null {
  if (isBlockType(type) || !isFloatDtype(type.dtype)) return null;
  const { dtype } = type;
  return (bytes, numbers) => numbers.set(floatsOf(dtype, bytes));
}
