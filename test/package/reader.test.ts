/** What the tests' own writer makes of every shape, and what is refused of it: the rules between records. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPackage, type ModelPackage } from '../../src/package/reader.js';
import { INPUT } from '../../src/schema/kinds.js';
import { FormatError } from '../../src/shared/errors.js';
import { BLOCKS, type StepShape } from '../engine/block-shapes.js';
import type { ModelShape } from '../engine/model-shape.js';
import { makePackage } from '../engine/package-maker.js';
import { SHAPES } from '../engine/shapes.js';
import { Twin } from '../../src/device/twin.js';
import { testRuntime } from '../support/runtime.js';
import { bytesSource, resealSections } from '../support/packages.js';

const LAYER = { heads: 2, kvHeads: 1, headDim: 4, ffn: 8 };
const TINY: ModelShape = {
  hidden: 8,
  vocab: 6,
  context: 3,
  layers: [LAYER],
  encoding: 2,
  fused: true,
  tied: true,
};

function read(bytes: Uint8Array): Promise<ModelPackage> {
  return readPackage(bytesSource(bytes), { verify: true });
}

/** A package with an edit in a section, its checksums put right. */
async function edited(
  shape: ModelShape,
  kind: string,
  edit: (view: DataView, found: ModelPackage) => void,
): Promise<Uint8Array> {
  const { bytes } = makePackage(shape);
  const found = await read(bytes);
  const section = found.sections.find((entry) => entry.kind === kind) ?? assert.fail(kind);
  edit(new DataView(bytes.buffer, bytes.byteOffset + section.offset, section.length), found);
  resealSections(bytes);
  return bytes;
}

function refused(bytes: Uint8Array, message: RegExp): Promise<void> {
  return assert.rejects(read(bytes), (error) => {
    assert.ok(error instanceof FormatError, String(error));
    assert.match(error.message, message);
    return true;
  });
}

/** Names of the norms and other tensors of a layer. */
async function names(steps: readonly StepShape[]): Promise<string[]> {
  const shape: ModelShape = { ...TINY, gains: true, layers: [{ ...LAYER, steps }] };
  const { tensors } = await read(makePackage(shape).bytes);
  return tensors.map(({ name }) => name).filter((name) => name.startsWith('layers.0.'));
}

