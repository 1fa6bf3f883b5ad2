/** The WebAssembly quantizer against its definition, bit for bit, and its refusals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as plainCrc32 } from './plain-crc.js';
import type { FloatDtype } from '../../src/checkpoint/checkpoint.js';
import { type QuantizerSpec, type RowEncoding, loadKernels } from '../../src/quantize/kernels.js';
import { kernelBytes, kernels, randomNumbers } from './load.js';
import { plainDecode, plainQuantize } from './plain-quantizer.js';
import type * as bindings from '../../kernels/prebuilt/kernels.js';

const DTYPES: readonly FloatDtype[] = ['F32', 'F16', 'BF16', 'F8_E4M3', 'F8_E5M2'];
const SIZES: Readonly<Record<FloatDtype, number>> = { F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1 };

/** Weights of a bell shape, or any finite codes of the small types. */
function randomTensor(dtype: FloatDtype, count: number, seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const size = SIZES[dtype];
  const bytes = new Uint8Array(count * size);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i += 1) {
    if (dtype === 'F32' || dtype === 'BF16') {
      const bell = (random() + random() + random() + random() - 2) * 0.05;
      const scratch = new DataView(new ArrayBuffer(4));
      scratch.setFloat32(0, bell, true);
      if (dtype === 'F32') view.setFloat32(4 * i, bell, true);
      else view.setUint16(2 * i, scratch.getUint16(2, true), true);
      continue;
    }
    do {
      for (let b = 0; b < size; b += 1) bytes[i * size + b] = random() * 256;
    } while (!Number.isFinite(plainDecode(bytes.subarray(i * size, (i + 1) * size), dtype)[0]));
  }
  return bytes;
}

/** Bytes from row to row: whole steps of 16. */
function rowStride(encoding: RowEncoding, cols: number): number {
  if (encoding === 'int4Group') return Math.ceil(cols / 32) * 16;
  return Math.ceil((encoding === 'float32' ? cols * 4 : cols) / 16) * 16;
}

function scalesPerRow({ encoding, cols, group }: QuantizerSpec): number {
  const groups = Math.ceil(cols / (group ?? cols));
  return { float32: 0, int8Tensor: 0, int8Channel: 1, int8Group: groups, int8GroupU8: 1, int4Group: 1 }[
    encoding
  ];
}

function groupScalesPerRow({ encoding, cols, group }: QuantizerSpec): number {
  return encoding === 'int8GroupU8' || encoding === 'int4Group' ? Math.ceil(cols / (group ?? cols)) : 0;
}

function groupOffsetsPerRow(spec: QuantizerSpec): number {
  return spec.encoding === 'int4Group' ? groupScalesPerRow(spec) : 0;
}

function relative(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
}

