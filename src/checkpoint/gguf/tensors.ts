/** The directory of a GGUF file: what each tensor is and where its bytes lie. */
import type { ByteSource } from '../../source/byte-source.js';
import type { HeaderCursor } from './header-cursor.js';
import { MAX_DIMENSIONS, MAX_NAME_BYTES } from './limits.js';
import { brokenFile } from './problems.js';
import { blockElements, ggmlType, typeName, type GgmlType } from './types.js';

/** One tensor as the directory has it. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgmlType;
  /** Outermost first, as everywhere but in the file. */
  readonly shape: readonly number[];
  /** First byte, counted from the beginning of the data. */
  readonly offset: number;
  /** Bytes of all its rows. */
  readonly bytes: number;
}

/**
 * Reads an entry.
 * @throws FormatError; UnsupportedError for an element type that is not read; ShortHeader
 */
export function readTensor(cursor: HeaderCursor): GgufTensor {
  const name = cursor.text(MAX_NAME_BYTES, 'The name of a tensor');
  const count = cursor.uint32();
  if (count > MAX_DIMENSIONS) throw cursor.broken(`The tensor has ${count} dimensions.`, name);
  const shape = Array.from({ length: count }, () => cursor.length()).reverse();
  const number = cursor.uint32();
  const offset = cursor.length();
  const type = ggmlType(number);
  if (type === null) throw cursor.unread(typeName(number), name);
  const elements = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(elements) || elements === 0)
    throw cursor.broken(`The shape [${shape.join(', ')}] is none that a tensor has.`, name);
  const columns = shape.at(-1) ?? 1;
  const block = blockElements(type);
  if (columns % block !== 0)
    throw cursor.broken(`Rows of ${columns} elements do not consist of blocks of ${block}.`, name);
  return { name, type, shape, offset, bytes: (elements / block) * type.bytes };
}

/**
 * Checks that the tensors lie inside the file, aligned, and that no two share bytes.
 * @throws FormatError
 */
export function checkPlaces(
  tensors: readonly GgufTensor[],
  { name: file, size: end }: Pick<ByteSource, 'name' | 'size'>,
  { alignment, dataBegin }: { readonly alignment: number; readonly dataBegin: number },
): void {
  let free = 0;
  let before = '';
  for (const { name, offset, bytes } of [...tensors].sort((a, b) => a.offset - b.offset)) {
    if (offset % alignment !== 0)
      throw brokenFile(file, `It begins at byte ${offset}, which is no multiple of ${alignment}.`, name);
    if (offset < free) throw brokenFile(file, `It shares bytes with ${before}.`, name);
    free = offset + bytes;
    before = name.slice(0, 200);
    if (dataBegin + free > end)
      throw brokenFile(file, `It ends at byte ${dataBegin + free}, but the file has ${end}.`, name);
  }
}
