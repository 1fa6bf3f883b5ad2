/**
 * Reads pickles as data. A pickle is a program for a stack machine that may call anything that Python has; this reader has
 * the instructions that torch.save writes, the few names that tensors are made of, and calls nothing. What another name
 * would make is passed over and known by that name.
 * Format: https://github.com/python/cpython/blob/main/Lib/pickletools.py (protocols 2 to 5).
 */

import {
  PickledStorage,
  PickledTensor,
  PickleEndError,
  PickleError,
  PickleMap,
  PickleName,
  PickleObject,
  PickleTuple,
  type PickleValue,
} from './pickle-values.js';

/**
 * Most instructions. A tensor takes some 40, so this is beyond {@link MAX_TENSORS}; the optimizers that are saved with a
 * model have three tensors for each.
 */
const MAX_INSTRUCTIONS = 20_000_000;

/** Most values that are remembered or lie on the stack. */
const MAX_VALUES = 10_000_000;

/** Dimensions that torch allows. */
const MAX_DIMENSIONS = 64;

/** Functions and classes that take what a tensor, a map or a shape is made of. */
const CALLED = [
  'collections.OrderedDict',
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_tensor_v3',
  'torch._utils._rebuild_parameter',
  'torch.Size',
];

/** Classes of storages, and names of types of elements. */
const STORAGE =
  /^torch(?:\.storage)?\.((?:Float|Half|BFloat16|Double|Long|Int|Short|Char|Byte|Bool|Untyped)Storage)$/;
const ELEMENT = /^torch\.(?:(?:b?float|u?int|complex)\d+(?:_e\dm\d\w*)?|bool|half|float|double|long|int)$/;

interface Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

/**
 * Reads one pickle.
 * @param begin where it begins in `bytes`
 * @returns its value, and where the bytes after it begin
 * @throws PickleError, {@link PickleEndError}
 */
export function readPickle(bytes: Uint8Array, begin = 0): { value: PickleValue; end: number } {
  const reader = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: begin };
  const machine = new Machine(reader);
  return { value: machine.run(), end: reader.at };
}

/** Where a run of values on the stack begins. */
const MARK = Symbol('mark');

type StackItem = PickleValue | typeof MARK;

class Machine {
  readonly #stack: StackItem[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  run(): PickleValue {
    if (this.#u8() !== 0x80 || this.#u8() > 5) throw new PickleError('It does not begin as a pickle does.');
    for (let count = 0; count < MAX_INSTRUCTIONS; count++) {
      const code = this.#u8();
      if (code === 0x2e) return this.#pop();
      this.#step(code);
      if (this.#stack.length > MAX_VALUES) throw new PickleError('It has too many values.');
    }
    throw new PickleError('It has too many instructions.');
  }

  // One case for each instruction, in the order of pickletools.
  #step(code: number): void {
    switch (String.fromCharCode(code)) {
      case 'J':
        return this.#push(this.#take(4).getInt32(0, true));
      case 'K':
        return this.#push(this.#u8());
      case 'M':
        return this.#push(this.#take(2).getUint16(0, true));
      case '\x8a':
        return this.#push(this.#long(this.#u8()));
      case 'X':
        return this.#push(this.#text(this.#u32()));
      case '\x8c':
        return this.#push(this.#text(this.#u8()));
      case '\x8d':
        return this.#push(this.#text(this.#u64()));
      case 'B':
        return this.#push(this.#slice(this.#u32()));
      case 'C':
        return this.#push(this.#slice(this.#u8()));
      case 'N':
        return this.#push(null);
      case '\x88':
        return this.#push(true);
      case '\x89':
        return this.#push(false);
      case 'G':
        return this.#push(this.#take(8).getFloat64(0, false));
      case ']':
        return this.#push([]);
      case 'a':
        return this.#append([this.#pop()]);
      case 'e':
        return this.#append(this.#toMark());
      case 'l':
        return this.#push(this.#toMark());
      case ')':
        return this.#push(new PickleTuple([]));
      case 't':
        return this.#push(new PickleTuple(this.#toMark()));
      case '\x85':
        return this.#push(new PickleTuple(this.#popMany(1)));
      case '\x86':
        return this.#push(new PickleTuple(this.#popMany(2)));
      case '\x87':
        return this.#push(new PickleTuple(this.#popMany(3)));
      case '}':
        return this.#push(new PickleMap());
      case 's':
        return this.#setItems(this.#popMany(2));
      case 'u':
        return this.#setItems(this.#toMark());
      case '0':
        this.#pop();
        return;
      case '(':
        this.#stack.push(MARK);
        return;
      case 'h':
        return this.#push(this.#remembered(this.#u8()));
      case 'j':
        return this.#push(this.#remembered(this.#u32()));
      case 'q':
        return this.#remember(this.#u8());
      case 'r':
        return this.#remember(this.#u32());
      case '\x94':
        return this.#remember(this.#memo.size);
      case 'c':
        return this.#push(known(`${this.#line()}.${this.#line()}`));
      case '\x93':
        return this.#push(known(this.#popMany(2).map(nameText).join('.')));
      case 'R':
        return this.#call();
      case 'b':
        return this.#build();
      case '\x81':
      case '\x92':
        return this.#make(code === 0x81 ? 2 : 3);
      case 'Q':
        return this.#push(storage(this.#pop()));
      case '\x95':
        this.#take(8);
        return;
      default:
        throw new PickleError(
          `It has the instruction 0x${code.toString(16).padStart(2, '0')}.`,
          'an object of Python',
        );
    }
  }