void test('codes, scales and statistics are those of the definition', () => {
  const random = randomNumbers(11);
  for (const dtype of DTYPES) {
    for (const [encoding, group] of [
      ['int8Tensor', undefined],
      ['int8Channel', undefined],
      ['int8Group', 32],
      ['int8Group', 64],
      ['int8Group', 128],
      ['int8GroupU8', 32],
      ['int8GroupU8', 64],
      ['int4Group', 16],
      ['int4Group', 32],
      ['int4Group', 64],
    ] as const) {
      for (const cols of [1, 4, 20, 64, 172, 577]) {
        for (const folded of [false, true]) {
          const rows = 1 + Math.floor(random() * 6);
          const spec: QuantizerSpec = {
            dtype,
            rows,
            cols,
            encoding,
            group,
            gain: folded ? Float32Array.from({ length: cols }, () => 0.5 + random()) : undefined,
            multiplier: folded ? 0.35355338 : undefined,
            importance: folded ? Float32Array.from({ length: cols }, () => random() ** 4) : undefined,
          };
          const where = `${dtype} ${encoding} ${group ?? ''} ${rows}x${cols} ${folded}`;
          const bytes = randomTensor(dtype, rows * cols, rows * cols);
          const expected = plainQuantize(bytes, spec);
          const quantizer = kernels.createQuantizer(spec);
          const stride = rowStride(encoding, cols);
          const block = kernels.createOutput(
            rows,
            stride,
            scalesPerRow(spec),
            groupScalesPerRow(spec),
            groupOffsetsPerRow(spec),
          );
          if (encoding === 'int8Tensor') quantizer.measure(bytes);
          const cut = quantizer.rowBytes * Math.floor(rows / 2);
          const first = quantizer.quantize(bytes.subarray(0, cut), block);
          const second = quantizer.quantize(bytes.subarray(cut), block, { first });
          assert.equal(first + second, rows);
          assert.deepEqual(new Int8Array(block.codes), expected.codes, where);
          const scales = encoding === 'int8Tensor' ? Float32Array.of(quantizer.tensorScale) : block.scales;
          assert.deepEqual(new Float32Array(scales), expected.scales, where);
          assert.deepEqual(new Uint8Array(block.groupScales), expected.groupScales, where);
          assert.deepEqual(new Int8Array(block.groupOffsets), expected.groupOffsets, where);
          const statistics = quantizer.statistics();
          assert.equal(statistics.count, rows * cols);
          assert.equal(statistics.nonFinite, 0);
          assert.ok(relative(statistics.signalSquares, expected.signal) < 1e-5, where);
          const errorIsRounding = expected.error < 1e-9 * expected.signal;
          assert.ok(errorIsRounding || relative(statistics.errorSquares, expected.error) < 1e-3, where);
          assert.equal(statistics.amax, Math.max(statistics.max, -statistics.min));
          const sum = (bins: Uint32Array): number => bins.reduce((a, n) => a + n, 0);
          const { before, after, codes, limit } = statistics.histogram;
          assert.deepEqual([before.length, after.length, codes.length], [128, 128, 255]);
          assert.deepEqual([sum(before), sum(after), sum(codes)], [rows * cols, rows * cols, rows * cols]);
          assert.ok(limit > statistics.amax || statistics.amax === 0);
          quantizer.dispose();
          block.dispose();
        }
      }
    }
  }
});

void test('rows wider than the transfer buffer and tensors of many buffers pass unchanged', () => {
  for (const [rows, cols] of [
    [3, 140_000],
    [300, 1000],
  ] as const) {
    const spec: QuantizerSpec = { dtype: 'BF16', rows, cols, encoding: 'int8Channel' };
    const bytes = randomTensor('BF16', rows * cols, 5);
    const quantizer = kernels.createQuantizer(spec);
    const block = kernels.createOutput(rows, rowStride('int8Channel', cols), 1);
    assert.equal(quantizer.quantize(bytes, block), rows);
    const expected = plainQuantize(bytes, spec);
    assert.ok(Buffer.from(block.codes).equals(Buffer.from(expected.codes.buffer)));
    assert.deepEqual(new Float32Array(block.scales), expected.scales);
    const { histogram } = quantizer.statistics();
    const sampled = histogram.codes.reduce((a, n) => a + n, 0);
    assert.ok(sampled > 8000 && sampled < rows * cols, 'a sample of the rows');
    quantizer.dispose();
    block.dispose();
  }
});

void test('encoding float32 decodes, folds and pads', () => {
  const gain = Float32Array.of(1, 2, 0.5, -1, 3);
  for (const dtype of DTYPES) {
    const bytes = randomTensor(dtype, 15, 9);
    const quantizer = kernels.createQuantizer({
      dtype,
      rows: 3,
      cols: 5,
      encoding: 'float32',
      gain,
      multiplier: 0.5,
    });
    const block = kernels.createOutput(3, rowStride('float32', 5), 0);
    quantizer.quantize(bytes, block);
    const floats = new Float32Array(block.codes.slice().buffer);
    const values = plainDecode(bytes, dtype);
    floats.forEach((got, i) => {
      const col = i % 8;
      const value = values[Math.floor(i / 8) * 5 + col] ?? NaN;
      assert.equal(got, col < 5 ? Math.fround(Math.fround(value * (gain[col] ?? NaN)) * 0.5) : 0);
    });
    assert.equal(quantizer.statistics().sqnr, Infinity);
    assert.deepEqual(
      [...kernels.decode(bytes.subarray(0, 5 * SIZES[dtype]), dtype, { gain, multiplier: 0.5 })],
      [...floats.subarray(0, 5)],
    );
    assert.deepEqual([...kernels.decode(bytes, dtype)], [...values]);
    quantizer.dispose();
    block.dispose();
  }
});

