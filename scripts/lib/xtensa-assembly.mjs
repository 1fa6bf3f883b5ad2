// Makes clang's Xtensa assembler text acceptable to llvm-mc, where constants that L32R loads move out of the code, and
// smaller: instructions that have a form of two bytes take it.
//
// L32R reaches only words at multiples of four. The assembler encodes an L32R to a label of the same section
// itself, and refuses it whenever the instruction does not happen to lie at a multiple of four. With the constant
// in another section it leaves a relocation (R_XTENSA_SLOT0_OP) to the linker, which gets it right.

/** A constant's label as clang names it: function number and constant number. */
const COMPILED_CONSTANT = /^\.LCPI\d+_\d+$/;

/** `.literal NAME, VALUE`, possibly followed by a comment. */
const LITERAL = /^\s*\.literal\s+([A-Za-z_.$][\w.$]*)\s*,\s*([^#,\n]*[^#,\s])\s*(?:#.*)?$/;

/**
 * The text with each `.literal` as a 4-aligned word outside the code. Equal words of one file are one word, in a section
 * `.literal.NUMBER` of its own, so that the linker can drop it with the last function that loads it; constants that are
 * not clang's go to `.literal`. A link script places all of these sections below the code: L32R reaches 256 KiB back and
 * never ahead.
 * @param {string} text one file in the GNU assembler's language
 * @returns {string}
 * @throws {Error} naming the line, for a literal that is not understood
 */
export function moveLiterals(text) {
  /** Label by value. */
  const words = new Map();
  return text
    .split('\n')
    .map((line, index) => moveLiteral(line, index + 1, words))
    .filter((line) => line !== null)
    .join('\n');
}

function moveLiteral(line, number, words) {
  if (/^\s*\.literal_position\b/.test(line)) return null;
  if (!/^\s*\.literal\b/.test(line)) return line;
  const match = LITERAL.exec(line);
  if (match === null) throw new Error(`line ${number}: a literal that is not a name and a value: ${line}`);
  const [, name, value] = match;
  let section = '.literal';
  if (COMPILED_CONSTANT.test(name)) {
    const same = words.get(value);
    if (same !== undefined) return `\t.set ${name}, ${same}`;
    section = `.literal.${words.size}`;
    words.set(value, name);
  }
  return [
    `\t.pushsection ${section},"ax",@progbits`,
    '\t.p2align 2',
    `${name}:`,
    `\t.long ${value}`,
    '\t.popsection',
  ].join('\n');
}

/** Values that the two-byte forms of ADDI, MOVI, L32I and S32I have room for. */
const isNarrowAddition = (value) => value === -1 || (value >= 1 && value <= 15);
const isNarrowValue = (value) => value >= -32 && value <= 95;
const isNarrowOffset = (value) => value >= 0 && value <= 60 && value % 4 === 0;

/** An instruction with registers and at most one number, as clang writes it. */
const INSTRUCTION = /^(\s+)(add|addi|or|movi|l32i|s32i)(\s+)(a\d+), (.*)$/;

/**
 * The text with the two-byte form of each instruction that has one and whose numbers fit. Neither clang nor llvm-mc
 * choose them; code becomes a sixth smaller. For compiled code only: hand-written code chooses its forms itself, as
 * they move what follows.
 * @param {string} text
 * @returns {string}
 */
export function narrowInstructions(text) {
  return text.split('\n').map(narrowLine).join('\n');
}

function narrowLine(line) {
  const match = INSTRUCTION.exec(line);
  if (match === null) return line;
  const [, indent, name, space, target, rest] = match;
  const operands = rest.split(', ');
  const number = /^-?\d+$/.test(operands.at(-1)) ? Number(operands.at(-1)) : NaN;
  const narrow = (mnemonic, sources) => `${indent}${mnemonic}${space}${[target, ...sources].join(', ')}`;
  if (name === 'or') return operands[0] === operands[1] ? narrow('mov.n', [operands[0]]) : line;
  if (name === 'add') return narrow('add.n', operands);
  if (name === 'addi') return isNarrowAddition(number) ? narrow('addi.n', operands) : line;
  if (name === 'movi') return isNarrowValue(number) ? narrow('movi.n', operands) : line;
  return isNarrowOffset(number) ? narrow(`${name}.n`, operands) : line;
}
