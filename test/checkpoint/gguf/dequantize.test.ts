/** Blocks of every type give the numbers that ggml computes (`make_blocks.py`), to the bit. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { dequantizerOf } from '../../../src/checkpoint/gguf/dequantize.js';
import { halves } from '../../../src/checkpoint/gguf/half.js';
import { ggmlType, isBlockType, type BlockType } from '../../../src/checkpoint/gguf/types.js';

const CASES = JSON.parse(readFileSync(new URL('blocks.json', import.meta.url), 'utf8')) as Record<
  string,
  { readonly blocks: string; readonly first: readonly number[]; readonly sha256: string }
>;

const TYPES = Array.from({ length: 64 }, (_, number) => ggmlType(number)).filter(
  (type): type is BlockType => type !== null && isBlockType(type),
);

test('every type of blocks that is read has a case', () => {
  assert.deepEqual(TYPES.map(({ name }) => name).sort(), Object.keys(CASES).sort());
});

for (const { name, elements, bytes } of TYPES) {
  test(`${name}: the numbers are those of ggml`, async () => {
    const { blocks, first, sha256 } = CASES[name] ?? assert.fail();
    // Not at the beginning of its memory, as rows in a larger read are.
    const stored = new Uint8Array(Buffer.concat([Buffer.alloc(3), Buffer.from(blocks, 'base64')])).subarray(
      3,
    );
    const numbers = new Float32Array((stored.length / bytes) * elements);
    (await dequantizerOf(name))(stored, numbers);
    if (first.length === 2) assert.deepEqual([...numbers.subarray(0, 2)], first);
    assert.equal(createHash('sha256').update(new Uint8Array(numbers.buffer)).digest('hex'), sha256);
  });
}

test('halves are those of the format: subnormal, infinite, none', () => {
  const table = halves();
  const known: readonly (readonly [number, number])[] = [
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xc000, -2],
    [0x8000, -0],
  ];
  for (const [bits, value] of known) assert.ok(Object.is(table[bits], value), bits.toString(16));
  assert.ok(Number.isNaN(table[0x7e01]));
});
