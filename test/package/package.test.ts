import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPackage } from '../../src/package/reader.js';
import { FormatError } from '../../src/shared/errors.js';
import { SMALLEST, bytesSource, makePackage, resealSections } from '../support/packages.js';
import { fuzz } from './package.fuzz.js';

/** Section, the field that is blamed, and what is done to the first record of the section. */
const EDITS: readonly (readonly [string, string, (view: DataView) => void])[] = [
  ['CONF', 'CONF hidden size', (view) => view.setUint32(0, 0, true)],
  ['CONF', 'CONF final norm:', (view) => view.setUint32(32, 2, true)],
  ['CONF', 'CONF logit cap', (view) => view.setFloat32(52, -1, true)],
  ['CONF', 'CONF final norm epsilon', (view) => view.setFloat32(36, NaN, true)],
  ['CONF', 'CONF rotary tables', (view) => view.setUint32(48, 2, true)],
  ['CONF', 'CONF reserved', (view) => view.setUint32(60, 1, true)],
  ['STEP', 'STEP 0 layer', (view) => view.setUint16(0, 1, true)],
  ['STEP', 'STEP 0 kind', (view) => view.setUint8(2, 4)],
  ['STEP', 'STEP 0 reads', (view) => view.setUint8(3, 1)],
  ['STEP', 'STEP 0 writes', (view) => view.setUint8(5, 1)],
  ['STEP', 'STEP 1 reads', (view) => view.setUint8(4, 2)],
  ['STEP', 'STEP 1 kv heads', (view) => view.setUint32(64 + 12, 3, true)],
  ['STEP', 'STEP 1 rotary dim', (view) => view.setUint32(64 + 32, 0, true)],
  ['STEP', 'STEP 1 rotary table', (view) => view.setUint32(64 + 24, 0, true)],
  ['TDIR', 'TDIR embedding shape', (view) => view.setUint32(8, 95, true)],
  ['TDIR', 'TDIR embedding shape', (view) => view.setUint32(12, 47, true)],
  ['TDIR', 'TDIR embedding row bytes', (view) => view.setUint32(16, 64, true)],
  ['TDIR', 'TDIR embedding group', (view) => view.setUint32(20, 16, true)],
  ['TDIR', 'TDIR embedding data offset', (view) => view.setUint32(24, 0xffffffc0, true)],
  ['TDIR', 'TDIR embedding data length', (view) => view.setUint32(28, 16, true)],
  ['TDIR', 'TDIR embedding tables offset', (view) => view.setUint32(32, 0, true)],
  ['TDIR', 'TDIR embedding tables length', (view) => view.setUint32(36, 95, true)],
  ['TDIR', 'TDIR embedding placement', (view) => view.setUint8(6, 3)],
  ['TDIR', 'TDIR embedding placed rows', (view) => view.setUint32(44, 96, true)],
  ['TDIR', 'TDIR embedding placed rows', (view) => view.setUint32(44, 8, true)],
  ['TDIR', 'TDIR embedding rest placement', (view) => view.setUint8(48, 1)],
  ['TDIR', 'TDIR embedding activation scale', (view) => view.setFloat32(40, 0.5, true)],
  ['TDIR', 'TDIR embedding encoding', (view) => view.setUint16(4, 7, true)],
  ['TDIR', 'TDIR embedding reserved', (view) => view.setUint32(60, 1, true)],
  ['TDIR', 'TDIR 0 role', (view) => view.setUint16(0, 99, true)],
  ['TDIR', 'TDIR 0 index', (view) => view.setUint16(2, 0, true)],
  ['SAMP', 'SAMP temperature', (view) => view.setFloat32(4, 1e-4, true)],
  ['SAMP', 'SAMP stop ids', (view) => view.setUint32(32, 0xffffffff, true)],
];