describe('the reader of packages', () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    it(`accepts ${name} of the other writer`, async () => {
      const made = makePackage(shape);
      const found = await read(made.bytes);
      assert.equal(found.tensors.length, made.tensors.length);
      assert.equal(found.config.layers, shape.layers.length);
      for (const [index, tensor] of found.tensors.entries()) {
        const wrote = made.tensors[index] ?? assert.fail();
        assert.deepEqual([tensor.rows, tensor.cols], [wrote.rows, wrote.cols], tensor.name);
        assert.equal(tensor.tables[0]?.count ?? 0, wrote.scales.length, tensor.name);
        assert.equal(tensor.activationScale, wrote.activationScale, tensor.name);
        assert.equal(INPUT[tensor.input], wrote.input, tensor.name);
      }
    });
  }

  it('names norms after what they stand before or behind, and numbers what occurs again', async () => {
    assert.deepEqual(await names(BLOCKS['sandwich'] ?? []), [
      'layers.0.attention_norm',
      'layers.0.qkv',
      'layers.0.output',
      'layers.0.attention_post_norm',
      'layers.0.mlp_norm',
      'layers.0.gate_up',
      'layers.0.down',
      'layers.0.mlp_post_norm',
    ]);
    assert.deepEqual(await names(BLOCKS['several of a kind'] ?? []), [
      'layers.0.attention_norm',
      'layers.0.qkv',
      'layers.0.output',
      'layers.0.qkv#2',
      'layers.0.output#2',
      'layers.0.gate_up',
      'layers.0.down',
      'layers.0.mlp_norm',
      'layers.0.gate_up#2',
      'layers.0.down#2',
      'layers.0.gate_up#3',
      'layers.0.down#3',
    ]);
  });

  it('refuses steps that read or add to what nothing was written to', async () => {
    const normed: StepShape = { kind: 'mlp', reads: 'normed', writes: 'residual', adds: true };
    const branch: StepShape = { kind: 'mlp', reads: 'residual', writes: 'branch', adds: true };
    const shape = (step: StepShape): ModelShape => ({
      ...TINY,
      layers: [LAYER, { ...LAYER, steps: [step] }],
    });
    await refused(makePackage(shape(normed)).bytes, /STEP 4 reads.*normed.*layer 1/);
    await refused(makePackage(shape(branch)).bytes, /STEP 4 writes.*branch.*layer 1/);
  });

  it('refuses layers without steps, out of order, or beyond the configuration', async () => {
    const shape: ModelShape = { ...TINY, layers: [LAYER, LAYER] };
    const layer = (step: number, value: number): Promise<Uint8Array> =>
      edited(shape, 'STEP', (view) => view.setUint16(64 * step, value, true));
    await refused(await layer(4, 0), /STEP 5 reads/);
    await refused(await layer(2, 1), /STEP 3 layer/);
    await refused(await layer(7, 2), /STEP.*layer 2 of 2/);
    await refused(await layer(0, 1), /STEP 0 layer/);
    await refused(await edited(shape, 'CONF', (view) => view.setUint32(4, 3, true)), /STEP.*layer 1 of 3/);
  });

  it('refuses tensors that are missing, superfluous, or without what they belong to', async () => {
    const role = (shape: ModelShape, from: number, to: number): Promise<Uint8Array> =>
      edited(shape, 'TDIR', (view, { tensors }) => {
        const at = tensors.findIndex((_, index) => view.getUint16(64 * index, true) === from);
        view.setUint16(64 * at, to, true);
      });
    const square: ModelShape = { ...TINY, layers: [{ ...LAYER, kvHeads: 2 }] };
    // A query in the place of the output, and then the bias of a gate in that of the other.
    await refused(await role({ ...square, fused: false }, 40, 32), /shape/);
    await refused(await role(square, 40, 34), /TDIR layers\.0\.query.*part of qkv/);
    await refused(await role({ ...square, fused: false }, 40, 54), /TDIR 5 index.*no mlp/);
    await refused(await role({ ...square, fused: false, biases: true }, 35, 41), /occurs twice/);
    await refused(await role({ ...square, biases: true }, 41, 35), /query\.bias.*part of qkv/);
    await refused(await role({ ...square, fused: false }, 36, 38), /occurs twice/);
    const wide: ModelShape = { ...square, hidden: 16, fused: false, biases: true };
    await refused(await role(wide, 55, 49), /gate_up\.bias.*no gate_up/);
  });

  it('refuses numbers that are none, behind right checksums', async () => {
    const weights = (shape: ModelShape, tensor: string, edit: (bytes: DataView, table: number) => void) =>
      edited(shape, 'WGHT', (view, { tensors }) => {
        const found = tensors.find(({ name }) => name === tensor) ?? assert.fail(tensor);
        const at = view.byteOffset + found.dataOffset;
        edit(new DataView(view.buffer, at), (found.tables[0]?.offset ?? 0) - found.dataOffset);
      });
    const qkv = 'layers.0.qkv';
    await refused(await weights(TINY, qkv, (view) => view.setInt8(1, -128)), /WGHT layers\.0\.qkv.*-128/);
    await refused(await weights(TINY, qkv, (view) => view.setInt8(8, 1)), /WGHT layers\.0\.qkv.*padding/);
    await refused(await weights(TINY, qkv, (view) => view.setInt8(16 * 5 + 15, 1)), /WGHT.*padding/);
    for (const bad of [-1, -0, NaN, Infinity]) {
      const made = weights(TINY, qkv, (view, table) => view.setFloat32(table + 4, bad, true));
      await refused(await made, /WGHT layers\.0\.qkv.*scale/);
    }
    await read(await weights(TINY, qkv, (view, table) => view.setFloat32(table + 4, 0, true)));
    const rotary = (value: number): Promise<Uint8Array> =>
      weights(TINY, 'rotary.0', (view) => view.setFloat32(4, value, true));
    for (const bad of [NaN, Infinity, -Infinity]) await refused(await rotary(bad), /WGHT rotary\.0.*finite/);
    await read(await rotary(-0));
    // Between a table and the next tensor.
    await refused(
      await weights(TINY, 'layers.0.output', (view, table) => view.setInt8(table + 4 * 8, 1)),
      /WGHT layers\.0\.output.*padding/,
    );
  });
});