  #call(): void {
    const [callee, given] = this.#popMany(2);
    if (!(given instanceof PickleTuple)) throw damaged();
    if (callee instanceof PickleObject) return this.#push(callee);
    if (!(callee instanceof PickleName)) throw damaged();
    this.#push(called(callee.name, given.items));
  }

  /** An object by its class and what it is made of. */
  #make(parts: number): void {
    const [made] = this.#popMany(parts);
    if (made instanceof PickleObject) return this.#push(made);
    // Of the known ones only maps are made like this.
    if (!(made instanceof PickleName) || made.name !== 'collections.OrderedDict') throw damaged();
    this.#push(new PickleMap());
  }

  /** Attributes of what was made last: those of maps say nothing of tensors, and those of objects are passed over. */
  #build(): void {
    this.#pop();
    const last = this.#stack.at(-1);
    if (!(last instanceof PickleMap || last instanceof PickleObject))
      throw new PickleError('It sets the state of an object.', 'an object of Python');
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#stack.at(-1);
    if (list instanceof PickleObject) return;
    if (!Array.isArray(list)) throw damaged();
    for (const item of items) list.push(item);
  }

  #setItems(items: readonly PickleValue[]): void {
    const map = this.#stack.at(-1);
    if (map instanceof PickleObject) return;
    if (!(map instanceof PickleMap) || items.length % 2 !== 0) throw damaged();
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key === 'string') map.entries.set(key, items[i + 1] as PickleValue);
      else map.otherKeys++;
    }
  }

  #remember(index: number): void {
    if (this.#memo.size >= MAX_VALUES) throw new PickleError('It remembers too many values.');
    const last = this.#stack.at(-1);
    if (last === undefined || last === MARK) throw damaged();
    this.#memo.set(index, last);
  }

  #remembered(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw damaged();
    return value;
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw damaged();
    return value;
  }

  #popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #toMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw damaged();
    const items = this.#stack.splice(mark);
    items.shift();
    return items as PickleValue[];
  }

  #take(count: number): DataView {
    const { view, at } = this.#reader;
    if (count > view.byteLength - at) throw new PickleEndError();
    this.#reader.at += count;
    return new DataView(view.buffer, view.byteOffset + at, count);
  }

  #slice(count: number): Uint8Array {
    const { buffer, byteOffset } = this.#take(count);
    return new Uint8Array(buffer, byteOffset, count);
  }

  #u8(): number {
    return this.#take(1).getUint8(0);
  }

  #u32(): number {
    return this.#take(4).getUint32(0, true);
  }

  #u64(): number {
    const value = this.#take(8).getBigUint64(0, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged();
    return Number(value);
  }

  #text(length: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#slice(length));
    } catch (error) {
      if (error instanceof PickleError) throw error;
      throw damaged();
    }
  }

  /** A signed whole number of some bytes; as large ones are what torch calls itself by, and no size, they stay as they are. */
  #long(length: number): number | bigint {
    const value = BigInt.asIntN(
      8 * length,
      this.#slice(length).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
    );
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #line(): string {
    const end = this.#reader.bytes.indexOf(0x0a, this.#reader.at);
    if (end < 0) throw new PickleEndError();
    const text = this.#text(end - this.#reader.at);
    this.#reader.at = end + 1;
    return text;
  }
}

