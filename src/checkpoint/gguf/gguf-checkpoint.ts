/** The tensors of a model in GGUF, which may be split over several files, under the names that its reader gives them. */
import { FormatError } from '../../shared/errors.js';
import type { ByteSource } from '../../source/byte-source.js';
import type { Checkpoint, TensorInfo } from '../checkpoint.js';
import { ComputedCheckpoint, type ComputedTensor } from '../computed-checkpoint.js';
import { dequantizerOf, type Dequantize } from './dequantize.js';
import type { GgufHeader } from './header.js';
import type { GgufTensor } from './tensors.js';
import { blockElements, isBlockType } from './types.js';

/** A file with its checked header. */
export interface GgufPart {
  readonly source: ByteSource;
  readonly header: GgufHeader;
}

/** What a stored tensor, or some of its rows, is to the reader. */
export interface Piece {
  readonly name: string;
  /** Its rows; all when absent. A vector has one. */
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
  const columns = tensor.shape.at(-1) ?? 1;
  const rowBytes = (columns / blockElements(type)) * type.bytes;
  const all = tensor.bytes / rowBytes;
  const { begin, end } = rows ?? { begin: 0, end: all };
  const first = dataBegin + tensor.offset + begin * rowBytes;
  const last = first + (end - begin) * rowBytes;
  const isComputed = decode !== null || add !== 0;
  const stored = isBlockType(type) ? type.name : type.dtype;
  const info: TensorInfo = {
    name,
    dtype: isBlockType(type) || isComputed ? 'F32' : type.dtype,
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
    decode: isComputed ? decoded(decode ?? copy, add) : null,
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

/** F32 as they are. */
function copy(bytes: Uint8Array, numbers: Float32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat32(4 * i, true);
}

/** Every name of a block type among the parts, with how many tensors have it, the most frequent first. */
export function storedTypes(parts: readonly GgufPart[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { header } of parts)
    for (const { type } of header.tensors) counts.set(type.name, (counts.get(type.name) ?? 0) + 1);
  return new Map([...counts].sort((a, b) => b[1] - a[1]));
}