describe('what two readers once judged differently', () => {
  it('elements that rotate without a table are refused', async () => {
    const still: ModelShape = { ...TINY, layers: [{ ...LAYER, rotaryDim: 0 }] };
    await read(makePackage(still).bytes);
    await refused(
      await edited(still, 'STEP', (view) => view.setUint32(64 + 32, 4, true)),
      /STEP 1 rotary dim/,
    );
  });

  it('an activation scale of -0 is refused, as is one that nothing is quantized with', async () => {
    const shape: ModelShape = { ...TINY, activations: 'static', tied: false };
    const scale = (tensor: string, value: number): Promise<Uint8Array> =>
      edited(shape, 'TDIR', (view, { tensors }) => {
        const at = tensors.findIndex(({ name }) => name === tensor);
        view.setFloat32(64 * at + 40, value, true);
      });
    await read(await scale('layers.0.qkv', 0));
    await refused(await scale('layers.0.qkv', -0), /TDIR layers\.0\.qkv activation scale/);
    await refused(await scale('embedding', 0.5), /TDIR embedding activation scale/);
    await refused(await scale('rotary.0', 0.5), /TDIR rotary\.0 activation scale/);
  });

  it('the smallest top-p is positive, however small', async () => {
    const topP = (bits: number): Promise<Uint8Array> =>
      edited(TINY, 'SAMP', (view) => view.setUint32(12, bits, true));
    assert.equal((await read(await topP(1))).sampling.topP, 2 ** -149);
    await refused(await topP(0), /SAMP top p/);
    await refused(await topP(0x80000000), /SAMP top p/);
  });

  it('an embedding in F32 goes with INT8 matrices, also as the head; one in INT8 is no head in F32', async () => {
    for (const tied of [true, false]) await read(makePackage({ ...TINY, tied, f32Embed: true }).bytes);
    const floatInputs = await edited(TINY, 'CONF', (view) => view.setUint32(24, 2, true));
    await refused(floatInputs, /TDIR embedding encoding/);
  });

  it('gaps between tensors, and rotary tables that nothing uses, are refused', async () => {
    await refused(
      await edited(TINY, 'TDIR', (view) => view.setUint32(64 + 24, view.getUint32(64 + 24, true) + 64, true)),
      /TDIR rotary\.0 data offset/,
    );
    const still: ModelShape = { ...TINY, layers: [LAYER, { ...LAYER, rotaryDim: 2 }] };
    await refused(
      await edited(still, 'STEP', (view) => {
        view.setUint32(64 * 5 + 8 + 20, 0, true);
        view.setUint32(64 * 5 + 8 + 24, 4, true);
      }),
      /CONF rotary tables.*table 1/,
    );
  });
});

it('metadata beyond a megabyte is refused before it is parsed, by reader and twin', async () => {
  const { bytes: most } = makePackage({ ...TINY, metadata: { name: 'x'.repeat(1_000_000) } });
  assert.equal((await read(most)).metadata.name?.length, 1_000_000);
  const { bytes } = makePackage({ ...TINY, metadata: { name: 'x'.repeat(1 << 20) } });
  await refused(bytes, /META: It has \d+ bytes, more than 1048576/);
  const { twin } = await testRuntime();
  await assert.rejects(async () => (await Twin.load(twin, bytes)).info, /META: the metadata has \d+ bytes/);
});
