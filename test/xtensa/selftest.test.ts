/** The self-test's program: what it expects of the vector unit is what the model of its documentation gives. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { ROOT, exists } from '../../scripts/lib/run.mjs';
import { firmwareFromElf } from '../../src/image/firmware.js';
import { planFlashImage } from '../../src/image/flash-image.js';

const run = promisify(execFile);
const SELFTEST = join(ROOT, 'device-runtime/selftest');
const without = !(await exists('python3')) && 'needs python3';

describe('the self-test', () => {
  test('expects of the vector unit what the model gives', { skip: without }, async () => {
    const { stdout } = await run('python3', ['-B', join(SELFTEST, 'make_vector_cases.py')]);
    assert.equal(await readFile(join(SELFTEST, 'vector_cases.s'), 'utf8'), stdout);
  });

  test('has a row for every instruction that the kernels use', async () => {
    const macros = await readFile(join(ROOT, 'device-runtime/boards/esp32s3/pie/pie.inc'), 'utf8');
    const rows = await readFile(join(SELFTEST, 'vector_cases.s'), 'utf8');
    const used = [...macros.matchAll(/^\.macro (ee_\w+)/gm)].map(([, name = '']) => name);
    const kernels = [...rows.matchAll(/instruction "([^"]+)", 0x[0-9a-f]{8}, [23],/g)].map(([, name = '']) =>
      name.replaceAll('.', '_'),
    );
    assert.ok(used.length > 10);
    assert.deepEqual(kernels.sort(), used.sort());
  });

  test('makes an image that the mask ROM can load, on the smallest boards', async () => {
    const program = await readFile(join(ROOT, 'device-runtime/prebuilt/esp32s3/selftest.elf'));
    const firmware = firmwareFromElf(program, 'the self-test');
    const image = await planFlashImage(firmware, { name: 'a board', chip: ESP32S3, flashBytes: 2 << 20 }, 0);
    assert.ok(image.bootable);
  });
});
