/** Fields of a protobuf message, as they are encoded: https://protobuf.dev/programming-guides/encoding. */

/** A message that breaks the rules of the encoding. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}

/** One field: a number for the wire types of numbers, bytes for strings, bytes and messages. */
export interface ProtobufField {
  readonly number: number;
  /** Of an integer the low 32 bits, signed, or the bits of a float; 0 where there are bytes. */
  readonly bits: number;
  /** A view into the message; `null` where there is a number. */
  readonly bytes: Uint8Array | null;
}

/** Longest encoding of a number. */
const MAX_VARINT_BYTES = 10;

/**
 * The fields of a message in their order; groups are refused, since no format that is read here has them.
 * @throws ProtobufError, before the first field that is broken
 */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      const byte = message[at++];
      if (byte === undefined) throw new ProtobufError('it ends inside a number');
      if (count < 5) value |= (byte & 0x7f) << (7 * count);
      if (byte < 0x80) return value;
    }
    throw new ProtobufError('a number has more than ten bytes');
  };
  const take = (length: number): number => {
    const begin = at;
    if (length < 0 || length > message.length - at) throw new ProtobufError('a field ends outside of it');
    at += length;
    return begin;
  };
  while (at < message.length) {
    const key = varint() >>> 0;
    const number = key >>> 3;
    if (number === 0) throw new ProtobufError('a field has the number 0');
    switch (key & 7) {
      case 0:
        yield { number, bits: varint(), bytes: null };
        break;
      case 1:
        yield { number, bits: view.getInt32(take(8), true), bytes: null };
        break;
      case 2: {
        const length = varint();
        const begin = take(length);
        yield { number, bits: 0, bytes: message.subarray(begin, begin + length) };
        break;
      }
      case 5:
        yield { number, bits: view.getInt32(take(4), true), bytes: null };
        break;
      default:
        throw new ProtobufError(`field ${number} has a wire type that is not read`);
    }
  }
}
