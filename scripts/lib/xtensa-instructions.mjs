// Machine code of the ESP32-S3 as text: the vector instructions by the emulator's table, all others by LLVM.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ROOT, runOrThrow } from './run.mjs';
import { LLVM_MC } from './toolchain.mjs';
import { XTENSA_TARGETS } from './xtensa-target.mjs';

/** Described in kernels/crates/emulator/src/isa/row.rs. */
const TABLE = 'kernels/crates/emulator/src/isa/tables/pie.isa';

/** Registers by the beginning of an operand's name. */
const REGISTERS = { q: 'q', a: 'a', f: 'f' };

/** Bytes of an instruction, by the lowest four bits of its first. */
const lengthOf = (first) => ((first & 15) < 8 ? 3 : (first & 15) < 14 ? 2 : 4);

/**
 * Cuts code into its instructions. Zeros that fill up to an aligned symbol are a piece of their own.
 * @param {Buffer} code
 * @param {readonly number[]} starts where instructions begin for certain
 * @returns {{offset: number, bytes: Buffer, isFilling: boolean}[]}
 * @throws {Error} when an instruction reaches over such a place or the end
 */
export function instructionsOf(code, starts = []) {
  const borders = [...new Set([...starts, code.length])].filter((at) => at > 0).sort((a, b) => a - b);
  const found = [];
  let offset = 0;
  for (const border of borders) {
    while (offset < border) {
      const rest = code.subarray(offset, border);
      const isFilling = rest.length < 4 && rest.every((byte) => byte === 0);
      const bytes = isFilling ? rest : rest.subarray(0, lengthOf(code[offset]));
      if (!isFilling && bytes.length < lengthOf(code[offset])) throw new Error(`no instruction at ${offset}`);
      found.push({ offset, bytes, isFilling });
      offset += bytes.length;
    }
  }
  return found;
}

/**
 * One text for each instruction.
 * @param {readonly {bytes: Buffer, isFilling: boolean}[]} instructions
 * @returns {Promise<string[]>}
 * @throws {Error} naming the bytes that are no instruction
 */
export async function instructionTexts(instructions) {
  const rows = vectorRows(await readFile(path.join(ROOT, TABLE), 'utf8'));
  const texts = instructions.map((one) => (one.isFilling ? 'filling' : vectorText(rows, one.bytes)));
  const others = instructions.filter((_, index) => texts[index] === null);
  const named = await scalarTexts(others.map(({ bytes }) => bytes));
  return texts.map((text) => text ?? named.shift());
}

function vectorText(rows, bytes) {
  const word = bytes.readUIntLE(0, bytes.length);
  const row = rows.find(
    ({ length, match, mask }) => length === bytes.length && (word & mask) >>> 0 === match,
  );
  if (row === undefined) return null;
  const values = row.operands.map(({ register, bits, step, low }) => {
    const field = bits.reduce((value, bit) => value * 2 + ((word >>> bit) & 1), 0);
    if (register !== null) return `${register}${field}`;
    const signed = low < 0 && field >= 2 ** (bits.length - 1) ? field - 2 ** bits.length : field;
    return String(signed * step);
  });
  return [row.name, values.join(', ')].filter((part) => part !== '').join(' ');
}

function vectorRows(text) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [name, length, match, mask, operands = ''] = line.split('|').map((cell) => cell.trim());
    return {
      name,
      length: Number(length),
      match: Number.parseInt(match, 16),
      mask: Number.parseInt(mask, 16),
      operands: operands.split(' ').filter(Boolean).map(operandOf),
    };
  });
}

function operandOf(text) {
  const [, name, places, use] = /^([^=]+)=([^/]+)\/(.*)$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`${TABLE}: an operand that is not understood: ${text}`);
  const bits = places.split(',').flatMap((place) => {
    const [from, to = from] = place.split(':').map(Number);
    return Array.from({ length: from - to + 1 }, (_, index) => from - index);
  });
  if (/^(r|w|rw)$/.test(use)) return { register: REGISTERS[name[0]] ?? name, bits };
  const [, low = '0', step = '1'] = /^(-?\d+)\.\.-?\d+\*(-?\d+)/.exec(use) ?? [];
  return { register: null, bits, low: Number(low), step: Number(step) };
}

async function scalarTexts(instructions) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'instructions-'));
  try {
    const file = path.join(folder, 'bytes');
    const lines = instructions.map((bytes) => [...bytes].map((byte) => `0x${byte.toString(16)}`).join(' '));
    await writeFile(file, `${lines.join('\n')}\n`);
    const attributes = XTENSA_TARGETS.esp32s3.features.map((name) => `+${name}`).join(',');
    const output = await runOrThrow(
      LLVM_MC,
      ['--disassemble', '-triple=xtensa', `-mattr=${attributes}`, file],
      { quiet: true },
    );
    const texts = output
      .split('\n')
      .map((line) => line.trim().replace(/\s+/g, ' ').replace('. +', '.+').replace('. -', '.-'))
      .filter((line) => line !== '' && line !== '.text');
    if (texts.length !== instructions.length)
      throw new Error(`${instructions.length - texts.length} of the instructions are none:\n${output}`);
    return texts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
