/** Reads `.tflite` files by the rules of FlatBuffers and the published schema, and refuses what breaks them. */
import assert from 'node:assert/strict';

/** A table: its fields by the numbers that the schema gives them. */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;
  readonly #slots: number;
  readonly #size: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    assert.equal(at % 4, 0, 'a table is aligned to 4');
    this.#vtable = at - view.getInt32(at, true);
    assert.ok(this.#vtable >= 0 && this.#vtable % 2 === 0, 'a vtable is aligned to 2');
    const bytes = view.getUint16(this.#vtable, true);
    assert.ok(bytes >= 4 && bytes % 2 === 0 && this.#vtable + bytes <= view.byteLength);
    this.#slots = (bytes - 4) / 2;
    this.#size = view.getUint16(this.#vtable + 2, true);
    assert.ok(this.#size >= 4 && at + this.#size <= view.byteLength, 'a table lies inside the file');
  }

  whole(slot: number, otherwise = 0): number {
    const at = this.#field(slot, 4);
    return at === 0 ? otherwise : this.#view.getInt32(at, true);
  }

  byte(slot: number, otherwise = 0): number {
    const at = this.#field(slot, 1);
    return at === 0 ? otherwise : this.#view.getUint8(at);
  }

  table(slot: number): FlatTable | null {
    const at = this.#reference(slot);
    return at === 0 ? null : new FlatTable(this.#view, at);
  }

  tables(slot: number): FlatTable[] {
    const { at, count } = this.#vector(slot, 4);
    return Array.from({ length: count }, (_, i) => new FlatTable(this.#view, this.#follow(at + 4 * i)));
  }

  wholes(slot: number): number[] {
    const { at, count } = this.#vector(slot, 4);
    return Array.from({ length: count }, (_, i) => this.#view.getInt32(at + 4 * i, true));
  }

  floats(slot: number): number[] {
    const { at, count } = this.#vector(slot, 4);
    return Array.from({ length: count }, (_, i) => this.#view.getFloat32(at + 4 * i, true));
  }

  longs(slot: number): bigint[] {
    const { at, count } = this.#vector(slot, 8);
    return Array.from({ length: count }, (_, i) => this.#view.getBigInt64(at + 8 * i, true));
  }

  text(slot: number): string {
    const { at, count } = this.#vector(slot, 1);
    if (at > 0) assert.equal(this.#view.getUint8(at + count), 0, 'a text ends with a zero');
    return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes(at, count));
  }

  /** Where a vector of bytes lies, and how many they are; `null` when it is not there. */
  block(slot: number): { readonly at: number; readonly count: number } | null {
    const found = this.#vector(slot, 1);
    return found.at === 0 ? null : found;
  }

  #bytes(at: number, count: number): Uint8Array {
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, count);
  }

  /** 0 when the table does not have it. */
  #field(slot: number, width: number): number {
    const offset = slot < this.#slots ? this.#view.getUint16(this.#vtable + 4 + 2 * slot, true) : 0;
    if (offset === 0) return 0;
    assert.ok(offset >= 4 && offset + width <= this.#size, 'a field lies inside its table');
    assert.equal((this.#at + offset) % width, 0, 'a field is aligned to its width');
    return this.#at + offset;
  }

  #reference(slot: number): number {
    const at = this.#field(slot, 4);
    return at === 0 ? 0 : this.#follow(at);
  }

  #follow(at: number): number {
    const offset = this.#view.getUint32(at, true);
    assert.ok(
      offset > 0 && at + offset + 4 <= this.#view.byteLength,
      'a reference leads forward, into the file',
    );
    return at + offset;
  }

  #vector(slot: number, width: number): { readonly at: number; readonly count: number } {
    const at = this.#reference(slot);
    if (at === 0) return { at: 0, count: 0 };
    assert.equal(at % 4, 0, 'the length of a vector is aligned to 4');
    const count = this.#view.getUint32(at, true);
    assert.ok(at + 4 + count * width <= this.#view.byteLength, 'a vector lies inside the file');
    assert.equal((at + 4) % width, 0, 'elements are aligned to their width');
    return { at: at + 4, count };
  }
}

/** What tests ask of a file. */
export interface ReadGraph {
  readonly operators: readonly { readonly code: number; readonly old: number; readonly version: number }[];
  readonly tensors: readonly ReadTensor[];
  readonly nodes: readonly ReadNode[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
}

export interface ReadTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  readonly scale: readonly number[];
  /** Of a constant; `null` for another. */
  readonly data: { readonly at: number; readonly count: number } | null;
}

export interface ReadNode {
  readonly code: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly optionsType: number;
  readonly options: FlatTable | null;
}

/** Bytes of an element by `TensorType`. */
export const TYPE_BYTES: Readonly<Record<number, number>> = { 0: 4, 2: 4, 6: 1, 7: 2, 9: 1, 13: 4 };

/** Reads a whole file. @throws AssertionError for what breaks a rule */
export function readTflite(bytes: Uint8Array): ReadGraph {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert.equal(new TextDecoder().decode(bytes.subarray(4, 8)), 'TFL3');
  const model = new FlatTable(view, view.getUint32(0, true));
  assert.equal(model.whole(0), 3, 'schema version');
  const buffers = model.tables(4).map((buffer) => buffer.block(0));
  assert.equal(buffers[0], null, 'buffer 0 is empty');
  const operators = model
    .tables(1)
    .map((code) => ({ code: code.whole(3), old: code.byte(0), version: code.whole(2, 1) }));
  const subgraphs = model.tables(2);
  assert.equal(subgraphs.length, 1);
  const [graph] = subgraphs as [FlatTable];
  const tensors = graph.tables(0).map((tensor): ReadTensor => {
    const quantization = tensor.table(4);
    const buffer = tensor.whole(2);
    assert.ok(buffer < buffers.length);
    if (quantization !== null) assert.deepEqual(quantization.longs(3), [0n], 'one zero point');
    assert.equal(tensor.byte(8), 1, 'has_rank');
    return {
      name: tensor.text(3),
      shape: tensor.wholes(0),
      type: tensor.byte(1),
      scale: quantization?.floats(2) ?? [],
      data: buffers[buffer] ?? null,
    };
  });
  const nodes = graph.tables(3).map((node): ReadNode => {
    const code = operators[node.whole(0)];
    assert.ok(code !== undefined);
    return {
      code: code.code,
      inputs: node.wholes(1),
      outputs: node.wholes(2),
      optionsType: node.byte(3),
      options: node.table(4),
    };
  });
  const [signature] = model.tables(7) as [FlatTable];
  const names = (slot: number): string[] => signature.tables(slot).map((port) => port.text(0));
  return {
    operators,
    tensors,
    nodes,
    inputs: graph.wholes(1),
    outputs: graph.wholes(2),
    names: { inputs: names(0), outputs: names(1) },
  };
}
