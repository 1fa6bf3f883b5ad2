import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPackage } from '../../src/package/reader.js';
import { FormatError } from '../../src/shared/errors.js';
import { SMALLEST, bytesSource, makePackage, resealSections } from '../support/packages.js';
import { fuzz } from './package.fuzz.js';

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
        assert.equal(found.layers.length, 2);
        assert.deepEqual(found.sampling.stopIds, [2]);
        assert.equal(found.tensors.length, plan.tensors.length);
        const weights = found.sections.find((section) => section.kind === 'WGHT');
        assert.ok(weights);
        for (const [index, tensor] of found.tensors.entries()) {
          const planned = plan.tensors[index]?.tensor;
          assert.equal(tensor.role, planned?.role);
          assert.equal(tensor.scaleCount, planned?.scaleCount);
          const begin: number = weights.offset + tensor.dataOffset;
          assert.equal(begin % 64, 0);
          assert.deepEqual(bytes.subarray(begin, begin + tensor.dataLength), codes[index]);
        }
      });
    }
  }

  it('keeps the window of sliding attention', async () => {
    const { bytes } = await makePackage({ window: 7 });
    assert.equal((await readPackage(bytesSource(bytes))).layers[0]?.window, 7);
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

  it('names a newer format version and what to do', async () => {
    const { bytes } = await makePackage();
    bytes[4] = 2;
    await assert.rejects(readPackage(bytesSource(bytes)), /version 2.*Update this program/);
  });

  it('refuses inconsistent directories even when the checksums are right', async () => {
    const { bytes } = await makePackage();
    const edits: [string, (view: DataView, directory: number) => void][] = [
      ['rows', (view, at) => view.setUint32(at + 8, 95, true)],
      ['columns', (view, at) => view.setUint32(at + 12, 47, true)],
      ['row distance', (view, at) => view.setUint32(at + 16, 64, true)],
      ['data offset', (view, at) => view.setUint32(at + 24, 0xffffffc0, true)],
      ['scale count', (view, at) => view.setUint32(at + 36, 95, true)],
      ['placement', (view, at) => view.setUint32(at + 40, 3, true)],
      ['activation scale', (view, at) => view.setFloat32(at + 44, 0.5, true)],
      ['role', (view, at) => view.setUint16(at, 99, true)],
      ['layer', (view, at) => view.setUint16(at + 2, 0, true)],
      ['encoding', (view, at) => view.setUint32(at + 4, 7, true)],
      ['reserved', (view, at) => view.setUint32(at + 60, 1, true)],
    ];
    for (const [name, edit] of edits) {
      const damaged = bytes.slice();
      const section = (await readPackage(bytesSource(bytes))).sections.find((entry) => entry.kind === 'TDIR');
      assert.ok(section);
      edit(new DataView(damaged.buffer), section.offset);
      resealSections(damaged);
      await assert.rejects(readPackage(bytesSource(damaged), { verify: true }), FormatError, name);
    }
  });

  it('survives arbitrary mutations with only FormatErrors', async () => {
    const { refused, accepted } = await fuzz(3000, 11);
    assert.ok(refused > 2000 && accepted > 0, `${refused} refused, ${accepted} accepted`);
  });
});
