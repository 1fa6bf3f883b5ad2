// Makes clang's Xtensa assembler text acceptable to llvm-mc: constants that L32R loads move out of the code.
//
// L32R reaches only words at multiples of four. The assembler encodes an L32R to a label of the same section
// itself, and refuses it whenever the instruction does not happen to lie at a multiple of four. With the constant
// in another section it leaves a relocation (R_XTENSA_SLOT0_OP) to the linker, which gets it right.

/** A constant's label as clang names it: function number and constant number. */
const FUNCTION_CONSTANT = /^\.LCPI(\d+)_\d+$/;

/** `.literal NAME, VALUE`, possibly followed by a comment. */
const LITERAL = /^\s*\.literal\s+([A-Za-z_.$][\w.$]*)\s*,\s*([^#,\n]*[^#,\s])\s*(?:#.*)?$/;

/**
 * The text with each `.literal` as a 4-aligned word in a section `.literal.FUNCTION-NUMBER` of its own (so that
 * the linker can drop a function with its constants), or `.literal` for constants that are not clang's. A link
 * script places all of these sections below the code: L32R reaches 256 KiB back and never ahead.
 * @param {string} text one file in the GNU assembler's language
 * @returns {string}
 * @throws {Error} naming the line, for a literal that is not understood
 */
export function moveLiterals(text) {
  return text
    .split('\n')
    .map((line, index) => moveLiteral(line, index + 1))
    .filter((line) => line !== null)
    .join('\n');
}

function moveLiteral(line, number) {
  if (/^\s*\.literal_position\b/.test(line)) return null;
  if (!/^\s*\.literal\b/.test(line)) return line;
  const match = LITERAL.exec(line);
  if (match === null) throw new Error(`line ${number}: a literal that is not a name and a value: ${line}`);
  const [, name, value] = match;
  const owner = FUNCTION_CONSTANT.exec(name)?.[1];
  const section = owner === undefined ? '.literal' : `.literal.${owner}`;
  return [
    `\t.pushsection ${section},"ax",@progbits`,
    '\t.p2align 2',
    `${name}:`,
    `\t.long ${value}`,
    '\t.popsection',
  ].join('\n');
}
