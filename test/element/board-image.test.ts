import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeBoardImage } from '../../src/element/board-image.js';
import { sampleResult } from './fake-converter.js';

const FIRMWARE = new URL('../../device-runtime/prebuilt/esp32s3/firmware.elf', import.meta.url);
const result = sampleResult({ package: Uint8Array.from({ length: 702_464 }, (_, at) => (at * 31) % 251) });

describe('makeBoardImage', () => {
  it('gives the digest of the file', async () => {
    const { file, sha256, bytes } = await makeBoardImage(result, await firmware());
    assert.ok(file !== null);
    assert.equal(bytes, file.size);
    assert.equal(sha256, await digestOf(file));
  });

  it('gives no part of an image when the package is transferred meanwhile', async () => {
    // At different points of the work.
    for (const milliseconds of [0, 1, 3, 6, 10]) {
      const bytes = new Uint8Array(6_000_000);
      const making = makeBoardImage(sampleResult({ package: bytes }), await firmware());
      setTimeout(() => structuredClone(bytes, { transfer: [bytes.buffer] }), milliseconds);
      await assert.rejects(making, /taken away/);
    }
  });
});

async function firmware(): Promise<() => File> {
  const file = new File([await readFile(fileURLToPath(FIRMWARE))], 'firmware.elf');
  return () => file;
}

async function digestOf(file: Blob): Promise<string> {
  return createHash('sha256')
    .update(new Uint8Array(await file.arrayBuffer()))
    .digest('hex');
}
