/** Whole sections of a package changed: cut, lengthened, moved, dropped, doubled, with another kind or flag. */
import { crc32 } from 'node:zlib';

interface Section {
  readonly kind: Buffer;
  readonly flags: number;
  readonly content: Uint8Array;
}

type Pick = (count: number) => number;

/** Kinds whose content both readers look at; that of the others is for one of them alone. */
const EDITED = ['CONF', 'STEP', 'TDIR', 'SAMP', 'WGHT'];

/** A package with one section changed, laid out and sealed anew. */
export function changeSections(bytes: Uint8Array, pick: Pick): { bytes: Uint8Array; what: string } {
  const sections = split(bytes);
  const index = pick(sections.length);
  const section = sections[index] as Section;
  const kind = section.kind.toString();
  const isEdited = EDITED.includes(kind);
  switch (pick(6)) {
    case 0: {
      sections.splice(index, 1);
      return { bytes: join(sections), what: `${kind} dropped` };
    }
    case 1: {
      sections.splice(pick(sections.length + 1), 0, section);
      return { bytes: join(sections), what: `${kind} doubled` };
    }
    case 2: {
      sections.splice(index, 1);
      const to = pick(sections.length + 1);
      sections.splice(to, 0, section);
      return { bytes: join(sections), what: `${kind} moved from ${index} to ${to}` };
    }
    case 3: {
      const flags = pick(4);
      sections[index] = { ...section, flags };
      return { bytes: join(sections), what: `${kind} with flags ${flags}` };
    }
    case 4: {
      if (!isEdited) return { bytes: join(sections), what: 'nothing' };
      const at = pick(4);
      const other = Buffer.from(section.kind);
      other[at] = [0, 0x1f, 0x20, 0x41, 0x7e, 0x7f, 0x80, 0xff][pick(8)] as number;
      sections[index] = { ...section, kind: other, flags: pick(2) };
      return { bytes: join(sections), what: `${kind} becomes ${other.toString('hex')}` };
    }
    default: {
      if (!isEdited) return { bytes: join(sections), what: 'nothing' };
      const length = Math.max(0, section.content.length + (LENGTHS[pick(LENGTHS.length)] as number));
      const content = new Uint8Array(length);
      content.set(section.content.subarray(0, length));
      if (pick(4) === 0 && length > section.content.length) content[length - 1] = pick(256);
      sections[index] = { ...section, content };
      return { bytes: join(sections), what: `${kind} of ${length} bytes` };
    }
  }
}

/** By how much sections get longer or shorter: parts of records, records, lines. */
const LENGTHS = [1, -1, 4, -4, 8, -8, 32, -32, 64, -64, 128, -128, -1_000_000];

function split(bytes: Uint8Array): Section[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: view.getUint32(12, true) }, (_, index) => {
    const at = 64 + 32 * index;
    const offset = view.getUint32(at + 8, true);
    return {
      kind: Buffer.from(bytes.subarray(at, at + 4)),
      flags: view.getUint32(at + 4, true),
      content: bytes.slice(offset, offset + view.getUint32(at + 12, true)),
    };
  });
}

function join(sections: readonly Section[]): Uint8Array {
  const line = (value: number): number => Math.ceil(value / 64) * 64;
  const tableEnd = 64 + 32 * sections.length;
  const length = sections.reduce((end, { content }) => line(end) + content.length, tableEnd);
  const file = Buffer.alloc(line(length));
  file.write('S3LM', 0, 'latin1');
  file.writeUInt16LE(2, 4);
  file.writeUInt32LE(file.length, 8);
  file.writeUInt32LE(sections.length, 12);
  file.writeUInt32LE(tableEnd, 16);
  let offset = tableEnd;
  for (const [index, { kind, flags, content }] of sections.entries()) {
    offset = line(offset);
    const at = 64 + 32 * index;
    file.set(kind, at);
    file.writeUInt32LE(flags, at + 4);
    file.writeUInt32LE(offset, at + 8);
    file.writeUInt32LE(content.length, at + 12);
    file.writeUInt32LE(crc32(content), at + 16);
    file.set(content, offset);
    offset += content.length;
  }
  file.writeUInt32LE(crc32(file.subarray(64, tableEnd), crc32(file.subarray(0, 60))), 60);
  return new Uint8Array(file);
}
