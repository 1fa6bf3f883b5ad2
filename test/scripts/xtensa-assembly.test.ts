/** Constants leave the code, each once; instructions become as short as they can; nothing else in the text changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveLiterals, narrowInstructions } from '../../scripts/lib/xtensa-assembly.mjs';

const WORD = (section: string, name: string, value: string): string =>
  `\t.pushsection ${section},"ax",@progbits\n\t.p2align 2\n${name}:\n\t.long ${value}\n\t.popsection`;

test('a constant becomes an aligned word in a section of its own', () => {
  const text =
    '\t.literal_position\n\t.literal .LCPI2_0, 1065353216\n\t.literal .LCPI12_1, memset\nf:\n\tretw.n\n';
  assert.equal(
    moveLiterals(text),
    [
      WORD('.literal.0', '.LCPI2_0', '1065353216'),
      WORD('.literal.1', '.LCPI12_1', 'memset'),
      'f:',
      '\tretw.n',
      '',
    ].join('\n'),
  );
});

test('equal constants of a file are one word', () => {
  const text = '\t.literal .LCPI0_0, memset\n\t.literal .LCPI1_0, 77777\n\t.literal .LCPI1_1, memset';
  assert.equal(
    moveLiterals(text),
    [
      WORD('.literal.0', '.LCPI0_0', 'memset'),
      WORD('.literal.1', '.LCPI1_0', '77777'),
      '\t.set .LCPI1_1, .LCPI0_0',
    ].join('\n'),
  );
});

test('instructions take two bytes where their numbers fit, and only there', () => {
  const pairs = [
    ['or\ta2, a3, a3', 'mov.n\ta2, a3'],
    ['or\ta2, a3, a4', null],
    ['add\ta2, a3, a4', 'add.n\ta2, a3, a4'],
    ['addi\ta2, a3, 15', 'addi.n\ta2, a3, 15'],
    ['addi\ta2, a3, -1', 'addi.n\ta2, a3, -1'],
    ['addi\ta2, a3, 0', null],
    ['addi\ta2, a3, 16', null],
    ['movi\ta2, 95', 'movi.n\ta2, 95'],
    ['movi\ta2, -32', 'movi.n\ta2, -32'],
    ['movi\ta2, 96', null],
    ['movi\ta2, -33', null],
    ['l32i\ta2, a3, 60', 'l32i.n\ta2, a3, 60'],
    ['l32i\ta2, a3, 64', null],
    ['s32i\ta2, a3, 0', 's32i.n\ta2, a3, 0'],
    ['addx2\ta2, a3, a4', null],
    ['.asciz\t"or\ta2, a3, a3"', null],
  ] as const;
  for (const [wide, narrow] of pairs) {
    assert.equal(narrowInstructions(`\t${wide}`), `\t${narrow ?? wide}`);
  }
});

test('constants of hand-written code share one section; comments and expressions are understood', () => {
  assert.equal(moveLiterals('  .literal .Lmain, check_main'), WORD('.literal', '.Lmain', 'check_main'));
  assert.equal(
    moveLiterals('\t.literal .LCPI0_3, table + 8   # behind the head'),
    WORD('.literal.0', '.LCPI0_3', 'table + 8'),
  );
});

test('text without constants stays as it is, also where it mentions them', () => {
  const text = '# .literal x, 1\n\t.asciz ".literal x, 1"\n\tl32r a2, .LCPI0_0\n';
  assert.equal(moveLiterals(text), text);
});

test('a literal that is not understood is an error that names the line', () => {
  assert.throws(() => moveLiterals('nop\n\t.literal .LCPI0_0'), /^Error: line 2: /);
  assert.throws(() => moveLiterals('\t.literal a, 1, 2'), /^Error: line 1: /);
});
