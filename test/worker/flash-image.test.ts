import assert from 'node:assert/strict';
import { File } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { describeImage } from '../../src/image/describe.js';
import { FitError, TransportError } from '../../src/shared/errors.js';
import { MemorySource } from '../../src/source/memory-folder.js';
import { makePageImage } from '../../src/worker/flash-image.js';
import { makePackage } from '../image/support.js';

const ELF = await readFile(new URL('../fixtures/image/ram.elf', import.meta.url));
const ADDRESS = `data:application/octet-stream;base64,${ELF.toString('base64')}`;

describe('the image of a converted model on the page', () => {
  it('holds the fetched firmware and the package', async () => {
    const model = await makePackage();
    const image = await makePageImage(model, { board: 'esp32-s3-n8r8', firmware: ADDRESS });
    const bytes = new Uint8Array(Buffer.concat(image.pieces()));
    const found = await describeImage(new MemorySource('image.bin', bytes), { verify: true });
    assert.equal(found.model?.totalLength, model.length);
    assert.equal(found.boot.settings.flashBytes, 2 * 1024 * 1024);
    assert.deepEqual(
      image.files.map(({ path, offset }) => [path, offset]),
      image.manifest('tiny').builds[0].parts.map(({ path, offset }) => [path, offset]),
    );
  });

  it('takes somebody’s own firmware as a file', async () => {
    const firmware = new File([ELF], 'own.elf') as unknown as globalThis.File;
    const image = await makePageImage(await makePackage(), { board: 'esp32-s3-n8', firmware });
    assert.ok(image.layout.bootable);
  });

  it('says what is missing', async () => {
    await assert.rejects(
      makePageImage(await makePackage(), { board: 'esp32-s3-n8', firmware: 'http://127.0.0.1:9/firmware' }),
      TransportError,
    );
    const large = new Uint8Array(3 * 1024 * 1024);
    await assert.rejects(makePageImage(large, { board: 'esp32-s3-n4', firmware: ADDRESS }), FitError);
  });
});
