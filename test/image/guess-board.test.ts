import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ESP32S3 } from '../../src/chips/esp32s3.js';
import { describeImage } from '../../src/image/describe.js';
import { assembleFlashImage, planFlashImage } from '../../src/image/flash-image.js';
import { guessBoard } from '../../src/image/guess-board.js';
import { findBoard, type Board } from '../../src/plan/boards.js';
import { firmwareSegments, makePackage, source } from './support.js';

/** An image for a board; its package names no board. */
async function guessed(board: Board, metadata?: string): Promise<Board> {
  const model = await makePackage();
  const firmware = {
    kind: 'standalone',
    name: 'firmware.elf',
    chip: ESP32S3,
    entry: 0x40374000,
    segments: firmwareSegments(0x1000),
  } as const;
  const bytes = assembleFlashImage(await planFlashImage(firmware, board, model.length), model);
  const found = await describeImage(source(bytes));
  if (metadata === undefined || found.model === null) return guessBoard(found);
  return guessBoard({ ...found, model: { ...found.model, metadata: { board: metadata } } });
}

describe('the board of an image', () => {
  it('is the one that the package was planned for', async () => {
    assert.equal((await guessed(findBoard('esp32-s3-n8r2'), 'esp32-s3-n8r2')).id, 'esp32-s3-n8r2');
  });

  it('has the flash that the header names', async () => {
    const board = await guessed({ ...findBoard('esp32-s3-n8r2'), flashBytes: 1 << 22 }, 'esp32-s3-n8r2');
    assert.deepEqual([board.id, board.flashBytes, board.psramBytes], ['esp32-s3-n8r2', 1 << 22, 1 << 21]);
  });

  it('is the largest with that flash when the package does not say', async () => {
    for (const [asked, expected] of [
      ['esp32-s3-n4', 'esp32-s3-n4r8'],
      ['esp32-s3-n8', 'esp32-s3-n8r8'],
      ['esp32-s3-n16r2', 'esp32-s3-n16r8'],
    ] as const) {
      assert.equal((await guessed(findBoard(asked), 'esp8266')).id, expected);
    }
    const small = await guessed({ ...findBoard('esp32-s3-n4'), flashBytes: 1 << 21 });
    assert.deepEqual([small.flashBytes, small.psramKind], [1 << 21, 'none']);
  });
});