void test('every code of the small types decodes by definition', () => {
  const halves = new Uint8Array(Uint16Array.from({ length: 65536 }, (_, i) => i).buffer);
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (const [dtype, all] of [
    ['F16', halves],
    ['BF16', halves],
    ['F8_E4M3', bytes],
    ['F8_E5M2', bytes],
  ] as const) {
    const got = kernels.decode(all, dtype);
    plainDecode(all, dtype).forEach((value, code) => {
      assert.ok(Object.is(got[code], value), `${dtype} ${code}: ${got[code]} is not ${value}`);
    });
  }
});

void test('gate and up interleave in one block', () => {
  const rows = 5;
  const block = kernels.createOutput(2 * rows, 32, 1);
  const tensors = [1, 2].map((seed) => randomTensor('F32', rows * 20, seed));
  tensors.forEach((bytes, first) => {
    const quantizer = kernels.createQuantizer({ dtype: 'F32', rows, cols: 20, encoding: 'int8Channel' });
    quantizer.quantize(bytes, block, { first, step: 2 });
    quantizer.dispose();
  });
  tensors.forEach((bytes, first) => {
    const expected = plainQuantize(bytes, { dtype: 'F32', rows, cols: 20, encoding: 'int8Channel' });
    for (let row = 0; row < rows; row += 1) {
      const at = 2 * row + first;
      assert.deepEqual(
        new Int8Array(block.codes.slice(at * 32, (at + 1) * 32).buffer),
        expected.codes.slice(row * 32, (row + 1) * 32),
      );
      assert.equal(block.scales[at], expected.scales[row]);
    }
  });
  block.dispose();
});

void test('elements that are not finite are counted and located in the measuring pass already', () => {
  const values = new Float32Array(60).fill(0.5);
  values[33] = NaN;
  values[50] = -Infinity;
  const quantizer = kernels.createQuantizer({ dtype: 'F32', rows: 3, cols: 20, encoding: 'int8Tensor' });
  quantizer.measure(new Uint8Array(values.buffer));
  const { nonFinite, firstNonFinite, min, max, zeros } = quantizer.statistics();
  assert.deepEqual(
    { nonFinite, firstNonFinite, min, max, zeros },
    {
      nonFinite: 2,
      firstNonFinite: { row: 1, col: 13 },
      min: 0,
      max: 0.5,
      zeros: 2,
    },
  );
  quantizer.dispose();
});