describe('a model package', () => {
  for (const granularity of ['tensor', 'channel', 'group:32'] as const) {
    for (const fused of [true, false]) {
      it(`is read back as it was written (${granularity}, ${fused ? 'fused' : 'separate'})`, async () => {
        const { bytes, plan, codes } = await makePackage(
          { attentionBias: true, mlpBias: true, tied: false },
          { granularity, fused },
        );
        const found = await readPackage(bytesSource(bytes), { verify: true });
        assert.equal(found.totalLength, bytes.length);
        assert.equal(found.metadata['name'], 'ünï');
        assert.equal(found.config.context, 16);
        assert.equal(found.config.layers, 2);
        assert.deepEqual(
          found.steps.map(({ layer, kind }) => `${layer} ${kind}`),
          [0, 1].flatMap((layer) => ['norm', 'attention', 'norm', 'mlp'].map((kind) => `${layer} ${kind}`)),
        );
        assert.deepEqual(found.sampling.stopIds, [2]);
        assert.equal(found.tensors.length, plan.tensors.length);
        const weights = found.sections.find((section) => section.kind === 'WGHT');
        assert.ok(weights);
        for (const [index, tensor] of found.tensors.entries()) {
          const planned = plan.tensors[index]?.tensor;
          assert.equal(tensor.name, planned?.name);
          assert.equal(tensor.role, planned?.role);
          assert.deepEqual(tensor.encoding, planned?.encoding);
          assert.deepEqual(
            tensor.tables.map(({ count }) => count),
            planned?.tables.map(({ count }) => count),
          );
          assert.equal(tensor.placement, plan.tensors[index]?.placement);
          const begin: number = weights.offset + tensor.dataOffset;
          assert.equal(begin % 64, 0);
          assert.deepEqual(bytes.subarray(begin, begin + tensor.dataLength), codes[index]);
        }
      });
    }
  }

  it('keeps the window of sliding attention', async () => {
    const { bytes } = await makePackage({ window: 7 });
    const { steps } = await readPackage(bytesSource(bytes));
    assert.ok(steps.some((step) => step.kind === 'attention' && step.window === 7));
  });

  it('is refused when any byte is changed', async () => {
    const { bytes } = await makePackage(SMALLEST);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      await assert.rejects(readPackage(bytesSource(damaged), { verify: true }), FormatError, `byte ${at}`);
    }
  });

  it('is refused when it is cut off or something follows', async () => {
    const { bytes } = await makePackage();
    for (const length of [0, 3, 63, 64, 65, 1000, bytes.length - 64, bytes.length - 1]) {
      await assert.rejects(
        readPackage(bytesSource(bytes.slice(0, length)), { verify: true }),
        FormatError,
        `length ${length}`,
      );
    }
    const longer = new Uint8Array(bytes.length + 64);
    longer.set(bytes);
    await assert.rejects(readPackage(bytesSource(longer)), /something follows/);
  });

  it('names another format version and what to do', async () => {
    const { bytes } = await makePackage();
    bytes[4] = 3;
    await assert.rejects(readPackage(bytesSource(bytes)), /version 3.*newer.*Update this program/);
    bytes[4] = 1;
    await assert.rejects(readPackage(bytesSource(bytes)), /version 1.*older.*Convert the model again/);
  });

  it('refuses inconsistent records even when the checksums are right', async () => {
    const { bytes } = await makePackage();
    const { sections } = await readPackage(bytesSource(bytes));
    const at = (kind: string): number =>
      sections.find((section) => section.kind === kind)?.offset ?? assert.fail(kind);
    for (const [section, name, edit] of EDITS) {
      const damaged = bytes.slice();
      edit(new DataView(damaged.buffer, at(section)));
      resealSections(damaged);
      await assert.rejects(
        readPackage(bytesSource(damaged), { verify: true }),
        (error) => error instanceof FormatError && error.message.includes(name),
        `${section} ${name}`,
      );
    }
  });

  it('survives arbitrary mutations with only FormatErrors', async () => {
    const { refused, accepted } = await fuzz(3000, 11);
    assert.ok(refused > 2000 && accepted > 0, `${refused} refused, ${accepted} accepted`);
  });
});
