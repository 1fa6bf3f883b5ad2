/**
 * PyPI's esptool on images of the shipped firmware: an optional check, for whoever has it (`pip install esptool==5.6.0`; another
 * place than PATH in ESPTOOL). What it makes itself is compared without it: test/fixtures/image.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { firmwareFromElf } from '../../src/image/firmware.js';
import { makeImage } from '../../src/pipeline/image.js';
import { findBoard } from '../../src/plan/boards.js';
import { makePackage } from './support.js';

const PROGRAM = process.env['ESPTOOL'] ?? 'esptool';

function esptool(...args: string[]): { ok: boolean; output: string } {
  const { status, stdout, stderr } = spawnSync(PROGRAM, args, { encoding: 'utf8', timeout: 60_000 });
  return { ok: status === 0, output: `${stdout}${stderr}` };
}

const skip = esptool('version').ok ? false : 'esptool is not installed';

describe('esptool', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'esptool-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [board, flash, read] of [
    // The least that holds it, whatever the board has.
    ['esp32-s3-n4', '2MB', {}],
    ['esp32-s3-n16r8', '2MB', {}],
    ['esp32-s3-n16r8', '16MB', { flashBytes: 16 << 20 }],
    ['esp32-wroom-32', '2MB', {}],
    ['esp32-wrover-n16r8', '16MB', { flashBytes: 16 << 20 }],
  ] as const) {
    it(
      `accepts the image for ${flash} of the ${board}, and merges its parts to the same bytes`,
      { skip },
      async () => {
        const { chip } = findBoard(board);
        const elf = new URL(`../../device-runtime/prebuilt/${chip.id}/firmware.elf`, import.meta.url);
        const firmware = firmwareFromElf(new Uint8Array(readFileSync(elf)), 'firmware.elf', chip);
        const made = await makeImage(await makePackage(), { board, firmware, read });
        const merged = Buffer.concat(made.pieces());
        const image = join(folder, `${board}.bin`);
        // It looks at the beginning of a file, wherever the chip does.
        await writeFile(image, merged.subarray(chip.image.offset));
        const info = esptool('--chip', chip.id, 'image-info', image);
        assert.ok(info.ok, info.output);
        assert.match(info.output, /^Checksum: 0x[0-9a-f]{2} \(valid\)$/m);
        assert.match(info.output, /^Validation hash: [0-9a-f]{64} \(valid\)$/m);
        assert.match(info.output, new RegExp(`^Flash size: ${flash}$`, 'm'));
        assert.match(info.output, /^Flash mode: DIO$/m);
        assert.match(info.output, /^Flash freq: 80m$/m);

        const places: string[] = [];
        for (const { path, offset, bytes } of made.files) {
          const file = join(folder, `${board}-${path}`);
          await writeFile(file, bytes);
          places.push(`0x${offset.toString(16)}`, file);
        }
        const other = join(folder, `${board}-merged.bin`);
        const merge = esptool('--chip', chip.id, 'merge-bin', '-o', other, ...places);
        assert.ok(merge.ok, merge.output);
        assert.ok((await readFile(other)).equals(merged), 'the merged images differ');
      },
    );
  }
});
