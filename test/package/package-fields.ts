/** The fields of a package's records, where they lie in one file, and values that tell careless readers from careful ones. */
import {
  CONFIG,
  HEADER,
  SAMPLING,
  SECTION_ENTRY,
  STEP_BODY,
  STEP_BYTES,
  STEP_HEAD,
  TENSOR,
} from '../../src/schema/package.js';
import { STEP, wordOf } from '../../src/schema/kinds.js';
import { rawValue, type Field, type RecordSpec } from '../../src/schema/record.js';

/** A field of one record of a file. */
export interface FoundField {
  readonly name: string;
  /** From the start of the file. */
  readonly offset: number;
  readonly width: 1 | 2 | 4;
  /** The unsigned integer that stands there. */
  readonly value: number;
  /** What the schema says of it; `null` for what is reserved. */
  readonly spec: Field | null;
}

const WIDTHS = { u8: 1, u16: 2, u32: 4, f32: 4 } as const;

/** All fields of all records, and what is reserved between them byte by byte. */
export function fieldsOf(bytes: Uint8Array): FoundField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: FoundField[] = [];
  const add = (record: string, spec: RecordSpec, at: number): void => {
    found.push(...fieldsOfRecord(view, record, spec, at));
  };
  add('header', HEADER, 0);
  const end = view.getUint32(HEADER.fields.tableEnd.offset, true);
  for (let entry = HEADER.bytes; entry < end; entry += SECTION_ENTRY.bytes) {
    const kind = Buffer.from(bytes.subarray(entry, entry + 4)).toString();
    const offset = view.getUint32(entry + SECTION_ENTRY.fields.offset.offset, true);
    const length = view.getUint32(entry + SECTION_ENTRY.fields.length.offset, true);
    add(`entry ${kind}`, SECTION_ENTRY, entry);
    if (kind === 'CONF') add(kind, CONFIG, offset);
    if (kind === 'SAMP') {
      add(kind, SAMPLING, offset);
      for (let at = SAMPLING.bytes; at < length; at += 4)
        found.push(foundField(view, `SAMP ${at}`, offset + at, 4, null));
    }
    if (kind === 'TDIR') {
      for (let at = 0; at < length; at += TENSOR.bytes) add(`TDIR ${at / TENSOR.bytes}`, TENSOR, offset + at);
    }
    if (kind === 'STEP') {
      for (let at = offset; at < offset + length; at += STEP_BYTES) {
        const name = `STEP ${(at - offset) / STEP_BYTES}`;
        const step = wordOf(STEP, view.getUint8(at + STEP_HEAD.fields.kind.offset)) ?? 'norm';
        add(name, STEP_HEAD, at);
        add(name, STEP_BODY[step], at + STEP_HEAD.bytes);
      }
    }
  }
  return found;
}

function fieldsOfRecord(view: DataView, record: string, spec: RecordSpec, at: number): FoundField[] {
  const found: FoundField[] = [];
  let end = 0;
  const reserved = (until: number): void => {
    for (; end < until; end++) found.push(foundField(view, `${record} byte ${end}`, at + end, 1, null));
  };
  for (const [name, field] of Object.entries(spec.fields)) {
    reserved(field.offset);
    found.push(foundField(view, `${record} ${name}`, at + field.offset, WIDTHS[field.type], field));
    end = field.offset + WIDTHS[field.type];
  }
  reserved(spec.bytes);
  return found;
}

function foundField(
  view: DataView,
  name: string,
  offset: number,
  width: FoundField['width'],
  spec: Field | null,
): FoundField {
  const value =
    width === 1
      ? view.getUint8(offset)
      : width === 2
        ? view.getUint16(offset, true)
        : view.getUint32(offset, true);
  return { name, offset, width, value, spec };
}

/** Zero, small numbers, powers of two, the largest of each width, and what floats make trouble with. */
const INTERESTING = [
  ...[0, 1, 2, 3, 4, 6, 8, 15, 16, 17, 32, 48, 64, 96, 127, 128, 255, 256, 0x7fff, 0x8000, 0xfffe, 0xffff],
  ...[0x10000, 0x7fffffff, 0xfffffffe, 0xffffffff, 0xffffffc0, 0xfffffff0],
  // -0; the smallest and the largest denormal, the smallest normal; 1, the largest, infinities, NaN; -1
  ...[0x80000000, 0x007fffff, 0x00800000, 0x3f800000, 0x7f7fffff, 0x7f800000, 0xff800000, 0x7fc00000],
  ...[0x7f800001, 0xffc00000, 0xbf800000, 0x80000001],
];

/** Values for a field: these, its limits, and what stands beside them and beside what is there. */
export function interestingValues({ value, width, spec }: FoundField): number[] {
  const limit = 2 ** (8 * width);
  const near = (center: number): number[] => [center - 1, center, center + 1];
  const limits =
    spec === null
      ? []
      : [spec.low, spec.high, ...(spec.or === undefined ? [] : [spec.or])].flatMap((bound) =>
          near(rawValue(spec.type, bound)),
        );
  const values = [...INTERESTING, ...limits, ...near(value), value + 16, value - 16, value + 64, value - 64];
  return [...new Set(values.filter((entry) => entry >= 0 && entry < limit && entry !== value))];
}
