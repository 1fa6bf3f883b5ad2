// The sections of a 32-bit little-endian ELF object with their relocations and symbols.

/**
 * @typedef {object} ObjectRelocation
 * @property {number} offset of the section, in bytes
 * @property {number} type as the processor's ABI numbers them
 * @property {string} target the section, or the symbol where it is in none of this object
 * @property {number} addend bytes from the beginning of the section, or from the symbol
 *
 * @typedef {object} ObjectSection
 * @property {string} name
 * @property {Buffer} bytes
 * @property {number} size
 * @property {number} alignment in bytes
 * @property {ObjectRelocation[]} relocations
 * @property {{name: string, value: number, size: number}[]} symbols the global ones that it defines
 */

const SYMBOLS = 2;
const RELOCATIONS = 4;
const NO_BITS = 8;
const GLOBAL = 1;

/**
 * @param {Buffer} file
 * @returns {{sections: ObjectSection[]}} by their numbers
 * @throws {Error} for another kind of file
 */
export function readObject(file) {
  if (file.length < 52 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 1 || file[5] !== 1)
    throw new Error('not a 32-bit little-endian ELF file');
  const headers = readHeaders(file);
  const sections = headers.map(({ name, type, size, alignment, bytes }) => ({
    name,
    bytes: type === NO_BITS ? Buffer.alloc(size) : bytes,
    size,
    alignment: Math.max(1, alignment),
    relocations: [],
    symbols: [],
  }));
  const table = headers.find(({ type }) => type === SYMBOLS);
  const symbols = table === undefined ? [] : readSymbols(table, headers[table.link]);
  for (const { name, value, size, info, section } of symbols) {
    if (info >> 4 === GLOBAL && section > 0 && section < sections.length)
      sections[section].symbols.push({ name, value, size });
  }
  for (const header of headers.filter(({ type }) => type === RELOCATIONS)) {
    sections[header.info].relocations = readRelocations(header, symbols, sections);
  }
  return { sections };
}

function readHeaders(file) {
  const [begin, step, count, names] = [
    file.readUInt32LE(32),
    ...[46, 48, 50].map((at) => file.readUInt16LE(at)),
  ];
  const headers = Array.from({ length: count }, (_, index) => {
    const at = (field) => file.readUInt32LE(begin + step * index + 4 * field);
    const [offset, size] = [at(4), at(5)];
    return {
      label: at(0),
      type: at(1),
      size,
      link: at(6),
      info: at(7),
      alignment: at(8),
      bytes: file.subarray(offset, offset + size),
    };
  });
  return headers.map((header) => ({ ...header, name: textAt(headers[names].bytes, header.label) }));
}

function readSymbols({ bytes }, { bytes: names }) {
  return Array.from({ length: bytes.length / 16 }, (_, index) => {
    const at = 16 * index;
    return {
      name: textAt(names, bytes.readUInt32LE(at)),
      value: bytes.readUInt32LE(at + 4),
      size: bytes.readUInt32LE(at + 8),
      info: bytes[at + 12],
      section: bytes.readUInt16LE(at + 14),
    };
  });
}

function readRelocations({ bytes }, symbols, sections) {
  return Array.from({ length: bytes.length / 12 }, (_, index) => {
    const at = 12 * index;
    const info = bytes.readUInt32LE(at + 4);
    const symbol = symbols[info >>> 8];
    const inside = symbol.section > 0 && symbol.section < sections.length;
    return {
      offset: bytes.readUInt32LE(at),
      type: info & 255,
      target: inside ? sections[symbol.section].name : symbol.name,
      addend: bytes.readInt32LE(at + 8) + (inside ? symbol.value : 0),
    };
  });
}

const textAt = (bytes, at) => bytes.toString('latin1', at, bytes.indexOf(0, at));
