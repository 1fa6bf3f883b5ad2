/** Frames on a serial line as RFC 1055 (SLIP) delimits them: the form of every message of the chip's loaders. */

const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;

/**
 * Bytes that a frame may have. The longest that a loader sends is a 4 KiB flash sector; the longest that it takes is a
 * 16 KiB block with its header. Anything longer is noise without a delimiter.
 */
export const MAX_FRAME_BYTES = 64 * 1024;

/** A frame with its delimiters and escapes. */
export function encodeSlip(data: Uint8Array): Uint8Array {
  let extra = 0;
  for (const byte of data) if (byte === END || byte === ESCAPE) extra += 1;
  const out = new Uint8Array(data.length + extra + 2);
  out[0] = END;
  let at = 1;
  for (const byte of data) {
    if (byte === END || byte === ESCAPE) {
      out[at++] = ESCAPE;
      out[at++] = byte === END ? ESCAPED_END : ESCAPED_ESCAPE;
    } else {
      out[at++] = byte;
    }
  }
  out[at] = END;
  return out;
}

/**
 * Finds frames in what arrives. Every delimiter ends one and begins the next, so that noise costs at most the frame that it
 * stands in; a frame with a wrong escape or of more than {@link MAX_FRAME_BYTES} is dropped, an empty one is none.
 */
export class SlipDecoder {
  private frame = new Uint8Array(1024);
  private length = 0;
  private escaping = false;
  private broken = false;

  /** The frames that `chunk` completes, in order. */
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    for (const byte of chunk) {
      if (byte === END) {
        if (this.length > 0 && !this.broken && !this.escaping) frames.push(this.frame.slice(0, this.length));
        this.reset();
      } else if (this.escaping) {
        this.escaping = false;
        if (byte === ESCAPED_END) this.append(END);
        else if (byte === ESCAPED_ESCAPE) this.append(ESCAPE);
        else this.broken = true;
      } else if (byte === ESCAPE) {
        this.escaping = true;
      } else {
        this.append(byte);
      }
    }
    return frames;
  }

  /** Forgets what has arrived of a frame. */
  reset(): void {
    this.length = 0;
    this.escaping = false;
    this.broken = false;
  }

  private append(byte: number): void {
    if (this.length === MAX_FRAME_BYTES) {
      this.broken = true;
      return;
    }
    if (this.length === this.frame.length) {
      const wider = new Uint8Array(this.frame.length * 2);
      wider.set(this.frame);
      this.frame = wider;
    }
    this.frame[this.length++] = byte;
  }
}