function damaged(): PickleError {
  return new PickleError('Its instructions do not fit together.');
}

function nameText(value: PickleValue): string {
  if (typeof value !== 'string') throw damaged();
  return value;
}

/** One of the few names that tensors need, or what any other would make. */
function known(name: string): PickleName | PickleObject {
  if (CALLED.includes(name) || STORAGE.test(name) || ELEMENT.test(name)) return new PickleName(name);
  return new PickleObject(name.slice(0, 200));
}

function called(name: string, items: readonly PickleValue[]): PickleValue {
  switch (name) {
    case 'collections.OrderedDict':
      return orderedMap(items);
    case 'torch._utils._rebuild_tensor_v2':
      return tensor(items, null);
    case 'torch._utils._rebuild_tensor_v3': {
      const dtype = items[6];
      if (dtype instanceof PickleObject) return dtype;
      if (!(dtype instanceof PickleName)) throw damaged();
      return tensor(items, dtype.name);
    }
    case 'torch._utils._rebuild_parameter': {
      const [data] = items;
      if (!(data instanceof PickledTensor || data instanceof PickleObject)) throw damaged();
      return data;
    }
    case 'torch.Size':
      return new PickleTuple(items[0] instanceof PickleTuple ? items[0].items : []);
    default:
      throw damaged();
  }
}

/** An ordered map: empty, or made from a list of pairs. */
function orderedMap([pairs]: readonly PickleValue[]): PickleMap {
  const map = new PickleMap();
  if (pairs === undefined) return map;
  if (!Array.isArray(pairs)) throw damaged();
  for (const pair of pairs) {
    const [key, value] = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
    if (value === undefined) throw damaged();
    if (typeof key === 'string') map.entries.set(key, value);
    else map.otherKeys++;
  }
  return map;
}

/** (storage, offset, shape, strides, …) */
function tensor(
  [from, offset, shape, strides]: readonly PickleValue[],
  dtype: string | null,
): PickledTensor | PickleObject {
  if (from instanceof PickleObject) return from;
  if (!(from instanceof PickledStorage) || !isSize(offset)) throw damaged();
  return new PickledTensor(from, offset, sizes(shape), sizes(strides), dtype);
}

function sizes(value: PickleValue | undefined): readonly number[] {
  if (!(value instanceof PickleTuple) || value.items.length > MAX_DIMENSIONS || !value.items.every(isSize))
    throw damaged();
  return value.items;
}

function isSize(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** ('storage', class, key, device, count, …) */
function storage(id: PickleValue): PickledStorage | PickleObject {
  const [word, type, key, , count] = id instanceof PickleTuple ? id.items : [];
  if (type instanceof PickleObject) return type;
  const kind = type instanceof PickleName ? STORAGE.exec(type.name)?.[1] : undefined;
  if (word !== 'storage' || kind === undefined || typeof key !== 'string' || !isSize(count)) throw damaged();
  return new PickledStorage(kind, key, count);
}
