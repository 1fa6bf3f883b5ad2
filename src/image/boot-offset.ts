/**
 * Where in a file the image that the mask ROM starts begins. Files of a whole flash begin at flash offset 0, and some chips
 * look for their image further on; an application by itself begins where its file does.
 */
import { CHIPS } from '../chips/index.js';
import { FIELD, HEADER_BYTES, IMAGE_MAGIC } from './application-format.js';

/** The offset, `null` when a file with these first bytes begins with no image; {@link bootHeadBytes} of them are enough. */
export function bootOffset(head: Uint8Array): number | null {
  if (head[0] === IMAGE_MAGIC) return 0;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const found = CHIPS.find(
    ({ image: { offset, chipId } }) =>
      offset > 0 &&
      head.length >= offset + HEADER_BYTES &&
      head[offset] === IMAGE_MAGIC &&
      view.getUint16(offset + FIELD.chip, true) === chipId &&
      head.subarray(0, offset).every((byte) => byte === 0xff),
  );
  return found?.image.offset ?? null;
}

/** How much of a file has to be looked at. */
export function bootHeadBytes(): number {
  return Math.max(...CHIPS.map(({ image }) => image.offset)) + HEADER_BYTES;
}