void test('wrong calls are refused', async () => {
  const spec: QuantizerSpec = { dtype: 'BF16', rows: 4, cols: 8, encoding: 'int8Channel' };
  const bad: readonly Partial<QuantizerSpec>[] = [
    { rows: 0 },
    { cols: 0 },
    { cols: 2 ** 20 + 1 },
    { rows: -1 },
    { rows: 1.5 },
    { cols: 2 ** 33 },
    { encoding: 'int8Group' },
    { encoding: 'int8Group', group: 48 as 32 },
    { gain: new Float32Array(7) },
    { importance: new Float32Array(7), encoding: 'int4Group', group: 32 },
    { importance: new Float32Array(8).fill(-1), encoding: 'int4Group', group: 32 },
    { encoding: 'int4Group', group: 128 },
  ];
  for (const change of bad) {
    assert.throws(() => kernels.createQuantizer({ ...spec, ...change }), RangeError, JSON.stringify(change));
  }
  assert.throws(() => kernels.createOutput(1, 17, 1), RangeError);
  assert.throws(() => kernels.createOutput(0, 16, 1), RangeError);
  assert.throws(() => kernels.createOutput(2 ** 31, 16, 1), RangeError);
  const quantizer = kernels.createQuantizer(spec);
  const block = kernels.createOutput(4, 16, 1);
  const wide = kernels.createOutput(4, 32, 1);
  const row = new Uint8Array(16);
  assert.throws(() => quantizer.quantize(row.subarray(1), block), RangeError);
  assert.throws(() => quantizer.quantize(row, wide), RangeError);
  assert.throws(() => quantizer.quantize(row, block, { first: 4 }), RangeError);
  assert.throws(() => quantizer.quantize(new Uint8Array(32), block, { step: 0 }), RangeError);
  assert.throws(() => quantizer.quantize(new Uint8Array(80), block), RangeError);
  assert.throws(() => {
    quantizer.measure(row);
  }, RangeError);
  assert.throws(() => quantizer.tensorScale, RangeError);
  assert.equal(quantizer.statistics().count, 0);
  assert.throws(() => kernels.decode(row.subarray(1), 'BF16'), RangeError);
  assert.throws(() => kernels.decode(row, 'BF16', { gain: new Float32Array(3) }), RangeError);
  assert.throws(() => kernels.crc32(row, -1), RangeError);
  await assert.rejects(loadKernels(new Uint8Array([0, 97, 115, 109, 1])), WebAssembly.CompileError);
  quantizer.dispose();
  block.dispose();
  wide.dispose();
});

void test('a second load shares the memory', async () => {
  const again = await loadKernels(await WebAssembly.compile(Uint8Array.from(kernelBytes)));
  assert.equal(again.memoryBytes, kernels.memoryBytes);
});

void test('crc32 is that of zlib for any split, outside and inside kernel memory', () => {
  const random = randomNumbers(3);
  const bytes = Uint8Array.from({ length: 700_003 }, () => random() * 256);
  const expected = plainCrc32(bytes);
  assert.equal(kernels.crc32(bytes), expected);
  assert.equal(kernels.crc32(new Uint8Array(0)), 0);
  for (const cut of [0, 1, 15, 16, 17, 262_144, 700_002]) {
    assert.equal(kernels.crc32(bytes.subarray(cut), kernels.crc32(bytes.subarray(0, cut))), expected);
  }
  const block = kernels.createOutput(100, 64, 1);
  const quantizer = kernels.createQuantizer({
    dtype: 'F8_E5M2',
    rows: 100,
    cols: 64,
    encoding: 'int8Channel',
  });
  quantizer.quantize(randomTensor('F8_E5M2', 6400, 4), block);
  assert.equal(kernels.crc32(block.codes), plainCrc32(block.codes.slice()));
  assert.equal(kernels.crc32(block.codes.subarray(5, 77), 9), plainCrc32(block.codes.slice(5, 77), 9));
  quantizer.dispose();
  block.dispose();
});

void test('the first checksum grows no memory: views of it stay attached', async () => {
  const module = await WebAssembly.compile(Uint8Array.from(kernelBytes));
  for (let kilobytes = 0; kilobytes < 64; kilobytes += 8) {
    // A module of its own for each, as memory is shared by all who load one.
    const url = new URL(`../../kernels/prebuilt/kernels.js?kilobytes=${kilobytes}`, import.meta.url);
    const { Buffer, crc32_at, initSync } = (await import(url.href)) as typeof bindings;
    const { memory } = initSync({ module });
    const length = (1024 + kilobytes) * 1024;
    const buffer = new Buffer(length);
    const view = new Uint8Array(memory.buffer, buffer.address(), length);
    crc32_at(0, buffer.address(), length);
    assert.equal(view.length, length, `${kilobytes} KB more`);
    buffer.free();
  }
});
