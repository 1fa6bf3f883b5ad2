// The vector loops of the ESP32-S3's firmware (device-runtime/boards/esp32s3/pie/*.s) as one file that GCC's and clang's
// assemblers take alike, for the component: what llvm-mc makes of them, byte by byte. Neither macros nor expressions over
// distances, which the two read differently, and no instruction that one of them would move, widen or not know.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readObject } from './elf-object.mjs';
import { listFiles } from './files.mjs';
import { compileXtensa } from './native-xtensa.mjs';
import { ROOT } from './run.mjs';
import { instructionTexts, instructionsOf } from './xtensa-instructions.mjs';

/** Where the loops are, and where the file for the component lies. */
export const VECTOR_SOURCES = 'device-runtime/boards/esp32s3/pie/';
export const VECTOR_ASSEMBLY = 'device-runtime/component/src/boards/esp32s3/pie/kernels.S';

/** R_XTENSA_32: a word with an address. R_XTENSA_SLOT0_OP: an L32R that is yet to know its constant. */
const ADDRESS = 1;
const LOAD = 20;

const HEAD = (
  digest,
) => `/* The vector loops of the ESP32-S3, of scripts/vector-kernels.mjs: change the files of
 * device-runtime/boards/esp32s3/pie/ instead, which say what each takes. Instructions are bytes, so that every
 * assembler makes the same of them; the constants that L32R loads lie in front of each section's code.
 * Sources: ${digest}
 */
#include "../../../llm_kernels.h"

#if LLM_VECTOR_KERNELS
#if CONFIG_S3LM_VECTOR_KERNELS_IN_IRAM
	.macro code name
	.section .iram1.\\name,"ax",@progbits
	.endm
	.macro constants name
	.section .dram1.\\name,"aw",@progbits
	.endm
#else
	.macro code name
	.section .text.\\name,"ax",@progbits
	.endm
	.macro constants name
	.section .rodata.\\name,"a",@progbits
	.endm
#endif
`;

/** The loops and what they include, by name. */
const sourcesOf = () => listFiles(ROOT, (name) => name.startsWith(VECTOR_SOURCES) && /\.(s|inc)$/.test(name));

/**
 * Tells by itself, without a compiler, whether a file was made of these sources.
 * @returns {Promise<string>} hexadecimal
 */
export async function vectorSourcesDigest() {
  const hash = createHash('sha256');
  for (const name of await sourcesOf()) {
    const bytes = await readFile(path.join(ROOT, name));
    hash.update(`${path.basename(name)} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex').slice(0, 32);
}

/**
 * The text of {@link VECTOR_ASSEMBLY}. Needs the compilers of `xtensa`.
 * @returns {Promise<string>}
 * @throws {Error} with the assembler's own words, or naming what the sources have that cannot be written as bytes
 */
export async function vectorAssembly() {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'vector-objects-'));
  try {
    const sources = (await sourcesOf()).filter((name) => name.endsWith('.s'));
    const objects = await compileXtensa('esp32s3', sources, folder);
    const parts = [HEAD(await vectorSourcesDigest())];
    for (const [index, object] of objects.entries()) {
      parts.push(`\n/* ---- ${path.basename(sources[index] ?? '')} ---- */\n`);
      parts.push(await sectionsOf(readObject(await readFile(object))));
    }
    return `${parts.join('')}#endif\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function sectionsOf(object) {
  const texts = [];
  for (const section of object.sections) {
    if (section.size === 0) continue;
    if (section.name.startsWith('.rodata.')) texts.push(constantsText(section));
    if (section.name.startsWith('.text.')) texts.push(await codeText(object, section));
  }
  return texts.join('\n');
}

/** `.rodata.NAME` and `.text.NAME` without what stands before the name. */
const nameOf = (section) => section.name.replace(/^\.(rodata|text)\./, '');
const hex = (value, digits) => `0x${value.toString(16).padStart(digits, '0')}`;

function constantsText({ bytes, alignment, relocations, ...section }) {
  const name = nameOf(section);
  if (bytes.length % 4 !== 0 || relocations.length > 0)
    throw new Error(`${name}: constants that are no words`);
  const words = Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readUInt32LE(4 * i));
  return [
    `\tconstants ${name}`,
    `\t.p2align ${Math.log2(alignment)}`,
    `.L${name}:`,
    ...words.map((word) => `\t.long ${hex(word, 8)}`),
    '',
  ].join('\n');
}

async function codeText(object, section) {
  const name = nameOf(section);
  const literals = literalsOf(object, section);
  const begin = 4 * literals.length;
  const code = Buffer.from(section.bytes);
  for (const { offset, type, target, addend } of section.relocations) {
    const place = literals.findIndex((literal) => literal.at === addend);
    if (type !== LOAD || target !== '.literal' || place < 0) throw new Error(`${name}: relocation ${type}`);
    // L32R counts words back from its own address, rounded up.
    const back = (4 * place - ((begin + offset + 3) & ~3)) / 4;
    code.writeUInt16LE(back & 0xffff, offset + 1);
  }
  const labels = new Map();
  const label = (at, text) => labels.set(at, [...(labels.get(at) ?? []), text]);
  for (const symbol of section.symbols) {
    label(symbol.value, `\t.global ${symbol.name}\n\t.type ${symbol.name},@function\n${symbol.name}:`);
    label(symbol.value + symbol.size, `\t.size ${symbol.name}, ${symbol.size}`);
  }
  for (const { place } of literals) if (place !== null) label(place, `${placeName(name, place)}:`);
  const lines = [`\tcode ${name}`, `\t.p2align ${Math.log2(section.alignment)}`];
  for (const { text } of literals) lines.push(`\t.long ${text}`);
  const instructions = instructionsOf(code, [...labels.keys()]);
  const texts = await instructionTexts(instructions);
  for (const [index, { offset, bytes }] of instructions.entries()) {
    lines.push(...(labels.get(offset) ?? []));
    labels.delete(offset);
    lines.push(`\t.byte ${[...bytes].map((byte) => hex(byte, 2)).join(', ')}\t/* ${texts[index]} */`);
  }
  lines.push(...(labels.get(code.length) ?? []));
  labels.delete(code.length);
  if (labels.size > 0) throw new Error(`${name}: a label inside of an instruction`);
  return `${lines.join('\n')}\n`;
}

const placeName = (name, place) => `.L${name}_${place.toString(16)}`;

/** The words that a section's code loads, in their order: each as text, and the place of the code that it names. */
function literalsOf(object, section) {
  const { bytes, relocations } = object.sections.find(({ name }) => name === '.literal') ?? {
    relocations: [],
  };
  const used = new Set(section.relocations.map(({ addend }) => addend));
  return [...used]
    .sort((a, b) => a - b)
    .map((at) => {
      const address = relocations.find(({ offset }) => offset === at);
      if (address === undefined) return { at, text: hex(bytes.readUInt32LE(at), 8), place: null };
      const { type, target, addend } = address;
      const inside = target === section.name;
      if (type !== ADDRESS || !(inside || target.startsWith('.rodata.')))
        throw new Error(`${section.name}: a constant that is an address in ${target}`);
      const there = `.L${nameOf({ name: target })}`;
      if (inside) return { at, text: placeName(nameOf(section), addend), place: addend };
      return { at, text: addend === 0 ? there : `${there} + ${addend}`, place: null };
    });
}
