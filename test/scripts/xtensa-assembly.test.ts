/** Constants leave the code, with the function that they belong to, and nothing else in the text changes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moveLiterals } from '../../scripts/lib/xtensa-assembly.mjs';

const WORD = (section: string, name: string, value: string): string =>
  `\t.pushsection ${section},"ax",@progbits\n\t.p2align 2\n${name}:\n\t.long ${value}\n\t.popsection`;

test('a constant becomes an aligned word in the section of its function', () => {
  const text =
    '\t.literal_position\n\t.literal .LCPI2_0, 1065353216\n\t.literal .LCPI12_1, memset\nf:\n\tretw.n\n';
  assert.equal(
    moveLiterals(text),
    [
      WORD('.literal.2', '.LCPI2_0', '1065353216'),
      WORD('.literal.12', '.LCPI12_1', 'memset'),
      'f:',
      '\tretw.n',
      '',
    ].join('\n'),
  );
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
