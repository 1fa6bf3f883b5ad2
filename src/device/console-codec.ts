/**
 * Frames of the console protocol (docs/console.md): taking them out of the bytes of a serial line, where they lie
 * between text and noise, and writing them. device-runtime/app/console_frame.c is the board's side;
 * test/fixtures/console/console-frames.json holds examples that both must agree with.
 */
import { crc32 } from '../shared/crc32.js';
import { CONSOLE_LIMITS } from '../schema/console.js';

export interface Frame {
  readonly type: number;
  /** Counts the sender's frames, modulo 256. */
  readonly number: number;
  /** Chosen by the host; answers carry it back. */
  readonly request: number;
  readonly payload: Uint8Array;
}

/** Where a parser puts what it finds, in the order of the stream. */
export interface FrameSink {
  /** Bytes outside frames; only valid during the call. */
  onText(bytes: Uint8Array): void;
  /** The payload is a copy. */
  onFrame(frame: Frame): void;
}

const ESCAPE = 0x1b;
const BEGIN = 0x5f;
const MARK = 0x4c;
const END = 0x5c;

const HEADER_BYTES = 6;
const CRC_BYTES = 4;
const MAX_PAYLOAD = CONSOLE_LIMITS.payload;
const MAX_FRAME = HEADER_BYTES + MAX_PAYLOAD + CRC_BYTES;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Values of base64 characters, 64 for any other byte. */
const VALUES = new Uint8Array(256).fill(64);
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Takes frames out of a stream. */
export class FrameParser {
  /** Frames that were begun and came to nothing. */
  damaged = 0;
  private state: 'text' | 'escape' | 'begin' | 'frame' | 'end' = 'text';
  private readonly body = new Uint8Array(MAX_FRAME);
  private count = 0;
  private held = 0;
  private heldBits = 0;
  /** Text of the current call that was not handed over yet. */
  private readonly text: number[] = [];

  constructor(private readonly sink: FrameSink) {}

  /** Takes the next bytes of the stream, cut anywhere. */
  push(bytes: Uint8Array): void {
    for (const byte of bytes) this.take(byte);
    this.flushText();
  }

  /** Gives up an unfinished frame: its sender has left. */
  abandon(): void {
    if (this.state === 'frame' || this.state === 'end') this.damaged++;
    this.state = 'text';
  }

  private take(byte: number): void {
    switch (this.state) {
      case 'text':
        if (byte === ESCAPE) this.state = 'escape';
        else this.text.push(byte);
        break;
      case 'escape':
        this.afterEscape(byte);
        break;
      case 'begin':
        this.afterBegin(byte);
        break;
      case 'frame':
        this.insideFrame(byte);
        break;
      case 'end':
        if (byte === END) this.finish();
        else {
          this.breakOff();
          this.afterEscape(byte);
        }
        break;
    }
  }

  private afterEscape(byte: number): void {
    if (byte === BEGIN) {
      this.state = 'begin';
      return;
    }
    this.text.push(ESCAPE);
    this.state = byte === ESCAPE ? 'escape' : 'text';
    if (byte !== ESCAPE) this.text.push(byte);
  }

  private afterBegin(byte: number): void {
    if (byte === MARK) {
      this.state = 'frame';
      this.count = this.held = this.heldBits = 0;
      return;
    }
    // Another program's sequence: text.
    this.text.push(ESCAPE, BEGIN);
    this.state = byte === ESCAPE ? 'escape' : 'text';
    if (byte !== ESCAPE) this.text.push(byte);
  }

  private insideFrame(byte: number): void {
    const value = VALUES[byte] ?? 64;
    if (value === 64) {
      if (byte === ESCAPE) this.state = 'end';
      else {
        this.breakOff();
        this.text.push(byte);
      }
      return;
    }
    this.held = (this.held << 6) | value;
    this.heldBits += 6;
    if (this.heldBits < 8) return;
    this.heldBits -= 8;
    // One past the longest is enough to know that it is too long.
    if (this.count < MAX_FRAME) this.body[this.count] = this.held >> this.heldBits;
    if (this.count <= MAX_FRAME) this.count++;
    this.held &= (1 << this.heldBits) - 1;
  }

  private breakOff(): void {
    this.damaged++;
    this.state = 'text';
  }

  /** Are the bytes a frame? Bits that are left over must be zero, so that each frame has one form only. */
  private finish(): void {
    const { body, count } = this;
    const view = new DataView(body.buffer);
    const covered = HEADER_BYTES + (count < HEADER_BYTES ? 0 : view.getUint16(4, true));
    const whole = count <= MAX_FRAME && count === covered + CRC_BYTES && this.heldBits < 6 && this.held === 0;
    if (!whole || crc32(body.subarray(0, covered)) !== view.getUint32(covered, true)) {
      this.breakOff();
      return;
    }
    this.state = 'text';
    this.flushText();
    this.sink.onFrame({
      type: view.getUint8(0),
      number: view.getUint8(1),
      request: view.getUint16(2, true),
      payload: body.slice(HEADER_BYTES, covered),
    });
  }

  private flushText(): void {
    if (this.text.length === 0) return;
    const bytes = Uint8Array.from(this.text);
    this.text.length = 0;
    this.sink.onText(bytes);
  }
}

/**
 * The bytes of a frame on the line.
 * @throws RangeError when the payload is longer than a frame holds
 */
export function encodeFrame(frame: Frame): Uint8Array {
  const { type, number, request, payload } = frame;
  if (payload.length > MAX_PAYLOAD) throw new RangeError(`a payload of ${payload.length} bytes is too long.`);
  const body = new Uint8Array(HEADER_BYTES + payload.length + CRC_BYTES);
  const view = new DataView(body.buffer);
  view.setUint8(0, type);
  view.setUint8(1, number);
  view.setUint16(2, request, true);
  view.setUint16(4, payload.length, true);
  body.set(payload, HEADER_BYTES);
  const covered = HEADER_BYTES + payload.length;
  view.setUint32(covered, crc32(body.subarray(0, covered)), true);
  const wire = new Uint8Array(5 + Math.ceil((body.length * 4) / 3));
  wire.set([ESCAPE, BEGIN, MARK]);
  let at = 3;
  let held = 0;
  let heldBits = 0;
  for (const byte of body) {
    held = (held << 8) | byte;
    for (heldBits += 8; heldBits >= 6;) {
      heldBits -= 6;
      wire[at++] = ALPHABET.charCodeAt((held >> heldBits) & 63);
    }
    held &= 63;
  }
  if (heldBits > 0) wire[at++] = ALPHABET.charCodeAt((held << (6 - heldBits)) & 63);
  wire.set([ESCAPE, END], at);
  return wire;
}
