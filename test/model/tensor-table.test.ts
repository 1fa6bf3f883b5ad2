/** The account of a checkpoint's tensors: no element is left out, none is used twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { TensorTable } from '../../src/model/tensor-table.js';
import { FormatError } from '../../src/shared/errors.js';
import { memoryFolder } from '../../src/source/memory-folder.js';
import { writeSafetensors } from '../checkpoint/write-safetensors.js';

const FUSED = 'attn.c_attn.weight';

async function checkpoint(): Promise<Checkpoint> {
  const file = writeSafetensors({
    [FUSED]: { dtype: 'F32', shape: [4, 12] },
    'attn.c_attn.bias': { dtype: 'F32', shape: [12] },
  });
  return openCheckpoint(memoryFolder('m', { 'model.safetensors': file }));
}

const explain = (): null => null;

const part = (begin: number, end: number): { transposed: true; rows: { begin: number; end: number } } => ({
  transposed: true,
  rows: { begin, end },
});

test('views that are the whole tensor together are all of it, and count once', async () => {
  const table = new TensorTable(await checkpoint(), 'config.json');
  const query = table.take(FUSED, [4, 12], 'n_embd', part(0, 4));
  const rest = table.take(FUSED, [4, 12], 'n_embd', part(4, 12));
  const bias = table.take('attn.c_attn.bias', [12], 'n_embd', { rows: { begin: 0, end: 6 } });
  table.take('attn.c_attn.bias', [12], 'n_embd', { rows: [11, 10, 9, 8, 7, 6] });
  assert.deepEqual(query, { name: FUSED, dtype: 'F32', shape: [4, 4], view: part(0, 4) });
  assert.deepEqual(rest.shape, [8, 4]);
  assert.deepEqual(bias.shape, [6]);
  assert.deepEqual(table.finish(explain), []);
  assert.equal(table.parameters, 60);
});

test('a tensor taken whole has no view', async () => {
  const table = new TensorTable(await checkpoint(), 'config.json');
  assert.deepEqual(table.take(FUSED, [4, 12], 'n_embd'), { name: FUSED, dtype: 'F32', shape: [4, 12] });
});

test('a part that nobody uses is refused, unless it is ignored', async () => {
  const source = await checkpoint();
  const taken = (): TensorTable => {
    const table = new TensorTable(source, 'config.json');
    table.take(FUSED, [4, 12], 'n_embd', part(0, 11));
    table.take('attn.c_attn.bias', [12], 'n_embd');
    return table;
  };
  assert.throws(
    () => taken().finish(explain),
    (error) =>
      error instanceof FormatError && error.field === FUSED && /4 of its 48 elements/.test(error.message),
  );
  const table = taken();
  table.ignore(FUSED);
  assert.deepEqual(table.finish(explain), []);
});

test('an element that is taken twice is the fault of the family', async () => {
  const source = await checkpoint();
  const twice = (...views: readonly ReturnType<typeof part>[]): void => {
    const table = new TensorTable(source, 'config.json');
    for (const view of views) table.take(FUSED, [4, 12], 'n_embd', view);
  };
  assert.throws(() => twice(part(0, 5), part(4, 12)), /attn\.c_attn\.weight: .*twice/);
  assert.throws(() => {
    const table = new TensorTable(source, 'config.json');
    table.take(FUSED, [4, 12], 'n_embd');
    table.take(FUSED, [4, 12], 'n_embd');
  }, /twice/);
  assert.throws(() => {
    new TensorTable(source, 'config.json').take(FUSED, [4, 12], 'n_embd', { rows: [1, 1] });
  }, /twice/);
  assert.doesNotThrow(() => twice(part(0, 4), part(4, 8), part(8, 12)));
});

test('the stored shape is what the config makes it, whatever is taken of it', async () => {
  const table = new TensorTable(await checkpoint(), 'config.json');
  assert.throws(
    () => table.take(FUSED, [4, 9], 'n_embd', part(0, 3)),
    (error) => error instanceof FormatError && /shape \[4, 12\], but n_embd/.test(error.message),
  );
  assert.throws(() => table.take(FUSED, [4, 12], 'n_embd', part(0, 13)), RangeError);
});
