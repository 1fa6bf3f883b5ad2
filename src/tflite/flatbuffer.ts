/**
 * A writer of FlatBuffers (https://flatbuffers.dev/internals): tables with their vtables, vectors, strings. Everything is written
 * from front to back, what refers before what is referred to, and large blocks of bytes last: they are handed out as they are,
 * never copied.
 */

/** A number in a table. */
export interface FlatNumber {
  readonly kind: 'byte' | 'whole' | 'float';
  readonly value: number;
}

/** A field of a table: a number, or something that lies elsewhere. `null` is left out and has its default. */
export type FlatField = FlatNumber | FlatObject | null;

export type FlatObject =
  | { readonly kind: 'table'; readonly fields: readonly FlatField[] }
  | { readonly kind: 'tables'; readonly of: readonly FlatObject[] }
  | { readonly kind: 'text'; readonly text: string }
  /** Numbers of 1, 4 or 8 bytes; `long` ones are written as pairs of words, which holds for what is not negative. */
  | { readonly kind: 'bytes' | 'wholes' | 'floats' | 'longs'; readonly values: readonly number[] }
  /** Bytes of elsewhere, at a multiple of {@link BLOCK_ALIGNMENT}. */
  | { readonly kind: 'block'; readonly bytes: Uint8Array };

/** What vector kernels of all targets are content with, and what the schema of TensorFlow Lite asks for. */
export const BLOCK_ALIGNMENT = 16;

const WIDTH = { byte: 1, whole: 4, float: 4 } as const;

/** Reserves the first size of the bytes before the blocks. */
const FIRST_BYTES = 65536;

/** Offsets of objects are counted from where they are kept, so that what is written stays where it is. */
class FlatWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  length = 0;
  /** References whose target is not written yet. */
  readonly #waiting: { readonly from: number; readonly to: FlatObject }[] = [];
  readonly blocks: { readonly from: number; readonly bytes: Uint8Array }[] = [];

  /** Writes everything that hangs on `root` but the blocks. */
  write(root: FlatObject, identifier: string): void {
    this.#reserve(8);
    this.#waiting.push({ from: 0, to: root });
    for (let i = 0; i < 4; i++) this.#bytes[4 + i] = identifier.charCodeAt(i);
    // The list grows while it is walked.
    for (const { from, to } of this.#waiting) {
      if (to.kind === 'block') this.blocks.push({ from, bytes: to.bytes });
      else this.refer(from, this.#object(to));
    }
  }

  refer(from: number, to: number): void {
    this.#view.setUint32(from, to - from, true);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #object(object: Exclude<FlatObject, { kind: 'block' }>): number {
    switch (object.kind) {
      case 'table':
        return this.#table(object.fields);
      case 'tables': {
        const at = this.#vector(object.of.length, 4);
        object.of.forEach((to, i) => this.#waiting.push({ from: at + 4 + 4 * i, to }));
        return at;
      }
      case 'text': {
        const text = new TextEncoder().encode(object.text);
        const at = this.#vector(text.length, 1);
        this.#bytes.set(text, at + 4);
        this.#reserve(1);
        return at;
      }
      case 'bytes':
        return this.#numbers(object.values, 1, (at, value) => this.#view.setInt8(at, value));
      case 'wholes':
        return this.#numbers(object.values, 4, (at, value) => this.#view.setInt32(at, value, true));
      case 'floats':
        return this.#numbers(object.values, 4, (at, value) => this.#view.setFloat32(at, value, true));
      case 'longs':
        return this.#numbers(object.values, 8, (at, value) => this.#view.setUint32(at, value, true));
    }
  }

  /** The vtable comes right before its table: how long both are, then where each field lies in the table. */
  #table(fields: readonly FlatField[]): number {
    const slots = fields.findLastIndex((field) => field !== null) + 1;
    const offsets = new Array<number>(slots).fill(0);
    let size = 4;
    for (const width of [4, 1]) {
      fields.forEach((field, slot) => {
        if (field === null || widthOf(field) !== width) return;
        offsets[slot] = size;
        size += width;
      });
    }
    const vtableBytes = 4 + 2 * slots;
    this.#align(4, vtableBytes);
    const vtable = this.#reserve(vtableBytes);
    this.#view.setUint16(vtable, vtableBytes, true);
    this.#view.setUint16(vtable + 2, size, true);
    offsets.forEach((offset, slot) => this.#view.setUint16(vtable + 4 + 2 * slot, offset, true));
    const at = this.#reserve(size);
    this.#view.setInt32(at, at - vtable, true);
    fields.forEach((field, slot) => {
      if (field !== null) this.#field(field, at + (offsets[slot] ?? 0));
    });
    return at;
  }

  #field(field: Exclude<FlatField, null>, at: number): void {
    if (field.kind === 'byte') this.#view.setUint8(at, field.value);
    else if (field.kind === 'whole') this.#view.setUint32(at, field.value, true);
    else if (field.kind === 'float') this.#view.setFloat32(at, field.value, true);
    else this.#waiting.push({ from: at, to: field as FlatObject });
  }

  #numbers(values: readonly number[], width: number, set: (at: number, value: number) => void): number {
    const at = this.#vector(values.length, width);
    values.forEach((value, i) => set(at + 4 + width * i, value));
    return at;
  }

  /** Room for a vector whose elements are aligned to their width; its length is written. */
  #vector(length: number, width: number): number {
    this.#align(Math.max(4, width), 4);
    const at = this.#reserve(4 + length * width);
    this.#view.setUint32(at, length, true);
    return at;
  }

  /** Zeros, so that what follows `skipped` bytes lies at a multiple of `alignment`. */
  #align(alignment: number, skipped: number): void {
    this.#reserve((alignment - ((this.length + skipped) % alignment)) % alignment);
  }

  /** @returns where the room begins, which is zeros */
  #reserve(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** A whole FlatBuffer, in pieces that follow each other. */
export function writeFlatbuffer(root: FlatObject, identifier: string): Uint8Array[] {
  const writer = new FlatWriter();
  writer.write(root, identifier);
  const pieces: Uint8Array[] = [];
  let at = writer.length;
  for (const { from, bytes } of writer.blocks) {
    const padding = (BLOCK_ALIGNMENT - ((at + 4) % BLOCK_ALIGNMENT)) % BLOCK_ALIGNMENT;
    const head = new Uint8Array(padding + 4);
    new DataView(head.buffer).setUint32(padding, bytes.length, true);
    writer.refer(from, at + padding);
    pieces.push(head, bytes);
    at += head.length + bytes.length;
  }
  return [writer.bytes, ...pieces];
}

function widthOf(field: Exclude<FlatField, null>): number {
  return field.kind === 'byte' || field.kind === 'whole' || field.kind === 'float' ? WIDTH[field.kind] : 4;
}
